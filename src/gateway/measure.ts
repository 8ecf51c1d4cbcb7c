// What an answer is charged for: the provider's figures as far as they go and can be true, else an estimate.
import type { TokenUsage } from "../base/chat.ts";
import type { UsageSource } from "../ledger/ending.ts";
import type { UpstreamCall } from "../providers/protocol.ts";
import type { DispatchedChat } from "./dispatch.ts";
import { completeUsage, estimateUsage } from "./estimate.ts";
import type { ProducedText, ReportedUsage } from "./meter.ts";

/**
 * How far a report may go beyond the model's limits as the catalogue knows them. Providers raise limits before a
 * catalogue notices, but not by this much; what is beyond is a fault that must not empty an account.
 */
const LIMIT_SLACK = 4;

/** The tokens to charge, and where they come from. */
export async function measureAnswer(
  { call, countTokens }: Pick<DispatchedChat, "call" | "countTokens">,
  reported: ReportedUsage | null,
  produced: () => ProducedText,
): Promise<{ usage: TokenUsage; source: UsageSource }> {
  const believed = reported === null ? null : believable(call, reported.tokens);
  if (believed === null) {
    return {
      usage: await estimateUsage(countTokens, call.request, produced()),
      source: "estimated",
    };
  }
  if (reported?.isFinal === true && believed === reported.tokens) {
    return { usage: believed, source: "reported" };
  }
  return {
    usage: await completeUsage(countTokens, call.request, believed, produced()),
    source: "estimated",
  };
}

/** As much of a report as can be true: all of it, its input alone, or nothing. */
function believable({ facts, request }: UpstreamCall, usage: TokenUsage): TokenUsage | null {
  if (usage.promptTokens > facts.contextWindow * LIMIT_SLACK) return null;
  const outputMax = facts.maxOutputTokens * (request.n ?? 1) * LIMIT_SLACK;
  return usage.completionTokens > outputMax ? { ...usage, ...NO_OUTPUT } : usage;
}

const NO_OUTPUT = {
  completionTokens: 0,
  completionAudioTokens: 0,
  reasoningTokens: 0,
  acceptedPredictionTokens: 0,
  rejectedPredictionTokens: 0,
} satisfies Partial<TokenUsage>;
