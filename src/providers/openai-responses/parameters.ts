// What becomes of each plain field of a chat request on the Responses API, as data.
import type { ChatRequest } from "../../base/chat.ts";
import { invalidRequest } from "../../base/errors.ts";
import { isGiven } from "../shared/json.ts";

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

/** Fields that only tune an answer or its speed, and that the Responses API lacks. */
export const TUNING_FIELDS: readonly string[] = [
  "seed",
  "prediction",
  "frequency_penalty",
  "presence_penalty",
  "logit_bias",
  "top_k",
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

/** Fields that the Responses API lacks and that change the answer, with when they ask for it. */
const REFUSED_FIELDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  n: (value) => value !== 1,
  stop: isFilled,
  modalities: (value) => Array.isArray(value) && value.some((modality) => modality !== "text"),
  audio: () => true,
  functions: isFilled,
  web_search_options: () => true,
};

/**
 * Throws when the request needs what the Responses API cannot do.
 * @throws ApiError 400, code `unsupported_parameter`, its param the field
 */
export function refuseUnsupported(request: ChatRequest): void {
  for (const [field, asks] of Object.entries(REFUSED_FIELDS)) {
    const value = request[field];
    if (isGiven(value) && asks(value)) {
      throw invalidRequest(
        `'${field}' cannot be used in this request: OpenAI serves this model, with these tools ` +
          "and this effort, only through its Responses API, which lacks the field.",
        field,
        "unsupported_parameter",
      );
    }
  }
}

function isFilled(value: unknown): boolean {
  return typeof value === "string" || Array.isArray(value) ? value.length > 0 : true;
}
