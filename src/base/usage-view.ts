// Usage as the client sees it: OpenAI's shape, and what it cost.
import type { TokenUsage } from "./chat.ts";
import { formatCredits } from "./micro.ts";

export interface UsageView {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details: {
    cached_tokens: number;
    cache_write_tokens: number;
    audio_tokens: number;
  };
  completion_tokens_details: {
    reasoning_tokens: number;
    audio_tokens: number;
    accepted_prediction_tokens: number;
    rejected_prediction_tokens: number;
  };
}

/** What was charged rides along as `cost`, a number of credits as other gateways send it, and whether it is estimated. */
export interface ChargedUsageView extends UsageView {
  cost: number;
  estimated?: true;
}

export function usageView(usage: TokenUsage): UsageView {
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.promptTokens + usage.completionTokens,
    prompt_tokens_details: {
      cached_tokens: usage.cachedTokens,
      cache_write_tokens: usage.cacheWriteTokens + usage.cacheWrite1hTokens,
      audio_tokens: usage.promptAudioTokens,
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens,
      audio_tokens: usage.completionAudioTokens,
      accepted_prediction_tokens: usage.acceptedPredictionTokens,
      rejected_prediction_tokens: usage.rejectedPredictionTokens,
    },
  };
}

export function chargedUsageView(
  usage: TokenUsage,
  isEstimated: boolean,
  chargedMicro: number,
): ChargedUsageView {
  const view = usageView(usage) as ChargedUsageView;
  view.cost = Number(formatCredits(chargedMicro));
  if (isEstimated) view.estimated = true;
  return view;
}
