// Converse's token usage as TokenUsage.
import type { TokenUsage } from "../../base/chat.ts";
import { asObject, isObject } from "../shared/json.ts";
import { MAX_TOKENS_PER_REQUEST } from "../shared/token-counts.ts";

/**
 * Reads a `usage` object. Bedrock's `inputTokens` leaves out what was read from or written to the
 * cache: all three together are the input. Null when it is none, or when a count is absurd
 * (negative, not whole, beyond any model): such a request is estimated, not guessed. Reasoning is
 * part of the output and not told apart.
 */
export function parseUsage(value: unknown): TokenUsage | null {
  if (!isObject(value)) {
    return null;
  }
  const input = count(value.inputTokens);
  const output = count(value.outputTokens);
  const cached = count(value.cacheReadInputTokens ?? 0);
  const written = count(value.cacheWriteInputTokens ?? 0);
  const hour = hourTokens(value.cacheDetails);
  if (input === null || output === null || cached === null || written === null || hour === null) {
    return null;
  }
  const writtenForHour = Math.min(hour, written);
  return {
    promptTokens: input + cached + written,
    completionTokens: output,
    cachedTokens: cached,
    cacheWriteTokens: written - writtenForHour,
    cacheWrite1hTokens: writtenForHour,
    promptAudioTokens: 0,
    completionAudioTokens: 0,
    reasoningTokens: 0,
    acceptedPredictionTokens: 0,
    rejectedPredictionTokens: 0,
  };
}

/** The part of the written tokens that lives for an hour, at its own price. */
function hourTokens(details: unknown): number | null {
  let sum = 0;
  for (const detail of Array.isArray(details) ? details.map(asObject) : []) {
    const tokens = count(detail.inputTokens ?? 0);
    if (tokens === null) {
      return null;
    }
    sum += detail.ttl === "1h" ? tokens : 0;
  }
  return sum;
}

function count(value: unknown): number | null {
  const isCount = typeof value === "number" && Number.isInteger(value) && value >= 0;
  return isCount && value <= MAX_TOKENS_PER_REQUEST ? value : null;
}
