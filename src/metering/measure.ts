// What an answer is charged for: the provider's figures as far as they go and can be true, else an estimate.
import type { ChatRequest, TokenUsage } from "../base/chat.ts";
import type { Deployment } from "../catalog/types.ts";
import type { ProviderConfig } from "../config/schema.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { RequestLog } from "../telemetry/request-log.ts";
import { addedInputTokens } from "./added-input.ts";
import {
  estimateInput,
  estimateOutput,
  type InputUsage,
  NO_OUTPUT,
  type OutputUsage,
  textTokens,
} from "./estimate.ts";
import { HIDDEN_PROMPT_TOKENS, inputParts } from "./input-bound.ts";
import type { Meter, ReportedUsage } from "./meter.ts";
import type { Produced } from "./produced.ts";
import type { TokenCounter } from "./tokens/counter.ts";

/** The tokens to charge, and where they come from. */
export interface Measured {
  usage: TokenUsage | null;
  source: "reported" | "estimated" | "none";
  /** What the provider says that it cost, in micro-dollars; null where it says nothing. */
  reportedCostMicro: number | null;
}

/** What is measured. */
interface Call {
  input: { request: ChatRequest; bodyBytes: number; log: Pick<RequestLog, "warn"> };
  candidate: { deployment: Deployment; settings: Pick<ProviderConfig, "addsInput"> };
}

interface MeasureDeps {
  countTokens: TokenCounter;
  metrics: Pick<Metrics, "usageDoubted">;
}

/**
 * How far a report may go beyond the model's limits as the catalogue knows them. Providers raise limits before a
 * catalogue notices, but not by this much; what is beyond is a fault that must not empty an account.
 */
const LIMIT_SLACK = 4;

/** Of several final reports, the text is clearly beyond the largest from here on: tokenizers differ, but not so. */
const clearlyBeyond = (tokens: number): number => 2 * tokens + 8;
const BYTES_PER_TOKEN = 4;

/** Measures what has been delivered by now. May reject, and need a tokenizer. */
export async function measureAnswer(
  deps: MeasureDeps,
  call: Call,
  meter: Pick<Meter, "reported" | "produced" | "reportedCostMicro">,
): Promise<Measured> {
  const { countTokens } = deps;
  const { request } = call.input;
  const { deployment } = call.candidate;
  const produced = meter.produced();
  const reported = meter.reported();
  const reportedCostMicro = meter.reportedCostMicro();
  const believed = reported === null ? null : believable(deps, call, reported.tokens);
  if (reported === null || believed === null) {
    const [input, output] = await Promise.all([
      estimateInput(countTokens, request, deployment),
      estimateOutput(countTokens, request, produced),
    ]);
    return { usage: { ...input, ...output }, source: "estimated", reportedCostMicro };
  }
  const isWhole =
    believed.output !== null &&
    reported.coversAll &&
    !(await isOfOneChunk(deps, reported, produced));
  const reportedInput =
    believed.input !== null && (isWhole || believed.input.promptTokens > 0) ? believed.input : null;
  const [input, output] = await Promise.all([
    reportedInput ?? estimateInput(countTokens, request, deployment),
    isWhole && believed.output !== null
      ? believed.output
      : estimateOutput(countTokens, request, produced, believed.output ?? NO_OUTPUT),
  ]);
  const isReported = isWhole && reportedInput !== null;
  const source = isReported ? "reported" : "estimated";
  return { usage: { ...input, ...output }, source, reportedCostMicro };
}

/** Usage comes in each chunk at some providers: cumulative, or that of the chunk alone, which is not the whole. */
async function isOfOneChunk(
  { countTokens }: MeasureDeps,
  { isOneOfSeveral, tokens }: ReportedUsage,
  produced: Produced,
): Promise<boolean> {
  const limit = clearlyBeyond(tokens.completionTokens);
  // Counted only where its length says that there is something to find.
  if (!isOneOfSeveral || Buffer.byteLength(produced.kept) / BYTES_PER_TOKEN <= limit) return false;
  return (await textTokens(countTokens, produced)) > limit;
}

/** As much of a report as can be true: its input, its output, or nothing. */
function believable(
  deps: MeasureDeps,
  call: Call,
  tokens: TokenUsage,
): { input: InputUsage | null; output: OutputUsage | null } | null {
  const { facts } = call.candidate.deployment;
  if (!Object.values(tokens).every((count) => Number.isSafeInteger(count) && count >= 0)) {
    return null;
  }
  if (tokens.promptTokens > facts.contextWindow * LIMIT_SLACK) return null;
  const outputMax = facts.maxOutputTokens * (call.input.request.n ?? 1) * LIMIT_SLACK;
  const { input, output } = sidesOf(tokens);
  return {
    input: canBeInput(deps, call, tokens.promptTokens) ? input : null,
    output: tokens.completionTokens <= outputMax ? output : null,
  };
}

/** A byte has at most one token: more than that is believed only from who adds input by itself. */
function canBeInput({ metrics }: MeasureDeps, { input, candidate }: Call, tokens: number): boolean {
  if (tokens <= HIDDEN_PROMPT_TOKENS) return true;
  const { request, bodyBytes, log } = input;
  const { deployment, settings } = candidate;
  const { textTokens, mediaTokens } = inputParts(request, bodyBytes, deployment.facts);
  const possible = textTokens + mediaTokens * LIMIT_SLACK + HIDDEN_PROMPT_TOKENS;
  if (tokens <= possible || addedInputTokens(request, deployment, settings) > 0) return true;
  log.warn(
    { reportedTokens: tokens, possibleTokens: possible },
    "provider reports more input than the request can have: an estimate is charged",
  );
  metrics.usageDoubted(deployment.providerId);
  return false;
}

/** The counts of either side. */
function sidesOf(tokens: TokenUsage): { input: InputUsage; output: OutputUsage } {
  const { completionTokens, completionAudioTokens, reasoningTokens, ...others } = tokens;
  const { acceptedPredictionTokens, rejectedPredictionTokens, ...input } = others;
  const output = {
    completionTokens,
    completionAudioTokens,
    reasoningTokens,
    acceptedPredictionTokens,
    rejectedPredictionTokens,
  };
  return { input, output };
}
