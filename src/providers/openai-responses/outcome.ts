// How a response ended: OpenAI's finish reason, or the error to throw.
import { type ApiError, upstreamError } from "../../base/errors.ts";
import { COMMON_ERRORS } from "../shared/errors.ts";
import type { FinishReason } from "../shared/finish-reason.ts";
import { asObject, isObject, type JsonObject } from "../shared/json.ts";

/** Codes of failed responses for which the request is at fault, by how they begin. */
const CALLER_FAULT = new RegExp(
  `^(?:${[
    "invalid_",
    "image_",
    "empty_image_",
    "unsupported_image_",
    "failed_to_download_image",
    "bio_policy",
    "misalignment_policy",
    "context_length_",
  ].join("|")})`,
);

/**
 * The error in an `error` event, or in a response whose `error` is set; null when there is none. No
 * HTTP status comes with these, so the code stands for it.
 */
export function failureOf(value: unknown): ApiError | null {
  if (!isObject(value)) {
    return null;
  }
  return COMMON_ERRORS.fromPayload(
    isObject(value.error) ? { error: withStatus(value.error) } : withStatus(value),
  );
}

// A response's own `status` is a word and says nothing about HTTP.
function withStatus(error: JsonObject): JsonObject {
  const callerFault = typeof error.code === "string" && CALLER_FAULT.test(error.code);
  return callerFault ? { ...error, status: 400 } : error;
}

/**
 * The finish reason of a response that has ended.
 * @param hasToolCalls the answer holds calls, which makes an ordinary end "tool_calls"
 * @throws ApiError for one that failed, was cancelled or has not ended at all
 */
export function finishReasonOf(response: JsonObject, hasToolCalls: boolean): FinishReason {
  switch (response.status) {
    case "completed":
    case undefined:
      return hasToolCalls ? "tool_calls" : "stop";
    case "incomplete": {
      const { reason } = asObject(response.incomplete_details);
      return reason === "content_filter" ? "content_filter" : "length";
    }
    case "failed":
      throw failureOf(response) ?? upstreamError("The provider failed to answer the request.");
    default:
      throw upstreamError("The provider did not finish its answer.");
  }
}
