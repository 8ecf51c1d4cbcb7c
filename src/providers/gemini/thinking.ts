// OpenAI's reasoning_effort as Gemini's thinkingConfig.
import { invalidRequest } from "../../base/errors.ts";
import type { ModelTraits, Thinking } from "./model-matrix.ts";
import type { ThinkingConfig } from "./wire.ts";

/** From the least to the most. */
const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;
type Effort = (typeof EFFORTS)[number];

/** Tokens to think, as Google's own OpenAI-compatible endpoint translates the words. */
const BUDGETS: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 1_024,
  low: 1_024,
  medium: 8_192,
  high: 24_576,
  xhigh: Number.POSITIVE_INFINITY,
  max: Number.POSITIVE_INFINITY,
};

/**
 * The part of the output limit that thinking may take. Thoughts count against `maxOutputTokens`, so
 * a budget as large as the limit would leave nothing for the answer.
 */
const THINKING_SHARE = 0.75;

/**
 * The `thinkingConfig` to send; undefined leaves the model to its default. Thoughts are asked for
 * whenever the client asks for reasoning: they cost nothing beyond the thinking itself. A budget
 * stays below {@link THINKING_SHARE} of the limit unless the model's minimum is larger: the limit
 * holds all the same, as it includes the thoughts. Where thinking cannot be switched off, `none`
 * becomes the least there is.
 * @param maxOutputTokens the limit that is sent along, or null without one
 * @throws ApiError 400 for a word that is no effort
 */
export function buildThinkingConfig(
  effort: string | undefined,
  { thinking }: ModelTraits,
  maxOutputTokens: number | null,
): ThinkingConfig | undefined {
  if (effort === undefined || thinking.kind === "none") {
    return undefined;
  }
  const known = EFFORTS.find((word) => word === effort);
  if (known === undefined) {
    throw invalidRequest(
      `'reasoning_effort' must be one of ${EFFORTS.join(", ")}.`,
      "reasoning_effort",
      "unsupported_value",
    );
  }
  const shown = known === "none" ? {} : { includeThoughts: true };
  if (thinking.kind === "level") {
    return { thinkingLevel: nearestLevel(known, thinking.levels), ...shown };
  }
  const thinkingBudget = budgetFor(known, thinking, maxOutputTokens);
  return thinkingBudget === 0 ? { thinkingBudget } : { thinkingBudget, ...shown };
}

/** The least level that is not below the wish, else the highest there is. */
function nearestLevel(effort: Effort, levels: readonly string[]): string {
  const wish = EFFORTS.indexOf(effort);
  const ranked = EFFORTS.filter((word) => levels.includes(word));
  return ranked.find((word) => EFFORTS.indexOf(word) >= wish) ?? ranked.at(-1) ?? "high";
}

function budgetFor(
  effort: Effort,
  thinking: Extract<Thinking, { kind: "budget" }>,
  maxOutputTokens: number | null,
): number {
  const fitting = maxOutputTokens === null ? thinking.max : maxOutputTokens * THINKING_SHARE;
  const budget = Math.floor(Math.min(BUDGETS[effort], thinking.max, fitting));
  if (budget >= thinking.min) {
    return budget;
  }
  return thinking.canDisable ? 0 : thinking.min;
}
