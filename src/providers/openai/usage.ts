// A provider's token usage, in any of its spellings, as TokenUsage.
import type { TokenUsage } from "../../base/chat.ts";
import type { UpstreamChunk } from "../protocol.ts";
import { asArray, asObject, drop, isGiven, isObject, type JsonObject } from "../shared/json.ts";
import { TokenCounts, tokenUsage } from "../shared/token-counts.ts";

export interface UsageOptions {
  /**
   * What `total_tokens` has beyond the two parts is output as well: xAI and Google leave reasoning out
   * of `completion_tokens`. `if reported` is for providers of which nothing is known: only the total
   * tells.
   */
  hiddenOutputInTotal: boolean | "if reported";
  /** `usage.cost` is what the call cost the operator, in USD. */
  reportsCost: boolean;
}

/**
 * What a body or chunk reports of its call, or null where it has no usage.
 * @param writesForAnHour whether the request asked for a cache of one hour: only then does it matter,
 * as reports do not tell the two kinds of written tokens apart
 */
export function readUsage(
  body: JsonObject,
  options: UsageOptions,
  writesForAnHour: () => boolean,
): Pick<UpstreamChunk, "usage" | "reportedCostMicro"> | null {
  const given = findUsage(body);
  if (given === undefined) {
    return null;
  }
  const usage = parseUsage(given, options, writesForAnHour);
  const cost = options.reportsCost && isObject(given) ? costMicro(given) : null;
  return cost === null ? { usage } : { usage, reportedCostMicro: cost };
}

/**
 * Null when the value is none, when a count is absurd (see {@link TokenCounts}) or when input or
 * output is missing: such a request is estimated, not guessed. Zeros are counts as any other.
 */
export function parseUsage(
  value: unknown,
  { hiddenOutputInTotal }: Pick<UsageOptions, "hiddenOutputInTotal">,
  writesForAnHour: () => boolean = () => false,
): TokenUsage | null {
  if (!isObject(value)) {
    return null;
  }
  const counts = new TokenCounts();
  const promptDetails = asObject(value.prompt_tokens_details);
  const completionDetails = asObject(value.completion_tokens_details);
  const total = counts.first(value.total_tokens);
  const promptGiven = counts.first(value.prompt_tokens);
  const completionGiven = counts.first(value.completion_tokens);
  // One missing part follows from the total; without a total there is nothing to go by.
  const promptTokens = promptGiven ?? difference(total, completionGiven);
  const completionTokens = completionGiven ?? difference(total, promptGiven);
  const cachedTokens = counts.orZero(
    promptDetails.cached_tokens,
    value.prompt_cache_hit_tokens, // DeepSeek
    value.num_cached_tokens, // Mistral
    value.cached_tokens, // Moonshot and some others
    value.cache_read_input_tokens, // Proxies in front of Claude
  );
  const written = counts.orZero(
    promptDetails.cache_write_tokens,
    promptDetails.cache_creation_tokens,
    value.cache_write_tokens,
    value.cache_creation_input_tokens,
  );
  const reasoning = counts.orZero(completionDetails.reasoning_tokens, value.reasoning_tokens);
  const promptAudioTokens = counts.orZero(promptDetails.audio_tokens);
  const completionAudioTokens = counts.orZero(completionDetails.audio_tokens);
  const acceptedPredictionTokens = counts.orZero(completionDetails.accepted_prediction_tokens);
  const rejectedPredictionTokens = counts.orZero(completionDetails.rejected_prediction_tokens);
  if (promptTokens === null || completionTokens === null || counts.absurd) {
    return null;
  }
  const isHidden =
    hiddenOutputInTotal === true || (hiddenOutputInTotal !== false && total !== null);
  const { input: hiddenInput, output: hidden } = isHidden
    ? hiddenTokens(total, { promptTokens, completionTokens, reasoning, cachedTokens, written })
    : NOTHING_HIDDEN;
  const isHour = written > 0 && writesForAnHour();
  return tokenUsage({
    cachedTokens,
    promptAudioTokens,
    completionAudioTokens,
    acceptedPredictionTokens,
    rejectedPredictionTokens,
    promptTokens: promptTokens + hiddenInput,
    completionTokens: completionTokens + hidden,
    reasoningTokens: Math.max(reasoning, hidden),
    cacheWriteTokens: isHour ? 0 : written,
    cacheWrite1hTokens: isHour ? written : 0,
  });
}

/** The same of the Responses API's usage, by its names. */
export function parseResponsesUsage(value: unknown): TokenUsage | null {
  const given = asObject(value);
  const chat = {
    prompt_tokens: given.input_tokens,
    completion_tokens: given.output_tokens,
    total_tokens: given.total_tokens,
    prompt_tokens_details: given.input_tokens_details,
    completion_tokens_details: given.output_tokens_details,
  };
  return parseUsage(chat, { hiddenOutputInTotal: false });
}

type Totals = Record<
  "promptTokens" | "completionTokens" | "reasoning" | "cachedTokens" | "written",
  number
>;

const NOTHING_HIDDEN = { input: 0, output: 0 };

/** What only the total has: input that was read from a cache or written to it, or else output. */
function hiddenTokens(total: number | null, parts: Totals): { input: number; output: number } {
  const { promptTokens, completionTokens, reasoning, cachedTokens, written } = parts;
  if (total === null) {
    // Then more reasoning than output can only mean that it is not part of the output.
    return { input: 0, output: reasoning > completionTokens ? reasoning : 0 };
  }
  const beyond = Math.max(0, total - promptTokens - completionTokens);
  // Some proxies count such input in the total and not in the prompt.
  const isCache = [cachedTokens, written, cachedTokens + written].includes(beyond);
  return isCache ? { input: beyond, output: 0 } : { input: 0, output: beyond };
}

function difference(total: number | null, part: number | null): number | null {
  return total !== null && part !== null && total >= part ? total - part : null;
}

/**
 * OpenRouter's `cost` in micro-dollars, rounded up; null where none is reported. A call with the operator's own key at the host behind it costs OpenRouter's fee
 * there, and what the host takes from the operator besides. What it can be at most is for who charges it to say.
 */
function costMicro(usage: JsonObject): number | null {
  const { cost, is_byok: isByok } = usage;
  const { upstream_inference_cost: upstream } = asObject(usage.cost_details);
  const fee = usd(cost);
  const behind = usd(upstream) ?? 0;
  if (fee === null) {
    return null;
  }
  const ownKey = typeof isByok === "boolean" ? isByok : behind > fee;
  const micro = (ownKey ? fee + behind : fee) * 1_000_000;
  // A double's own error must not round up to one more.
  return Math.ceil(Number(micro.toFixed(4)));
}

function usd(value: unknown): number | null {
  return typeof value === "number" && value >= 0 ? value : null;
}

/**
 * The usage object of a body or chunk: its own, Groq's in `x_groq`, or that of a choice (Moonshot).
 * Undefined when there is none.
 */
function findUsage(body: JsonObject): unknown {
  const ofChoices = () => asArray(body.choices).map((choice) => asObject(choice).usage);
  return body.usage ?? asObject(body.x_groq).usage ?? ofChoices().find(isObject);
}

/**
 * Takes usage out of a body, a chunk or a choice, as the protocol gives it beside the answer; Groq's
 * envelope goes as a whole. True when anything was there.
 */
export function dropUsage(holder: JsonObject): boolean {
  const dropped = isGiven(holder.usage) && drop(holder, "usage");
  return drop(holder, "x_groq") || dropped;
}
