// `reasoning_effort` as the field that each maker's models take for it.
import type { JsonObject } from "../shared/json.ts";
import type { Thinking } from "./claude-models.ts";
import type { ModelFamily } from "./model-family.ts";

/** The smallest thinking budget that Claude takes, in tokens. */
const MIN_BUDGET_TOKENS = 1_024;

/** What must be left of the output limit for the answer itself, in tokens. */
const MIN_ANSWER_TOKENS = 256;

/** The share of the output limit that an effort may think away. */
const BUDGET_SHARE: Readonly<Record<string, number>> = {
  minimal: 0.1,
  low: 0.2,
  medium: 0.5,
  high: 0.75,
  xhigh: 0.85,
  max: 0.9,
};

export interface Reasoning {
  /** Goes into `additionalModelRequestFields`. */
  fields: JsonObject;
  /** The model thinks, which rules out sampling with Claude. */
  thinks: boolean;
  /** Thinking with a budget, which rules out forced tool choices. */
  budgeted: boolean;
}

const NOTHING: Reasoning = { fields: {}, thinks: false, budgeted: false };

/**
 * Unset says nothing and leaves the model at its default; an effort that a model cannot take is
 * the nearest one it can.
 * @param outputLimit the tokens that thinking and answer may have together: the limit that was paid
 * for, which a budget never adds to
 * @param unsignedToolTurn the conversation goes on in the middle of a tool loop whose thinking was
 * not sent back: a budgeted model refuses to think on from there
 */
export function reasoningFields(
  effort: string | undefined,
  family: ModelFamily,
  outputLimit: number,
  unsignedToolTurn: boolean,
): Reasoning {
  if (effort === undefined) {
    return NOTHING;
  }
  if (family.claude !== null) {
    return claudeReasoning(effort, family.claude.thinking, outputLimit, unsignedToolTurn);
  }
  switch (family.name) {
    case "gpt-oss":
      return { ...NOTHING, fields: { reasoning_effort: threeSteps(effort, "high") } };
    case "openai":
      return { ...NOTHING, fields: { reasoning: { effort } } };
    case "nova":
      return { ...NOTHING, fields: novaFields(effort) };
    default:
      return NOTHING;
  }
}

function claudeReasoning(
  effort: string,
  thinking: Thinking,
  outputLimit: number,
  unsignedToolTurn: boolean,
): Reasoning {
  if (thinking.kind === "none") {
    return NOTHING;
  }
  if (thinking.kind === "budget") {
    const most = outputLimit - MIN_ANSWER_TOKENS;
    if (effort === "none" || unsignedToolTurn || most < MIN_BUDGET_TOKENS) {
      return NOTHING;
    }
    const wanted = Math.floor(outputLimit * (BUDGET_SHARE[effort] ?? 0.5));
    const budget = Math.min(most, Math.max(MIN_BUDGET_TOKENS, wanted));
    const fields = { thinking: { type: "enabled", budget_tokens: budget } };
    return { fields, thinks: true, budgeted: true };
  }
  if (effort === "none" && thinking.off !== null) {
    return { ...NOTHING, fields: { thinking: { type: thinking.off } } };
  }
  const fields = {
    thinking: { type: "adaptive", display: "summarized" },
    output_config: { effort: claudeEffort(effort, thinking.topEffort) },
  };
  return { fields, thinks: true, budgeted: false };
}

function claudeEffort(effort: string, top: "max" | "high"): string {
  // What cannot be turned off thinks as little as it can.
  if (effort === "none" || effort === "minimal") {
    return "low";
  }
  return (effort === "xhigh" || effort === "max") && top === "high" ? "high" : effort;
}

/** Nova 2 at its high effort takes no output limit at all, which would leave the cost unbounded. */
function novaFields(effort: string): JsonObject {
  return effort === "none"
    ? { reasoningConfig: { type: "disabled" } }
    : { reasoningConfig: { type: "enabled", maxReasoningEffort: threeSteps(effort, "medium") } };
}

function threeSteps(effort: string, most: "medium" | "high"): string {
  if (effort === "none" || effort === "minimal" || effort === "low") {
    return "low";
  }
  return effort === "medium" ? "medium" : most;
}
