// `reasoning_effort`: how many tokens each word stands for where a model wants a budget.

import { REASONING_EFFORTS, type ReasoningEffort } from "../../base/chat.ts";

/** An effort that asks for thinking. */
export type ThinkingEffort = Exclude<ReasoningEffort, "none">;

/** The share of the output limit that a budget takes. */
const BUDGET_SHARE: Readonly<Record<ThinkingEffort, number>> = {
  minimal: 0.1,
  low: 0.2,
  medium: 0.5,
  high: 0.8,
  xhigh: 0.9,
  max: 0.95,
};

/** What a budget leaves for the answer at least, in tokens. */
const ANSWER_ROOM_TOKENS = 512;

export interface BudgetBounds {
  /** The hard bound on all output, thinking included: what the caller has paid for. */
  outputTokensMax: number;
  /** The smallest budget that the model takes. */
  budgetTokensMin: number;
  /** The largest, where it has one of its own. */
  budgetTokensMax?: number;
}

/**
 * The budget of an effort, in tokens; null where the output limit has no room for the smallest
 * budget and an answer: then the model answers without thinking, which is no error, because the
 * gateway may have set the limit itself.
 */
export function budgetTokens(effort: ThinkingEffort, bounds: BudgetBounds): number | null {
  const { outputTokensMax, budgetTokensMin, budgetTokensMax = outputTokensMax } = bounds;
  const room = Math.min(outputTokensMax - ANSWER_ROOM_TOKENS, budgetTokensMax);
  if (room < budgetTokensMin) {
    return null;
  }
  const wanted = Math.floor(outputTokensMax * BUDGET_SHARE[effort]);
  return Math.min(Math.max(wanted, budgetTokensMin), room);
}

/** The nearest of the words that a model knows which does not ask for more; its least where all do. */
export function nearestEffort<Known extends ReasoningEffort>(
  effort: ReasoningEffort,
  known: readonly [Known, ...Known[]],
): Known {
  const most = REASONING_EFFORTS.indexOf(effort);
  const [least] = known;
  return known.findLast((word) => REASONING_EFFORTS.indexOf(word) <= most) ?? least;
}
