// Anthropic's failures as the errors that a caller of the gateway gets.
import { type ApiError, upstreamError } from "../../base/errors.ts";
import { errorFromResponse } from "../shared/errors.ts";
import { asObject, nonEmptyString, parseJson } from "../shared/json.ts";
import { redact } from "../shared/redact.ts";

/** The HTTP status that each type of error has, for those that come under a 200. */
const STATUS: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  conflict_error: 409,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

/**
 * Troubles of the operator's account that come as the caller's fault (400) or as a passing one
 * (429). The limit on spending names no time to come back at: trying again is of no use.
 */
const ACCOUNT_CODE = "enforced_spend_limit_reached";
const ACCOUNT_MESSAGE = new RegExp(
  [
    "organization has been disabled",
    "credit balance is too low",
    "reached your specified (?:workspace )?api usage limits",
    "(?:organization|workspace)(?:'s)? (?:monthly |spend |usage )+limit",
  ].join("|"),
  "i",
);

/**
 * The error for an answer whose status is not 2xx: the gateway's own rules for all providers, after
 * the account's troubles, which are masked.
 * @param body the body's text, as much as was read; may be empty or anything
 */
export function errorFromAnswer(status: number, headers: Headers, body: string): ApiError {
  const error = asObject(asObject(parseJson(body)).error);
  const message = nonEmptyString(error.message);
  const isAccount =
    asObject(error.details).error_code === ACCOUNT_CODE ||
    (status < 500 && message !== null && ACCOUNT_MESSAGE.test(message));
  if (!isAccount) {
    return errorFromResponse(status, headers, body);
  }
  return upstreamError("The provider refused the gateway's credentials or account.", {
    upstreamStatus: status,
    shouldRetry: false,
    ...(message !== null && { cause: new Error(redact(message)) }),
  });
}

/** The error in a parsed 200 body or in a stream's event, or null when it holds none. */
export function errorInPayload(payload: unknown): ApiError | null {
  const { type, error } = asObject(payload);
  if (type !== "error" && (type !== undefined || error === undefined || error === null)) {
    return null;
  }
  const kind = nonEmptyString(asObject(error).type) ?? "";
  const status = Object.hasOwn(STATUS, kind) ? (STATUS[kind] ?? 500) : 500;
  return errorFromAnswer(status, new Headers(), JSON.stringify(payload));
}
