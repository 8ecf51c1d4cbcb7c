// A provider's failure as the error that a caller of the gateway gets: one table for all dialects.
import { ApiError, overloaded, upstreamError, upstreamTimeout } from "../../base/errors.ts";
import { type ErrorDetails, findError, readErrorText } from "./error-body.ts";
import { type FailureKind, failureKind, statusOfWords } from "./failure-kind.ts";
import { redact } from "./redact.ts";
import { retryAfterMs } from "./retry-after.ts";

/** What a dialect's errors have of their own. Everything else is the same for all. */
export interface ErrorDialect {
  /** Reads an answer that failed by its status; the common shapes without it. */
  read?(headers: Headers, text: string): ErrorDetails;
  /** Finds the error in a 200 body or stream event; by the common shapes without it. */
  find?(payload: unknown): ErrorDetails | null;
  /** HTTP statuses by the `type` or `code` of errors that come under a 200 or in a stream. */
  statusByName?: Readonly<Record<string, number>>;
  /** What only this provider's names and words say; null leaves it to the common rules. */
  kindOf?(status: number, details: ErrorDetails): FailureKind | null;
  /** The words of a limit on the rate name the operator's plan, and are not passed on. */
  hidesRateLimitWords?: boolean;
}

export interface ErrorReader {
  /**
   * The error for an answer whose status is not 2xx.
   * @param text the body, as much as was read; may be empty or anything
   */
  fromResponse(status: number, headers: Headers, text: string): ApiError;
  /**
   * The error in a parsed 200 body or stream event, or null when it holds none. Its status is the
   * one that the error names, else what its type and code stand for, else 502.
   */
  fromPayload(payload: unknown): ApiError | null;
  /** The error for details that the dialect has read by itself; `status` is null where none was given. */
  fromDetails(status: number | null, details: ErrorDetails, headers?: Headers): ApiError;
}

/** Makes the reader of a dialect's errors. */
export function defineErrors(dialect: ErrorDialect = {}): ErrorReader {
  const fromDetails: ErrorReader["fromDetails"] = (given, details, headers = new Headers()) => {
    const status = given ?? details.status ?? statusByName(dialect, details);
    const kind = dialect.kindOf?.(status, details) ?? failureKind(status, details);
    return toApiError(kind, { status, details, headers, dialect });
  };
  return {
    fromDetails,
    fromResponse: (status, headers, text) =>
      fromDetails(status, dialect.read?.(headers, text) ?? readErrorText(text), headers),
    fromPayload: (payload) => {
      const details = (dialect.find ?? findError)(payload);
      return details === null ? null : fromDetails(null, details);
    },
  };
}

/** The errors of OpenAI's dialect, and of all that have nothing of their own. */
export const COMMON_ERRORS = defineErrors();

function statusByName({ statusByName: names = {} }: ErrorDialect, details: ErrorDetails): number {
  const known = [details.type, details.code].find((name) => Object.hasOwn(names, name ?? ""));
  return names[known ?? ""] ?? statusOfWords(details);
}

interface Failure {
  status: number;
  details: ErrorDetails;
  headers: Headers;
  dialect: ErrorDialect;
}

function toApiError(kind: FailureKind, failure: Failure): ApiError {
  const { status, dialect } = failure;
  const extra = { upstreamStatus: status, ...causeOf(failure) };
  const passing = { ...extra, ...waitOf(failure) };
  switch (kind) {
    case "rate_limited":
      return new ApiError({
        status: 429,
        type: "rate_limit_error",
        code: "rate_limit_exceeded",
        message: dialect.hidesRateLimitWords === true ? RATE : messageOr(failure.details, RATE),
        ...passing,
      });
    case "overloaded":
      return overloaded("The provider cannot take the request now. Try again later.", passing);
    case "timeout":
      return upstreamTimeout("The provider did not answer in time.", passing);
    case "account":
      // Says no more than that, and that trying again is of no use.
      return upstreamError("The provider refused the gateway's credentials or account.", {
        ...extra,
        shouldRetry: false,
      });
    case "failed":
      return upstreamError("The provider failed to answer the request.", passing);
    default:
      return callersFault(failure, FAULTS[kind]);
  }
}

const INVALID = "The provider refused the request as invalid.";

/** Its status, its code (null for the provider's own), and what is said where the provider says nothing. */
type Fault = readonly [status: number, code: string | null, words: string];

/** The kinds of failures that the caller is at fault for. */
const FAULTS = {
  invalid: [400, null, INVALID],
  context_length: [400, "context_length_exceeded", INVALID],
  content_filter: [400, "content_filter", "The provider refused the content."],
  model_not_found: [404, "model_not_found", "The provider does not know this model."],
  too_large: [413, "request_too_large", "The request is too large for the provider."],
} satisfies Partial<Record<FailureKind, Fault>>;

const RATE = "The provider limits the rate of requests. Try again later.";

/** Bounds for what is copied from a provider into the envelope beside the message. */
const SAFE_CODE = /^[A-Za-z][\w.-]{0,63}$/;
const SAFE_PARAM = /^[\w.[\]"'/-]{1,200}$/;

/** The provider's own word, but for those that only name a status. */
function codeOf({ dialect, details: { code } }: Failure): string | null {
  return Object.hasOwn(dialect.statusByName ?? {}, code ?? "") ? null : safe(code, SAFE_CODE);
}

function callersFault(failure: Failure, [status, code, words]: Fault): ApiError {
  const { details } = failure;
  return new ApiError({
    status,
    type: "invalid_request_error",
    code: code ?? codeOf(failure),
    param: status === 404 ? "model" : safe(details.param, SAFE_PARAM),
    message: messageOr(details, words),
    upstreamStatus: failure.status,
  });
}

function waitOf({ headers, details }: Failure): { retryAfterMs?: number } {
  const wait = retryAfterMs(headers, details.raw, Date.now());
  return wait === undefined ? {} : { retryAfterMs: wait };
}

function messageOr(details: ErrorDetails, fallback: string): string {
  return details.message === null ? fallback : redact(details.message);
}

/** What the provider really said, for the operator's log; redacted all the same. */
function causeOf({ details }: Failure): { cause?: Error } {
  return details.message === null ? {} : { cause: new Error(redact(details.message)) };
}

function safe(text: string | null, pattern: RegExp): string | null {
  return text !== null && pattern.test(text) && redact(text) === text ? text : null;
}
