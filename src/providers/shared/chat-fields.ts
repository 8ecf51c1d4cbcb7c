// The fields of a chat request by what becomes of them, whichever dialect carries them on.

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

/** Fields that every dialect with forms of its own carries on or refuses. */
export const CARRIED_FIELDS: readonly string[] = [
  "function_call",
  "functions",
  "parallel_tool_calls",
  "reasoning_effort",
  "response_format",
  "stop",
  "temperature",
  "tool_choice",
  "tools",
  "top_p",
];

/** Fields of OpenAI's own platform (storage, its prompt cache, its safety reports) that change no answer. */
export const UNFELT_PLATFORM_FIELDS: readonly string[] = [
  "metadata",
  "prompt_cache_key",
  "prompt_cache_options",
  "prompt_cache_retention",
  "safety_identifier",
  "store",
];

/** Fields without which the answer is the same. */
export const UNFELT_FIELDS: ReadonlySet<string> = new Set([
  ...UNFELT_PLATFORM_FIELDS,
  "cache_control",
  "user",
]);
