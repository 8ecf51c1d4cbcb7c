// AWS's failures: the names of its exceptions, beside what is the same for all providers.
import { byName } from "../../base/by-name.ts";
import type { ApiError } from "../../base/errors.ts";
import { type ErrorDetails, readErrorText } from "../shared/error-body.ts";
import { defineErrors } from "../shared/errors.ts";
import { anyOf, type FailureKind } from "../shared/failure-kind.ts";
import { asObject, nonEmptyString, parseJson } from "../shared/json.ts";

/** The kinds of exceptions by their names, without the word at their end. */
const KINDS = byName<FailureKind>({
  Throttling: "rate_limited",
  ServiceQuotaExceeded: "rate_limited",
  TooManyRequests: "rate_limited",
  ResourceNotFound: "model_not_found",
  ServiceUnavailable: "overloaded",
  ModelNotReady: "overloaded",
  Conflict: "overloaded",
  ModelTimeout: "timeout",
  ModelError: "failed",
  ModelStreamError: "failed",
  InternalServer: "failed",
  // Exceptions with which the gateway itself is refused: its key, its clock, its rights.
  AccessDenied: "account",
  UnrecognizedClient: "account",
  InvalidSignature: "account",
  SignatureDoesNotMatch: "account",
  ExpiredToken: "account",
  InvalidClientTokenId: "account",
  MissingAuthenticationToken: "account",
  IncompleteSignature: "account",
  OptInRequired: "account",
  NotAuthorized: "account",
  RequestExpired: "account",
  InvalidToken: "account",
});

/** Validation errors that say that the model is not to be had under this id, here. */
const MODEL_WORDS = /model identifier is invalid|on-demand throughput|inference profile/i;

/** Refusals of the account rather than of the request. */
const ACCOUNT_WORDS = anyOf(
  "\\b(?:your|this|the) (?:aws )?account\\b",
  "use case details",
  "is not authorized",
  "marketplace subscription",
  "operation not allowed",
);

export const ERRORS = defineErrors({
  read: readAnswer,
  find: (payload) => {
    const { __type: type } = asObject(payload);
    return typeof type === "string" ? readAnswer(new Headers(), JSON.stringify(payload)) : null;
  },
  statusByName: { Validation: 400 },
  kindOf,
});

/** The error for an exception in a stream, as `throttlingException`. */
export function errorFromException(type: string, payload: unknown): ApiError {
  const raw = asObject(payload);
  const message = nonEmptyString(raw.message) ?? nonEmptyString(raw.originalMessage);
  return ERRORS.fromDetails(null, detailsOf(type, message));
}

function readAnswer(headers: Headers, text: string): ErrorDetails {
  const json = asObject(parseJson(text));
  // As `ThrottlingException:http://internal.amazon.com/coral/…`, or behind a `#` in the body.
  const named = headers.get("x-amzn-errortype") ?? nonEmptyString(json.__type);
  // What names no exception is not AWS's, but of something in between.
  if (named === null) return readErrorText(text);
  return detailsOf(named, nonEmptyString(json.message) ?? nonEmptyString(json.Message));
}

function detailsOf(name: string, message: string | null): ErrorDetails {
  const bare = /([A-Za-z]+)(?::|$)/.exec(name.replace(/^.*#/, ""))?.[1] ?? "";
  const type = bare.charAt(0).toUpperCase() + bare.slice(1).replace(/Exception$/, "");
  return { message, type: nonEmptyString(type), code: null, param: null, status: null, raw: {} };
}

function kindOf(status: number, { type, message }: ErrorDetails): FailureKind | null {
  const words = message ?? "";
  // Such words in an exception of another kind are about load or the model.
  const mayHide = type === "Validation" || type === "ResourceNotFound";
  if (mayHide && ACCOUNT_WORDS.test(words)) return "account";
  const isInvalid = type === "Validation" || (type === null && (status === 400 || status === 422));
  if (isInvalid && MODEL_WORDS.test(words)) return "model_not_found";
  return KINDS[type ?? ""] ?? null;
}
