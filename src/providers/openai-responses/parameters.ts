// What becomes of each plain field of a chat request on the Responses API, as data.
import { CARRIED_FIELDS, OLD_TOOL_FIELDS, UNFELT_PLATFORM_FIELDS } from "../shared/chat-fields.ts";

/** Fields with the same name and meaning on both APIs. */
export const SHARED_FIELDS: readonly string[] = [
  ...UNFELT_PLATFORM_FIELDS,
  "moderation",
  "parallel_tool_calls",
  "service_tier",
  "temperature",
  "top_p",
  "user",
];

/**
 * Fields that must never come from a request, whatever the configuration passes on: some would
 * reach into the operator's stored conversations and prompts, which all callers share, one would
 * detach the answer from its call, and the rest are set from the call itself.
 */
export const RESERVED_FIELDS: ReadonlySet<string> = new Set([
  "background",
  "conversation",
  "include",
  "input",
  "max_output_tokens",
  "model",
  "previous_response_id",
  "prompt",
  "reasoning",
  "store",
  "stream",
  "stream_options",
  "text",
]);

/** Fields that the Responses API lacks and that change the answer. */
export const REFUSED_FIELDS = [
  "n",
  "stop",
  "modalities",
  "audio",
  "functions",
  "web_search_options",
] as const;

/** Fields that need no word to the caller: they are carried on, in whichever form, or refused. */
export const SERVED_FIELDS: readonly string[] = [
  ...SHARED_FIELDS,
  ...CARRIED_FIELDS,
  ...OLD_TOOL_FIELDS,
  ...REFUSED_FIELDS,
  "logprobs",
  "top_logprobs",
  "verbosity",
];
