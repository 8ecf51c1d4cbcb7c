// `reasoning_effort`: its words, and how many tokens each stands for where a model wants a budget.

/** In the order of their strength. */
export const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;

export type Effort = (typeof EFFORTS)[number];

/** An effort that asks for thinking. */
export type ThinkingEffort = Exclude<Effort, "none">;

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
export function nearestEffort<Known extends Effort>(
  effort: Effort,
  known: readonly [Known, ...Known[]],
): Known {
  const most = EFFORTS.indexOf(effort);
  const [least] = known;
  return known.findLast((word) => EFFORTS.indexOf(word) <= most) ?? least;
}
