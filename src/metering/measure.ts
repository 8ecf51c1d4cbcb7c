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

type Metered = Pick<Meter, "reported" | "produced" | "reportedCostMicro">;

/** Measures what has been delivered by now: at once where one report says it all. May reject, and need a tokenizer. */
export function measureAnswer(
  deps: MeasureDeps,
  call: Call,
  meter: Metered,
): Measured | Promise<Measured> {
  const reported = meter.reported();
  const belief = reported === null ? NOTHING_BELIEVED : beliefIn(deps, call, reported.tokens);
  const { input, output } = belief;
  if (reported?.coversAll === true && !reported.isOneOfSeveral && input && output) {
    const reportedCostMicro = meter.reportedCostMicro();
    return { usage: reported.tokens, source: "reported", reportedCostMicro };
  }
  return estimated(deps, call, meter, belief);
}

async function estimated(
  deps: MeasureDeps,
  { input: { request }, candidate: { deployment } }: Call,
  meter: Metered,
  belief: Belief,
): Promise<Measured> {
  const { countTokens } = deps;
  const produced = meter.produced();
  const reported = meter.reported();
  const reportedCostMicro = meter.reportedCostMicro();
  const sides = reported === null ? null : sidesOf(reported.tokens);
  const isWhole =
    belief.output &&
    reported?.coversAll === true &&
    !(await isOfOneChunk(deps, reported, produced));
  const isInputReported =
    sides !== null && belief.input && (isWhole || sides.input.promptTokens > 0);
  const [input, output] = await Promise.all([
    isInputReported ? sides.input : estimateInput(countTokens, request, deployment),
    isWhole && sides !== null
      ? sides.output
      : estimateOutput(
          countTokens,
          request,
          produced,
          belief.output && sides !== null ? sides.output : NO_OUTPUT,
        ),
  ]);
  const source = isWhole && isInputReported ? "reported" : "estimated";
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

/** Which sides of a report can be true. */
interface Belief {
  input: boolean;
  output: boolean;
}

const NOTHING_BELIEVED: Belief = { input: false, output: false };

function beliefIn(deps: MeasureDeps, call: Call, tokens: TokenUsage): Belief {
  const { facts } = call.candidate.deployment;
  for (const kind in tokens) {
    if (!isCount(tokens[kind as keyof TokenUsage])) return NOTHING_BELIEVED;
  }
  if (tokens.promptTokens > facts.contextWindow * LIMIT_SLACK) return NOTHING_BELIEVED;
  const outputMax = facts.maxOutputTokens * (call.input.request.n ?? 1) * LIMIT_SLACK;
  return {
    input: canBeInput(deps, call, tokens.promptTokens),
    output: tokens.completionTokens <= outputMax,
  };
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;

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
