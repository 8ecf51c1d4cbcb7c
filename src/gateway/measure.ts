// What an answer is charged for: the provider's figures as far as they go and can be true, else an estimate.
import type { ChatRequest, TokenUsage } from "../base/chat.ts";
import type { ModelFacts } from "../base/model.ts";
import type { UsageSource } from "../ledger/ending.ts";
import type { CallPlan, ChatDeps, ChatInput } from "./dispatch.ts";
import { completeUsage, estimateUsage } from "./estimate.ts";
import type { Meter } from "./meter.ts";

/** The tokens to charge, and where they come from. */
export interface Measured {
  usage: TokenUsage | null;
  source: UsageSource;
}

/**
 * How far a report may go beyond the model's limits as the catalogue knows them. Providers raise limits before a
 * catalogue notices, but not by this much; what is beyond is a fault that must not empty an account.
 */
const LIMIT_SLACK = 4;

/** Measures what has been delivered by now. May reject, and need a tokenizer. */
export async function measureAnswer(
  { countTokens }: Pick<ChatDeps, "countTokens">,
  {
    input: { request },
    plan,
  }: { input: Pick<ChatInput, "request">; plan: Pick<CallPlan, "deployment"> },
  meter: Meter,
): Promise<Measured> {
  const reported = meter.usage();
  const believed =
    reported === null ? null : believable(request, plan.deployment.facts, reported.tokens);
  if (reported === null || believed === null) {
    return { usage: await estimateUsage(countTokens, request, meter.text()), source: "estimated" };
  }
  // What went on after the last report is not in it, whether the answer was cut or not.
  if (reported.isFinal && meter.isCovered() && believed === reported.tokens) {
    return { usage: believed, source: "reported" };
  }
  return {
    usage: await completeUsage(countTokens, request, believed, meter.text()),
    source: "estimated",
  };
}

/** As much of a report as can be true: all of it, its input alone, or nothing. */
function believable(request: ChatRequest, facts: ModelFacts, usage: TokenUsage): TokenUsage | null {
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
