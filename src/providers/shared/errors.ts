// A provider's failure as the error that a caller of the gateway gets.
import {
  ApiError,
  type ApiErrorOptions,
  overloaded,
  upstreamError,
  upstreamTimeout,
} from "../../base/errors.ts";
import { type ErrorDetails, findError, readErrorBodyText } from "./error-body.ts";
import { parseJson } from "./json.ts";
import { redact } from "./redact.ts";
import { retryAfterMs } from "./retry-after.ts";

const CONTEXT_CODE = "context_length_exceeded";

/**
 * How providers say that the prompt is too long; OpenAI's code for it steers LangChain and others.
 */
const CONTEXT_MESSAGE = new RegExp(
  [
    "context[_ ](?:length|window|size)",
    "maximum context",
    "prompt (?:is )?too (?:long|large)",
    "too many (?:input )?tokens",
    "input token count .*exceeds",
    "input (?:length|tokens?) .*(?:exceed|too long)",
    "exceeds? the (?:model's )?(?:maximum|max) (?:number of )?(?:input )?tokens",
    "reduce the length of the (?:messages|prompt|input)",
  ].join("|"),
  "i",
);

/** Codes and types with which a provider refuses the gateway itself: its key, its account. */
const CREDENTIAL_CODE = new RegExp(
  [
    "insufficient_quota",
    "billing",
    "invalid_api_key",
    "authentication",
    "permission_(?:error|denied)",
    "unauthenticated",
  ].join("|"),
  "i",
);

/** The same, said in words under a status that looks like the caller's fault: 400. */
const CREDENTIAL_MESSAGE = new RegExp(
  [
    "\\b(?:incorrect|invalid|missing) api key",
    "api key (?:not valid|expired|is invalid)",
    "credit balance is too low",
    "exceeded your current quota",
  ].join("|"),
  "i",
);

/** Bounds for what is copied from a provider into the envelope beside the message. */
const SAFE_CODE = /^[A-Za-z][\w.-]{0,63}$/;
const SAFE_PARAM = /^[\w.[\]"'/-]{1,200}$/;

/**
 * The error for an answer whose status is not 2xx.
 * @param body the body's text, as much as was read; may be empty or anything
 */
export function errorFromResponse(status: number, headers: Headers, body: string): ApiError {
  return toApiError(status, headers, readErrorBodyText(body, parseJson(body)));
}

/**
 * The error in a parsed 200 body or stream event, or null when it holds none. Its status is the one
 * that the error names, else what its type and code stand for, else 502.
 */
export function errorFromPayload(payload: unknown): ApiError | null {
  const details = findError(payload);
  return details === null ? null : toApiError(inferStatus(details), new Headers(), details);
}

function toApiError(status: number, headers: Headers, details: ErrorDetails): ApiError {
  if (isCredentialFault(status, details)) {
    return refusedCredentials(status, details);
  }
  const extra = { upstreamStatus: status, ...causeOf(details) };
  const wait = retryAfterMs(headers, details.raw, Date.now());
  const retry = wait === undefined ? {} : { retryAfterMs: wait };
  switch (status) {
    case 400:
    case 422:
      return invalid(status, details);
    case 404:
      return new ApiError({
        status: 404,
        type: "invalid_request_error",
        code: "model_not_found",
        param: "model",
        message: messageOr(details, "The provider does not know this model."),
        ...extra,
      });
    case 413:
      return new ApiError({
        status: 413,
        type: "invalid_request_error",
        code: "request_too_large",
        message: messageOr(details, "The request is too large for the provider."),
        ...extra,
      });
    case 429:
      return new ApiError({
        status: 429,
        type: "rate_limit_error",
        code: "rate_limit_exceeded",
        message: messageOr(details, "The provider limits the rate of requests. Try again later."),
        ...retry,
        ...extra,
      });
    case 408:
    case 409:
    case 425:
    case 503:
    case 529:
      return overloaded("The provider cannot take the request now. Try again later.", {
        ...retry,
        ...extra,
      });
    case 504:
    case 524:
      return timedOut({ ...retry, ...extra });
    default:
      return upstreamError("The provider failed to answer the request.", { ...retry, ...extra });
  }
}

function invalid(status: number, details: ErrorDetails): ApiError {
  const message = messageOr(details, "The provider refused the request as invalid.");
  const tooLong =
    details.code === CONTEXT_CODE ||
    details.type === "exceed_context_size_error" ||
    CONTEXT_MESSAGE.test(message);
  return new ApiError({
    status: 400,
    type: "invalid_request_error",
    message,
    code: tooLong ? CONTEXT_CODE : safe(details.code, SAFE_CODE),
    param: safe(details.param, SAFE_PARAM),
    upstreamStatus: status,
  });
}

/**
 * The operator's trouble, never the caller's: says no more than that, and that trying again is of
 * no use.
 */
function refusedCredentials(status: number, details: ErrorDetails): ApiError {
  return upstreamError("The provider refused the gateway's credentials or account.", {
    upstreamStatus: status,
    shouldRetry: false,
    ...causeOf(details),
  });
}

function timedOut(extra: Partial<ApiErrorOptions>): ApiError {
  const { type, code, message } = upstreamTimeout("The provider did not answer in time.");
  return new ApiError({ status: 504, type, code, message, ...extra });
}

function isCredentialFault(status: number, details: ErrorDetails): boolean {
  if (status === 401 || status === 402 || status === 403) {
    return true;
  }
  if (status >= 500) {
    return false;
  }
  return (
    CREDENTIAL_CODE.test(details.code ?? "") ||
    CREDENTIAL_CODE.test(details.type ?? "") ||
    CREDENTIAL_MESSAGE.test(details.message ?? "")
  );
}

/** The status that an error without an HTTP status of its own stands for. */
function inferStatus(details: ErrorDetails): number {
  if (details.status !== null) {
    return details.status;
  }
  const kind = `${details.type ?? ""} ${details.code ?? ""}`.toLowerCase();
  if (CREDENTIAL_CODE.test(kind)) {
    return 401;
  }
  if (/rate_limit|too_many_requests|resource_exhausted/.test(kind)) {
    return 429;
  }
  if (/overload|unavailable|capacity/.test(kind)) {
    return 503;
  }
  if (/time_?out|deadline/.test(kind)) {
    return 504;
  }
  return /invalid_request|invalid_argument|context_length|content_filter/.test(kind) ? 400 : 502;
}

function messageOr(details: ErrorDetails, fallback: string): string {
  return details.message === null ? fallback : redact(details.message);
}

/** What the provider really said, for the operator's log; redacted all the same. */
function causeOf(details: ErrorDetails): { cause?: Error } {
  return details.message === null ? {} : { cause: new Error(redact(details.message)) };
}

function safe(text: string | null, pattern: RegExp): string | null {
  return text !== null && pattern.test(text) && redact(text) === text ? text : null;
}
