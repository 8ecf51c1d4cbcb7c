// The gateway's own counts of tokens, as tests expect them.
import type { TokenUsage } from "../../src/base/chat.ts";

/** These counts; the others are 0. */
export const tokens = (counts: Partial<TokenUsage> = {}): TokenUsage => ({
  promptTokens: 0,
  completionTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  cacheWrite1hTokens: 0,
  promptAudioTokens: 0,
  completionAudioTokens: 0,
  reasoningTokens: 0,
  acceptedPredictionTokens: 0,
  rejectedPredictionTokens: 0,
  ...counts,
});
