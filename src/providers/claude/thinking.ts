// `reasoning_effort` as Claude's thinking, by the model's generation and within the paid limit.
import type { ChatRequest } from "../../base/chat.ts";
import { budgetTokens, nearestEffort } from "../shared/effort.ts";
import type { Effort, Thinking } from "./blocks.ts";
import type { ModelTraits } from "./traits.ts";

export interface ThinkingPlan {
  thinking?: Thinking;
  effort?: Effort;
  /** An effort was asked for that the model cannot make now, or none of a model that always thinks. */
  ignored?: true;
}

/** The smallest budget that Claude takes, in tokens. */
const MIN_BUDGET_TOKENS = 1_024;

const EFFORTS = ["low", "medium", "high", "xhigh", "max"] as const;

const WITHOUT_THINKING: Readonly<Record<ModelTraits["noThinking"], ThinkingPlan>> = {
  // Left out it would mean the default, and newer models think by default.
  disabled: { thinking: { type: "disabled" } },
  between_tools: { thinking: { type: "between_tools" }, ignored: true },
  low_effort: { effort: "low", ignored: true },
  nothing: {},
};

export interface ThinkingOptions {
  /** The hard bound on all output, thinking included. */
  maxTokens: number;
  /**
   * A choice of tools that forces a call, which Claude refuses together with a budget: the choice is
   * part of what was asked for, how much to think is a wish, so the choice wins.
   */
  forcesTool: boolean;
}

/**
 * What to send for the request's `reasoning_effort`; nothing when it has none, which leaves the
 * model's own default.
 *
 * A budget is always fitted into `maxTokens`, since that limit is what the caller has paid for. A
 * budget is also left out where the conversation goes on from tool calls or from an assistant's
 * message: there Claude wants the signed thinking before it, which OpenAI's format cannot hold.
 */
export function planThinking(
  request: ChatRequest,
  traits: Pick<ModelTraits, "thinking" | "noThinking" | "xhighEffort">,
  { maxTokens, forcesTool }: ThinkingOptions,
): ThinkingPlan {
  const { reasoning_effort: effort } = request;
  if (effort === undefined || effort === null) {
    return {};
  }
  if (effort === "none") {
    return WITHOUT_THINKING[traits.noThinking];
  }
  switch (traits.thinking) {
    case "own":
      return {};
    case "none":
      return { ignored: true };
    case "adaptive":
      return {
        thinking: { type: "adaptive", display: "summarized" },
        effort: nearestEffort(
          effort,
          traits.xhighEffort ? EFFORTS : ["low", "medium", "high", "max"],
        ),
      };
    case "budget": {
      const bounds = { outputTokensMax: maxTokens, budgetTokensMin: MIN_BUDGET_TOKENS };
      const budget =
        forcesTool || lacksSignedThinking(request) ? null : budgetTokens(effort, bounds);
      return budget === null
        ? { ignored: true }
        : { thinking: { type: "enabled", budget_tokens: budget } };
    }
  }
}

function lacksSignedThinking({ messages }: ChatRequest): boolean {
  const last = messages.findLast(({ role }) => role !== "system" && role !== "developer");
  const lastAssistant = messages.findLast((message) => message.role === "assistant");
  return last?.role === "assistant" || (lastAssistant?.tool_calls?.length ?? 0) > 0;
}
