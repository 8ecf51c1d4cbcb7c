// Gemini's usageMetadata as TokenUsage.
import type { TokenUsage } from "../../base/chat.ts";
import { asArray, isGiven, isObject } from "../shared/json.ts";
import { TokenCounts, tokenUsage } from "../shared/token-counts.ts";

/**
 * Reads `usageMetadata`, which is cumulative: the last one of a stream counts. Null when it is
 * none, when a count is absurd or when nothing tells the input. Gemini leaves zeros out, so that a
 * missing count is one. The input is the prompt, which includes what was cached, and what tools added
 * to it; the output is what was answered and what was thought, which Gemini counts apart.
 */
export function parseUsage(value: unknown): TokenUsage | null {
  if (!isObject(value)) {
    return null;
  }
  const counts = new TokenCounts();
  const total = counts.orZero(value.totalTokenCount);
  const toolUse = counts.orZero(value.toolUsePromptTokenCount);
  const thoughts = counts.orZero(value.thoughtsTokenCount);
  const reported = counts.orZero(value.candidatesTokenCount) + thoughts;
  const prompt = counts.first(value.promptTokenCount);
  const input = prompt === null ? Math.max(0, total - reported) : prompt + toolUse;
  // Early chunks of a stream can have a total before they have its parts.
  const output = reported === 0 ? Math.max(0, total - input) : reported;
  const audio = (details: unknown) => audioTokens(details, counts);
  const usage = tokenUsage({
    promptTokens: input,
    completionTokens: output,
    cachedTokens: counts.orZero(value.cachedContentTokenCount),
    promptAudioTokens: audio(value.promptTokensDetails) + audio(value.toolUsePromptTokensDetails),
    cachedAudioTokens: audio(value.cacheTokensDetails),
    completionAudioTokens: audio(value.candidatesTokensDetails),
    reasoningTokens: thoughts,
  });
  const isEmpty = !isGiven(value.promptTokenCount) && total === 0;
  return counts.absurd || isEmpty ? null : usage;
}

/** The tokens of sound in a list of counts by modality. */
function audioTokens(details: unknown, counts: TokenCounts): number {
  let tokens = 0;
  for (const detail of asArray(details)) {
    if (isObject(detail) && detail.modality === "AUDIO") {
      tokens += counts.orZero(detail.tokenCount);
    }
  }
  return tokens;
}
