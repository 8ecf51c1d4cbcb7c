// What becomes of each plain field of a chat request on the Responses API, as data.
import type { ChatRequest } from "../../base/chat.ts";
import { refuseForms } from "../shared/form-fields.ts";

/** Fields with the same name and meaning on both APIs. */
export const SHARED_FIELDS: readonly string[] = [
  "metadata",
  "moderation",
  "parallel_tool_calls",
  "prompt_cache_key",
  "prompt_cache_options",
  "prompt_cache_retention",
  "safety_identifier",
  "service_tier",
  "temperature",
  "top_p",
  "user",
];

/** Fields that the Responses API has in another form. */
export const REWRITTEN_FIELDS: readonly string[] = [
  "function_call",
  "logprobs",
  "reasoning_effort",
  "response_format",
  "tool_choice",
  "tools",
  "top_logprobs",
  "verbosity",
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

/**
 * Throws when the request needs what the Responses API cannot do.
 * @throws ApiError 400, code `unsupported_parameter`, its param the field
 */
export function refuseUnsupported(request: ChatRequest): void {
  refuseForms(
    request,
    REFUSED_FIELDS,
    (field) =>
      `'${field}' cannot be used in this request: OpenAI serves this model, with these tools ` +
      "and this effort, only through its Responses API, which lacks the field.",
  );
}
