// The one reader of providers' token counts: what can be a count, and the parts put together.
import type { TokenUsage } from "../../base/chat.ts";

/**
 * More tokens than any one request can have: five times the largest context window on sale (10
 * million). A count above it is a provider's fault, and must not become a charge.
 */
export const MAX_TOKENS_PER_REQUEST = 50_000_000;

/**
 * Reads counts and remembers whether any was absurd (negative, not a whole number, beyond
 * {@link MAX_TOKENS_PER_REQUEST}): one absurd count makes a whole report worthless, and such a
 * request is estimated, not guessed.
 */
export class TokenCounts {
  #absurd = false;

  get absurd(): boolean {
    return this.#absurd;
  }

  /** The first value that is there; null when none is, or when it is absurd. */
  first(...values: readonly unknown[]): number | null {
    for (const value of values) {
      if (value === undefined || value === null) continue;
      if (isCount(value)) return value;
      this.#absurd = true;
      return null;
    }
    return null;
  }

  /** The same for a count that providers leave out when it is zero. */
  orZero(...values: readonly unknown[]): number {
    return this.first(...values) ?? 0;
  }
}

function isCount(value: unknown): value is number {
  return (
    typeof value === "number" &&
    Number.isInteger(value) &&
    value >= 0 &&
    value <= MAX_TOKENS_PER_REQUEST
  );
}

/** The two totals, and those of their parts that were reported. */
export type UsageParts = Pick<TokenUsage, "promptTokens" | "completionTokens"> &
  Partial<TokenUsage>;

/** Usage from its parts: a part that exceeds its total is cut down to it. */
export function tokenUsage(parts: UsageParts): TokenUsage {
  const { promptTokens, completionTokens } = parts;
  const ofPrompt = (tokens = 0) => Math.min(tokens, promptTokens);
  const ofCompletion = (tokens = 0) => Math.min(tokens, completionTokens);
  // Read and written input are different tokens: together they cannot be more than there were. Where
  // a report counts the same ones twice, they are written ones, which are the dearer.
  const cacheWrite1hTokens = ofPrompt(parts.cacheWrite1hTokens);
  const cacheWriteTokens = Math.min(parts.cacheWriteTokens ?? 0, promptTokens - cacheWrite1hTokens);
  const unwritten = promptTokens - cacheWrite1hTokens - cacheWriteTokens;
  const cachedTokens = Math.min(parts.cachedTokens ?? 0, unwritten);
  const promptAudioTokens = ofPrompt(parts.promptAudioTokens);
  const cachedAudioTokens = Math.min(parts.cachedAudioTokens ?? 0, promptAudioTokens, cachedTokens);
  const usage: TokenUsage = {
    promptTokens,
    completionTokens,
    cachedTokens,
    cacheWriteTokens,
    cacheWrite1hTokens,
    promptAudioTokens,
    completionAudioTokens: ofCompletion(parts.completionAudioTokens),
    reasoningTokens: ofCompletion(parts.reasoningTokens),
    acceptedPredictionTokens: ofCompletion(parts.acceptedPredictionTokens),
    rejectedPredictionTokens: ofCompletion(parts.rejectedPredictionTokens),
  };
  if (cachedAudioTokens > 0) usage.cachedAudioTokens = cachedAudioTokens;
  return usage;
}

/** Whether a report has output in it. */
export const countsOutput = (usage: TokenUsage | null | undefined): boolean =>
  (usage?.completionTokens ?? 0) > 0;
