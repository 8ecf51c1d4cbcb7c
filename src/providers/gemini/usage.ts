// Gemini's usageMetadata as TokenUsage.
import type { TokenUsage } from "../../base/chat.ts";
import { isObject } from "../shared/json.ts";
import { MAX_TOKENS_PER_REQUEST } from "../shared/token-counts.ts";

/**
 * Reads `usageMetadata`, which is cumulative: the last one of a stream counts. Null when it is
 * none, when a count is absurd (negative, not a whole number, beyond what a request can have) or
 * when nothing tells the input. Gemini leaves zeros out, so that a missing count is one. The input
 * is the prompt, which includes what was cached, and what tools added to it; the output is what was
 * answered and what was thought, which Gemini counts apart.
 */
export function parseUsage(value: unknown): TokenUsage | null {
  if (!isObject(value)) {
    return null;
  }
  const counts = [
    value.promptTokenCount,
    value.toolUsePromptTokenCount,
    value.candidatesTokenCount,
    value.thoughtsTokenCount,
    value.cachedContentTokenCount,
    value.totalTokenCount,
  ].map(count);
  const audio = [
    value.promptTokensDetails,
    value.toolUsePromptTokensDetails,
    value.candidatesTokensDetails,
  ].map(audioTokens);
  if (counts.includes(null) || audio.includes(null)) {
    return null;
  }
  const [prompt = 0, toolUse = 0, candidates = 0, thoughts = 0, cached = 0, total = 0] =
    counts.map(Number);
  const [promptAudio = 0, toolAudio = 0, candidatesAudio = 0] = audio.map(Number);
  if (missing(value.promptTokenCount) && total === 0) {
    return null;
  }
  const told = candidates + thoughts;
  const input = missing(value.promptTokenCount) ? Math.max(0, total - told) : prompt + toolUse;
  // Early pieces of a stream can have a total before they tell its parts.
  const output = told === 0 ? Math.max(0, total - input) : told;
  return {
    promptTokens: input,
    completionTokens: output,
    cachedTokens: Math.min(cached, input),
    cacheWriteTokens: 0,
    cacheWrite1hTokens: 0,
    promptAudioTokens: Math.min(promptAudio + toolAudio, input),
    completionAudioTokens: Math.min(candidatesAudio, output),
    reasoningTokens: Math.min(thoughts, output),
    acceptedPredictionTokens: 0,
    rejectedPredictionTokens: 0,
  };
}

function missing(value: unknown): boolean {
  return value === undefined || value === null;
}

/** A count, 0 where it is missing, null where it is absurd. */
function count(value: unknown): number | null {
  if (missing(value)) {
    return 0;
  }
  const sane =
    typeof value === "number" &&
    Number.isInteger(value) &&
    value >= 0 &&
    value <= MAX_TOKENS_PER_REQUEST;
  return sane ? value : null;
}

/** The tokens of sound in a list of counts by modality; null when one is absurd. */
function audioTokens(details: unknown): number | null {
  let sum = 0;
  for (const detail of Array.isArray(details) ? details : []) {
    if (isObject(detail) && detail.modality === "AUDIO") {
      const tokens = count(detail.tokenCount);
      if (tokens === null) {
        return null;
      }
      sum += tokens;
    }
  }
  return sum;
}
