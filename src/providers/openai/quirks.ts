// What sets an OpenAI-compatible provider apart from OpenAI, as data that a declaration holds.
import type { RequestPatch } from "./request-patches.ts";
import type { UsageOptions } from "./usage.ts";

export interface Quirks {
  /** The field that carries the output limit. Only OpenAI and Azure know the newer name. */
  outputLimitField: "max_tokens" | "max_completion_tokens";
  /**
   * Asks for usage in streams (`stream_options.include_usage`). Off where the field itself is
   * refused.
   */
  asksStreamUsage: boolean;
  /**
   * Sends `stream_options.include_obfuscation: false`, which saves the padding of each chunk.
   * OpenAI only.
   */
  refusesObfuscation: boolean;
  /** OpenAI's documented fields that this provider takes; "all" but for the refused ones. */
  knownFields: "all" | readonly string[];
  /** Documented fields that this provider answers with an error: they are dropped. */
  refusedFields: readonly string[];
  /**
   * Fields of the provider's own that callers may send; `true` lets every unknown field through.
   */
  passFields: true | readonly string[];
  /** Changes to the body, in this order, after its fields were chosen. */
  patches: readonly RequestPatch[];
  /** See UsageOptions. */
  hiddenOutputInTotal: UsageOptions["hiddenOutputInTotal"];
  /** See UsageOptions. */
  reportsCost: boolean;
}

/**
 * An OpenAI-compatible provider of which nothing special is known: the older output limit, usage in
 * streams, the documented fields and no others.
 */
export const COMPATIBLE: Quirks = {
  outputLimitField: "max_tokens",
  asksStreamUsage: true,
  refusesObfuscation: false,
  knownFields: "all",
  refusedFields: [],
  passFields: [],
  patches: [],
  hiddenOutputInTotal: false,
  reportsCost: false,
};

/** The 37 fields of OpenAI's chat completions reference, of which the server sets four itself. */
export const OPENAI_CHAT_FIELDS: ReadonlySet<string> = new Set([
  "audio",
  "frequency_penalty",
  "function_call",
  "functions",
  "logit_bias",
  "logprobs",
  "messages",
  "metadata",
  "modalities",
  "moderation",
  "n",
  "parallel_tool_calls",
  "prediction",
  "presence_penalty",
  "prompt_cache_key",
  "prompt_cache_options",
  "prompt_cache_retention",
  "reasoning_effort",
  "response_format",
  "safety_identifier",
  "seed",
  "service_tier",
  "stop",
  "store",
  "temperature",
  "tool_choice",
  "tools",
  "top_logprobs",
  "top_p",
  "user",
  "verbosity",
  "web_search_options",
]);

/** Set by the server for every call, from the call itself: a request's own values never pass. */
export const SERVER_FIELDS: ReadonlySet<string> = new Set([
  "model",
  "max_tokens",
  "max_completion_tokens",
  "stream",
  "stream_options",
]);

/** Fields of OpenAI's own platform (storage, its prompt cache, its safety reports) that change no answer. */
const UNFELT_PLATFORM_FIELDS: readonly string[] = [
  "metadata",
  "prompt_cache_key",
  "prompt_cache_options",
  "prompt_cache_retention",
  "safety_identifier",
  "store",
];

/**
 * Fields that only mean something on OpenAI's own platform: strict providers refuse them and lenient
 * ones ignore them.
 */
export const PLATFORM_FIELDS: readonly string[] = [...UNFELT_PLATFORM_FIELDS, "moderation"];

/** Fields without which the answer is the same. */
export const UNFELT_FIELDS: ReadonlySet<string> = new Set([
  ...UNFELT_PLATFORM_FIELDS,
  "cache_control",
  "service_tier",
  "user",
]);
