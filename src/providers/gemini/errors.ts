// Gemini's failure as the error that a caller of the gateway gets.
import { ApiError, overloaded, upstreamError, upstreamTimeout } from "../../base/errors.ts";
import { type ErrorDetails, findError, readErrorBodyText } from "../shared/error-body.ts";
import { asObject, parseJson } from "../shared/json.ts";
import { redact } from "../shared/redact.ts";
import { retryAfterMs } from "../shared/retry-after.ts";

/** The statuses of Google's RPCs by their names: an error can come without a number. */
const STATUS_BY_NAME: Readonly<Record<string, number>> = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  OUT_OF_RANGE: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ABORTED: 409,
  ALREADY_EXISTS: 409,
  RESOURCE_EXHAUSTED: 429,
  CANCELLED: 499,
  INTERNAL: 500,
  UNKNOWN: 500,
  DATA_LOSS: 500,
  UNIMPLEMENTED: 501,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
};

/** `reason` of an ErrorInfo detail with which Google refuses the gateway itself. */
const CREDENTIAL_REASON =
  /^(?:API_KEY_|ACCESS_TOKEN_|ACCOUNT_STATE_|BILLING_|CONSUMER_|SERVICE_DISABLED|CREDENTIALS_)/;

/** The same in words, under a status that looks like the caller's fault. */
const CREDENTIAL_MESSAGE = new RegExp(
  [
    "api key (?:not valid|not found|expired|is invalid)",
    "invalid api key",
    "location is not supported",
    "enabl(?:e|ing) billing",
  ].join("|"),
  "i",
);

const CONTEXT_CODE = "context_length_exceeded";

/** As in "The input token count (1200000) exceeds the maximum number of tokens allowed". */
const CONTEXT_MESSAGE = new RegExp(
  [
    "input token count .*exceeds",
    "exceeds the maximum number of (?:input )?tokens",
    "context (?:length|window)",
  ].join("|"),
  "i",
);

/**
 * The error for an answer whose status is not 2xx.
 * @param body the body's text, as much as was read; may be empty or anything
 */
export function errorFromResponse(status: number, headers: Headers, body: string): ApiError {
  return toApiError(status, headers, readErrorBodyText(body, parseJson(body)));
}

/**
 * The error in a parsed 200 body or stream event (`{error}`, also in an array), or null when it
 * holds none. Its status is the one that it names by number or name, else 502.
 */
export function errorFromPayload(payload: unknown): ApiError | null {
  const details = findError(payload);
  if (details === null) {
    return null;
  }
  const status = details.status ?? STATUS_BY_NAME[details.code ?? ""] ?? 502;
  return toApiError(status, new Headers(), details);
}

function toApiError(status: number, headers: Headers, details: ErrorDetails): ApiError {
  const extra = { upstreamStatus: status, ...causeOf(details) };
  if (isCredentialFault(status, details)) {
    // The operator's trouble, never the caller's: says no more, and that another try is of no use.
    const message = "The provider refused the gateway's credentials or account.";
    return upstreamError(message, { shouldRetry: false, ...extra });
  }
  const wait = retryAfterMs(headers, details.raw, Date.now());
  const retry = wait === undefined ? {} : { retryAfterMs: wait };
  switch (status) {
    case 400:
    case 422:
      return invalid(status, details);
    case 404:
      return callerFault(404, "model_not_found", "The provider does not know this model.", details);
    case 413:
      return callerFault(413, "request_too_large", "The request is too large.", details);
    case 429:
      // Google's own words name the operator's plan, project and quota.
      return new ApiError({
        status: 429,
        type: "rate_limit_error",
        code: "rate_limit_exceeded",
        message: "The provider limits the rate of requests. Try again later.",
        ...retry,
        ...extra,
      });
    case 408:
    case 409:
    case 503:
    case 529:
      return overloaded("The provider cannot take the request now. Try again later.", {
        ...retry,
        ...extra,
      });
    case 504: {
      const { type, code, message } = upstreamTimeout("The provider did not answer in time.");
      return new ApiError({ status: 504, type, code, message, ...retry, ...extra });
    }
    default:
      return upstreamError("The provider failed to answer the request.", { ...retry, ...extra });
  }
}

function invalid(status: number, details: ErrorDetails): ApiError {
  const message =
    details.message === null ? "The provider refused the request as invalid." : details.message;
  return new ApiError({
    status: 400,
    type: "invalid_request_error",
    message: redact(message),
    code: CONTEXT_MESSAGE.test(message) ? CONTEXT_CODE : null,
    upstreamStatus: status,
  });
}

function callerFault(
  status: number,
  code: string,
  fallback: string,
  details: ErrorDetails,
): ApiError {
  return new ApiError({
    status,
    type: "invalid_request_error",
    code,
    param: status === 404 ? "model" : null,
    message: details.message === null ? fallback : redact(details.message),
    upstreamStatus: status,
  });
}

function isCredentialFault(status: number, details: ErrorDetails): boolean {
  if (status === 401 || status === 402 || status === 403) {
    return true;
  }
  if (status !== 400) {
    return false;
  }
  const list = Array.isArray(details.raw.details) ? details.raw.details : [];
  const reasons = list.map((detail) => String(asObject(detail).reason ?? ""));
  return (
    reasons.some((reason) => CREDENTIAL_REASON.test(reason)) ||
    CREDENTIAL_MESSAGE.test(details.message ?? "")
  );
}

/** What Google really said, for the operator's log; redacted all the same. */
function causeOf(details: ErrorDetails): { cause?: Error } {
  return details.message === null ? {} : { cause: new Error(redact(details.message)) };
}
