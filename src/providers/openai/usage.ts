// A provider's token usage, in any of its spellings, as TokenUsage.
import type { TokenUsage } from "../../base/chat.ts";
import { asObject, isObject, type JsonObject } from "../shared/json.ts";
import { MAX_TOKENS_PER_REQUEST } from "../shared/token-counts.ts";

export interface UsageOptions {
  /**
   * The provider leaves reasoning out of `completion_tokens` and counts it in `total_tokens` only
   * (xAI, Google): what the total has beyond the two parts is output as well.
   */
  hiddenOutputInTotal: boolean;
  /** The request asked for written tokens to live for an hour, which the counts do not tell apart. */
  writtenForHour?: boolean;
}

/**
 * Reads a `usage` object. Null when it is none, when a count is absurd (negative, not a whole
 * number, beyond {@link MAX_TOKENS_PER_REQUEST}) or when input or output is missing: such a request
 * is estimated, not guessed. A detail that exceeds its total is clamped to it. Zeros are counts as
 * any other.
 */
export function parseUsage(value: unknown, options: UsageOptions): TokenUsage | null {
  if (!isObject(value)) {
    return null;
  }
  const counts = new Counts();
  const promptDetails = asObject(value.prompt_tokens_details);
  const completionDetails = asObject(value.completion_tokens_details);
  const totals = readTotals(value, completionDetails, counts, options);
  const cached = counts.firstOf(
    promptDetails.cached_tokens,
    value.prompt_cache_hit_tokens, // DeepSeek
    value.num_cached_tokens, // Mistral
    value.cached_tokens, // Moonshot and some others
  );
  const cacheWrite = counts.firstOf(
    promptDetails.cache_write_tokens,
    promptDetails.cache_creation_tokens,
    value.cache_write_tokens,
  );
  const promptAudio = counts.firstOf(promptDetails.audio_tokens);
  const completionAudio = counts.firstOf(completionDetails.audio_tokens);
  const accepted = counts.firstOf(completionDetails.accepted_prediction_tokens);
  const rejected = counts.firstOf(completionDetails.rejected_prediction_tokens);
  if (totals === null || counts.absurd) {
    return null;
  }
  const { prompt, completion, reasoning } = totals;
  const cachedTokens = Math.min(cached ?? 0, prompt);
  // Read and written input are different tokens: together they cannot be more than there were.
  const written = Math.min(cacheWrite ?? 0, prompt - cachedTokens);
  return {
    promptTokens: prompt,
    completionTokens: completion,
    cachedTokens,
    cacheWriteTokens: options.writtenForHour === true ? 0 : written,
    cacheWrite1hTokens: options.writtenForHour === true ? written : 0,
    promptAudioTokens: Math.min(promptAudio ?? 0, prompt),
    completionAudioTokens: Math.min(completionAudio ?? 0, completion),
    reasoningTokens: Math.min(reasoning, completion),
    acceptedPredictionTokens: Math.min(accepted ?? 0, completion),
    rejectedPredictionTokens: Math.min(rejected ?? 0, completion),
  };
}

interface Totals {
  prompt: number;
  completion: number;
  reasoning: number;
}

function readTotals(
  usage: JsonObject,
  completionDetails: JsonObject,
  counts: Counts,
  options: UsageOptions,
): Totals | null {
  const total = counts.firstOf(usage.total_tokens);
  const promptGiven = counts.firstOf(usage.prompt_tokens);
  const completionGiven = counts.firstOf(usage.completion_tokens);
  const reasoning = counts.firstOf(completionDetails.reasoning_tokens, usage.reasoning_tokens) ?? 0;
  // One missing part follows from the total; without a total there is nothing to go by.
  const prompt = promptGiven ?? difference(total, completionGiven);
  const completion = completionGiven ?? difference(total, promptGiven);
  if (prompt === null || completion === null) {
    return null;
  }
  if (!options.hiddenOutputInTotal) {
    return { prompt, completion, reasoning };
  }
  // Without a total, more reasoning than output can only mean that it is not part of the output.
  const untold = total === null && reasoning > completion ? reasoning : 0;
  const hidden = total === null ? untold : Math.max(0, total - prompt - completion);
  return { prompt, completion: completion + hidden, reasoning: Math.max(reasoning, hidden) };
}

function difference(total: number | null, part: number | null): number | null {
  return total !== null && part !== null && total >= part ? total - part : null;
}

/**
 * Reads counts and remembers whether any was absurd, as one absurd count makes the whole usage
 * worthless.
 */
class Counts {
  absurd = false;

  /** The first value that is there, or null when none is. */
  firstOf(...values: unknown[]): number | null {
    const value = values.find((candidate) => candidate !== undefined && candidate !== null);
    if (value === undefined) {
      return null;
    }
    if (
      typeof value !== "number" ||
      !Number.isInteger(value) ||
      value < 0 ||
      value > MAX_TOKENS_PER_REQUEST
    ) {
      this.absurd = true;
      return null;
    }
    return value;
  }
}

/**
 * The usage object of a body or chunk: its own, or Groq's in `x_groq`. Undefined when there is
 * none.
 */
export function findUsage(body: JsonObject): unknown {
  return body.usage ?? asObject(body.x_groq).usage ?? undefined;
}
