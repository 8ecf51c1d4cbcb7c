// `reasoning_effort` as Anthropic's thinking, by the model's generation and within the paid limit.
import type { ChatRequest } from "../../base/chat.ts";
import { invalidRequest } from "../../base/errors.ts";
import type { ModelTraits } from "./model-matrix.ts";
import type { Effort, Thinking } from "./wire.ts";

export interface ThinkingPlan {
  thinking?: Thinking;
  effort?: Effort;
}

type AskedEffort = "minimal" | Effort;

/** The share of the output limit that a budget takes at each effort. */
const BUDGET_SHARE: Readonly<Record<AskedEffort, number>> = {
  minimal: 0.1,
  low: 0.2,
  medium: 0.5,
  high: 0.8,
  xhigh: 0.9,
  max: 0.95,
};

/** The smallest budget that Anthropic takes, in tokens. */
const MIN_BUDGET_TOKENS = 1_024;

/** What a budget leaves for the answer at least, in tokens. */
const ANSWER_ROOM_TOKENS = 512;

export interface ThinkingOptions {
  /** The hard bound on all output, thinking included. */
  maxTokens: number;
  /**
   * A choice of tools that forces a call, which Anthropic refuses together with a budget: the
   * choice is part of what was asked for, how much to think is a wish, so the choice wins.
   */
  forcesTool: boolean;
}

/**
 * What to send for the request's `reasoning_effort`; nothing when it has none, which leaves the
 * model's own default.
 *
 * A budget is always fitted into `maxTokens`, since that limit is what the caller has paid for.
 * Where the limit has no room for the smallest budget and an answer, the model answers without
 * thinking; that is no error, because the gateway may have set the limit itself. A budget is also
 * left out where the conversation goes on from tool calls or from an assistant's message: there
 * Anthropic wants the signed thinking before it, which OpenAI's format cannot hold.
 * @throws ApiError 400 for an unknown effort
 */
export function planThinking(
  request: ChatRequest,
  traits: ModelTraits,
  options: ThinkingOptions,
): ThinkingPlan {
  const { reasoning_effort: effort } = request;
  if (effort === undefined || effort === null) {
    return {};
  }
  if (effort === "none") {
    return withoutThinking(traits);
  }
  if (!isEffort(effort)) {
    throw invalidRequest(
      `Unknown 'reasoning_effort': expected none, ${Object.keys(BUDGET_SHARE).join(", ")}.`,
      "reasoning_effort",
    );
  }
  switch (traits.thinking) {
    case "none":
      return {};
    case "adaptive":
      return {
        thinking: { type: "adaptive", display: "summarized" },
        effort: adaptiveEffort(effort, traits.xhighEffort),
      };
    case "budget": {
      const room = options.maxTokens - ANSWER_ROOM_TOKENS;
      if (room < MIN_BUDGET_TOKENS || options.forcesTool || lacksSignedThinking(request)) {
        return {};
      }
      const share = Math.floor(options.maxTokens * BUDGET_SHARE[effort]);
      const budget = Math.min(Math.max(share, MIN_BUDGET_TOKENS), room);
      return { thinking: { type: "enabled", budget_tokens: budget } };
    }
  }
}

function withoutThinking(traits: ModelTraits): ThinkingPlan {
  switch (traits.noThinking) {
    case "disabled":
      // Left out it would mean the default, and newer models think by default.
      return { thinking: { type: "disabled" } };
    case "between_tools":
      return { thinking: { type: "between_tools" } };
    case "low_effort":
      return { effort: "low" };
    case "nothing":
      return {};
  }
}

const isEffort = (effort: string): effort is AskedEffort => Object.hasOwn(BUDGET_SHARE, effort);

function adaptiveEffort(effort: AskedEffort, knowsXhigh: boolean): Effort {
  if (effort === "minimal") {
    return "low";
  }
  // The nearest that does not cost more than was asked for.
  return effort === "xhigh" && !knowsXhigh ? "high" : effort;
}

function lacksSignedThinking({ messages }: ChatRequest): boolean {
  const last = messages.findLast(({ role }) => role !== "system" && role !== "developer");
  const lastAssistant = messages.findLast((message) => message.role === "assistant");
  return last?.role === "assistant" || (lastAssistant?.tool_calls?.length ?? 0) > 0;
}
