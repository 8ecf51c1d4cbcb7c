// The fields of a chat request by what becomes of them, whichever dialect carries them on.

/** Fields that every dialect has a form of, or refuses. */
export const CARRIED_FIELDS = [
  "parallel_tool_calls",
  "reasoning_effort",
  "response_format",
  "stop",
  "temperature",
  "tool_choice",
  "tools",
  "top_p",
] as const;

/** What `tools` and `tool_choice` were called at first: only chat completions knows them still. */
export const OLD_TOOL_FIELDS = ["function_call", "functions"] as const;

/** Fields of OpenAI's own platform (storage, its prompt cache, its safety reports) that change no answer. */
export const UNFELT_PLATFORM_FIELDS = [
  "metadata",
  "prompt_cache_key",
  "prompt_cache_options",
  "prompt_cache_retention",
  "safety_identifier",
  "store",
] as const;

/** The 37 fields of OpenAI's chat completions reference, but for those that the server sets itself. */
export const OPENAI_CHAT_FIELDS: ReadonlySet<string> = new Set([
  ...CARRIED_FIELDS,
  ...OLD_TOOL_FIELDS,
  ...UNFELT_PLATFORM_FIELDS,
  "audio",
  "frequency_penalty",
  "logit_bias",
  "logprobs",
  "messages",
  "modalities",
  "moderation",
  "n",
  "prediction",
  "presence_penalty",
  "seed",
  "service_tier",
  "top_logprobs",
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

/** Fields without which the answer is the same. */
export const UNFELT_FIELDS: ReadonlySet<string> = new Set([
  ...UNFELT_PLATFORM_FIELDS,
  "cache_control",
  "user",
]);
