// A failure of Bedrock's as the error that a caller of the gateway gets.
import { ApiError, overloaded, upstreamError } from "../../base/errors.ts";
import { asObject, nonEmptyString, parseJson } from "../shared/json.ts";
import { redact } from "../shared/redact.ts";
import { retryAfterMs } from "../shared/retry-after.ts";

const CONTEXT_MESSAGE = new RegExp(
  [
    "(?:prompt|input) is too long",
    "too many (?:input )?tokens",
    "context (?:length|window|limit)",
    "maximum context",
    "exceeds? the (?:model's )?maximum (?:number of )?(?:input )?tokens",
  ].join("|"),
  "i",
);

/** Validation errors that say that the model is not to be had under this id, here. */
const MODEL_MESSAGE = /model identifier is invalid|on-demand throughput|inference profile/i;

/** Refusals of the account rather than of the request. */
const ACCOUNT_MESSAGE = new RegExp(
  [
    "\\b(?:your|this|the) (?:aws )?account\\b",
    "use case details",
    "is not authorized",
    "marketplace subscription",
    "operation not allowed",
  ].join("|"),
  "i",
);

/** Exceptions of AWS with which the gateway itself is refused: its key, its clock, its rights. */
const CREDENTIAL_TYPES: readonly string[] = (
  "AccessDenied UnrecognizedClient InvalidSignature SignatureDoesNotMatch " +
  "ExpiredToken InvalidClientTokenId MissingAuthenticationToken " +
  "IncompleteSignature OptInRequired NotAuthorized RequestExpired InvalidToken"
).split(" ");

/** What AWS's names look like, which the general redaction cannot know. */
const AWS_NAMES: readonly (readonly [RegExp, string])[] = [
  [/\barn:aws[\w-]*:\S+/gi, "[id]"],
  [/\b(?:AKIA|ASIA|AROA|AIDA|ABIA|ACCA)[A-Z0-9]{8,}\b/g, "[redacted]"],
  [/\b\d{12}\b/g, "[id]"],
];

interface Failure {
  /** AWS's name of the exception, its first letter large; null where none was given. */
  type: string | null;
  status: number | null;
  message: string | null;
  headers: Headers;
}

/** The error for an answer whose status is not 2xx. `body` may be empty or anything. */
export function errorFromResponse(status: number, headers: Headers, body: string): ApiError {
  const json = asObject(parseJson(body));
  // As `ThrottlingException:http://internal.amazon.com/coral/…`, or behind a `#` in the body.
  const named = headers.get("x-amzn-errortype") ?? nonEmptyString(json.__type) ?? "";
  const type = /([A-Za-z]+)(?::|$)/.exec(named.replace(/^.*#/, ""))?.[1] ?? null;
  const message = nonEmptyString(json.message) ?? nonEmptyString(json.Message);
  return toApiError({ type, status, message, headers });
}

/** The error for an exception in a stream, as `throttlingException`. */
export function errorFromException(type: string, payload: unknown): ApiError {
  const given = asObject(payload);
  const message = nonEmptyString(given.message) ?? nonEmptyString(given.originalMessage);
  const name = type.charAt(0).toUpperCase() + type.slice(1);
  return toApiError({ type: name, status: null, message, headers: new Headers() });
}

function toApiError(failure: Failure): ApiError {
  if (isAccountFault(failure)) {
    return upstreamError("The provider refused the gateway's credentials or account.", {
      ...extraOf(failure),
      shouldRetry: false,
    });
  }
  switch (failure.type) {
    case "ValidationException":
      return invalid(failure);
    case "ThrottlingException":
    case "ServiceQuotaExceededException":
    case "TooManyRequestsException":
      return rateLimited(failure);
    case "ResourceNotFoundException":
      return unknownModel(failure);
    case "ServiceUnavailableException":
    case "ModelNotReadyException":
    case "ConflictException":
      return unavailable(failure);
    case "ModelTimeoutException":
      return timedOut(failure);
    case "ModelErrorException":
    case "ModelStreamErrorException":
      return upstreamError("The model failed to answer the request.", extraOf(failure));
    default:
      return byStatus(failure);
  }
}

function byStatus(failure: Failure): ApiError {
  switch (failure.status) {
    case 400:
    case 422:
      return invalid(failure);
    case 404:
      return unknownModel(failure);
    case 413:
      return new ApiError({
        status: 413,
        type: "invalid_request_error",
        code: "request_too_large",
        message: messageOr(failure, "The request is too large for the provider."),
        ...extraOf(failure),
      });
    case 429:
      return rateLimited(failure);
    case 408:
    case 504:
      return timedOut(failure);
    case 409:
    case 503:
      return unavailable(failure);
    default:
      return upstreamError("The provider failed to answer the request.", {
        ...retryOf(failure),
        ...extraOf(failure),
      });
  }
}

function isAccountFault({ type, status, message }: Failure): boolean {
  if (
    status === 401 ||
    status === 402 ||
    status === 403 ||
    CREDENTIAL_TYPES.some((start) => type?.startsWith(start))
  ) {
    return true;
  }
  // Such words in an exception of another kind are about load or the model.
  const mayHide = type === "ValidationException" || type === "ResourceNotFoundException";
  return mayHide && ACCOUNT_MESSAGE.test(message ?? "");
}

function invalid(failure: Failure): ApiError {
  const message = messageOr(failure, "The provider refused the request as invalid.");
  if (MODEL_MESSAGE.test(message)) {
    return unknownModel(failure);
  }
  return new ApiError({
    status: 400,
    type: "invalid_request_error",
    message,
    code: CONTEXT_MESSAGE.test(message) ? "context_length_exceeded" : null,
    ...extraOf(failure),
  });
}

function unknownModel(failure: Failure): ApiError {
  return new ApiError({
    status: 404,
    type: "invalid_request_error",
    code: "model_not_found",
    param: "model",
    message: messageOr(failure, "The provider does not know this model."),
    ...extraOf(failure),
  });
}

function rateLimited(failure: Failure): ApiError {
  return new ApiError({
    status: 429,
    type: "rate_limit_error",
    code: "rate_limit_exceeded",
    message: messageOr(failure, "The provider limits the rate of requests. Try again later."),
    ...retryOf(failure),
    ...extraOf(failure),
  });
}

function unavailable(failure: Failure): ApiError {
  return overloaded("The provider cannot take the request now. Try again later.", {
    ...retryOf(failure),
    ...extraOf(failure),
  });
}

function timedOut(failure: Failure): ApiError {
  return new ApiError({
    status: 504,
    type: "server_error",
    code: "upstream_timeout",
    message: "The provider did not answer in time.",
    ...retryOf(failure),
    ...extraOf(failure),
  });
}

function messageOr({ message }: Failure, fallback: string): string {
  return message === null ? fallback : redactAws(message);
}

function retryOf({ headers }: Failure): { retryAfterMs?: number } {
  const wait = retryAfterMs(headers, {}, Date.now());
  return wait === undefined ? {} : { retryAfterMs: wait };
}

/** The status, and for the operator's log what the provider really said; redacted all the same. */
function extraOf({ status, type, message }: Failure): { upstreamStatus?: number; cause?: Error } {
  const said = [type, message].filter((part) => part !== null).join(": ");
  return {
    ...(status === null ? {} : { upstreamStatus: status }),
    ...(said === "" ? {} : { cause: new Error(redactAws(said)) }),
  };
}

function redactAws(message: string): string {
  let text = message;
  for (const [pattern, replacement] of AWS_NAMES) {
    text = text.replace(pattern, replacement);
  }
  return redact(text);
}
