// Anthropic's token usage, which a stream reports in several cumulative pieces, as TokenUsage.
import type { TokenUsage } from "../../base/chat.ts";
import { asObject, isObject } from "../shared/json.ts";
import { MAX_TOKENS_PER_REQUEST } from "../shared/token-counts.ts";

/** The counts as Anthropic gives them: `input` without what the cache read or wrote. */
interface Counts {
  input?: number;
  cacheRead?: number;
  cacheWrite?: number;
  cacheWrite1h?: number;
  cacheWrite5m?: number;
  output?: number;
  thinking?: number;
}

/**
 * Collects one answer's usage. Each report is cumulative, so that a later count replaces an earlier
 * one, and a count that a later report lacks is kept: the first names the input and how its written
 * part lives, the last one the output.
 */
export class UsageReader {
  readonly #counts: Counts = {};
  #absurd = false;

  /**
   * Takes a `usage` object, or whatever stands in its place, and gives the usage so far. Null while
   * input or output is unknown, and from the first absurd count on (negative, not a whole number,
   * more than any request can have): such a request is estimated, not guessed.
   */
  add(usage: unknown): TokenUsage | null {
    if (isObject(usage)) {
      const written = asObject(usage.cache_creation);
      this.#set("input", usage.input_tokens);
      this.#set("cacheRead", usage.cache_read_input_tokens);
      this.#set("cacheWrite", usage.cache_creation_input_tokens);
      this.#set("cacheWrite1h", written.ephemeral_1h_input_tokens);
      this.#set("cacheWrite5m", written.ephemeral_5m_input_tokens);
      this.#set("output", usage.output_tokens);
      this.#set("thinking", asObject(usage.output_tokens_details).thinking_tokens);
    }
    return this.#absurd ? null : toTokenUsage(this.#counts);
  }

  #set(name: keyof Counts, value: unknown): void {
    if (value === undefined || value === null) {
      return;
    }
    const isCount =
      typeof value === "number" &&
      Number.isInteger(value) &&
      value >= 0 &&
      value <= MAX_TOKENS_PER_REQUEST;
    if (isCount) {
      this.#counts[name] = value;
    } else {
      this.#absurd = true;
    }
  }
}

function toTokenUsage(counts: Counts): TokenUsage | null {
  const { input, output, cacheRead = 0, cacheWrite1h = 0, cacheWrite5m = 0 } = counts;
  if (input === undefined || output === undefined) {
    return null;
  }
  const written = counts.cacheWrite ?? cacheWrite1h + cacheWrite5m;
  const written1h = Math.min(cacheWrite1h, written);
  return {
    promptTokens: input + cacheRead + written,
    completionTokens: output,
    cachedTokens: cacheRead,
    cacheWriteTokens: written - written1h,
    cacheWrite1hTokens: written1h,
    promptAudioTokens: 0,
    completionAudioTokens: 0,
    reasoningTokens: Math.min(counts.thinking ?? 0, output),
    acceptedPredictionTokens: 0,
    rejectedPredictionTokens: 0,
  };
}
