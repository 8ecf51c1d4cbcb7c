// The one error type that may reach a client: what an OpenAI SDK needs to know about a failure.

/** The status that is recorded for a client that did not wait for its answer. It is never sent. */
export const CLIENT_CLOSED_REQUEST = 499;

/** `type` of the OpenAI error envelope. */
export type ApiErrorType =
  | "invalid_request_error"
  | "insufficient_quota"
  | "rate_limit_error"
  | "server_error";

export interface ApiErrorOptions {
  status: number;
  type: ApiErrorType;
  /** Safe to show to the caller: never a provider's key, address or account. */
  message: string;
  code?: string | null;
  /** The request field at fault, as `messages[0].content`. */
  param?: string | null;
  /** Sent as `retry-after` (whole seconds, rounded up) and `retry-after-ms`. */
  retryAfterMs?: number;
  /** Sent as `x-should-retry`, which both OpenAI SDKs obey; left out when undefined. */
  shouldRetry?: boolean;
  /** Value of the `allow` header of a 405. */
  allow?: string;
  /** The hold of a request that will still be charged, in micro-dollars: an error costs nothing otherwise. */
  heldMicro?: number;
  /** The HTTP status the provider answered with, for the log and the request record. */
  upstreamStatus?: number;
  cause?: unknown;
}

/** A failure with everything its HTTP answer needs. Anything else thrown is a fault of ours and is masked. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly type: ApiErrorType;
  readonly code: string | null;
  readonly param: string | null;
  readonly retryAfterMs: number | undefined;
  readonly shouldRetry: boolean | undefined;
  readonly allow: string | undefined;
  readonly heldMicro: number | undefined;
  readonly upstreamStatus: number | undefined;

  constructor(options: ApiErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = options.status;
    this.type = options.type;
    this.code = options.code ?? null;
    this.param = options.param ?? null;
    this.retryAfterMs = options.retryAfterMs;
    this.shouldRetry = options.shouldRetry;
    this.allow = options.allow;
    this.heldMicro = options.heldMicro;
    this.upstreamStatus = options.upstreamStatus;
  }
}

/** A 400 that names the field. `param` is a path as `tools[0].function.name`, or null for the body as a whole. */
export function invalidRequest(
  message: string,
  param: string | null,
  code: string | null = null,
): ApiError {
  return new ApiError({ status: 400, type: "invalid_request_error", message, param, code });
}

/** A 400 for what is well-formed and cannot be had of this model or provider. */
export function unsupported(message: string, param: string): ApiError {
  return invalidRequest(message, param, "unsupported_parameter");
}

/** A 502: the provider failed, answered nonsense or refused the gateway's own credentials. */
export function upstreamError(
  message: string,
  extra: Pick<ApiErrorOptions, "cause" | "upstreamStatus" | "shouldRetry" | "retryAfterMs"> = {},
): ApiError {
  return new ApiError({
    status: 502,
    type: "server_error",
    code: "upstream_error",
    message,
    ...extra,
  });
}

/** A 504: the provider stayed silent past one of the gateway's deadlines. */
export function upstreamTimeout(
  message: string,
  extra: Pick<ApiErrorOptions, "cause" | "upstreamStatus" | "retryAfterMs"> = {},
): ApiError {
  return new ApiError({
    status: 504,
    type: "server_error",
    code: "upstream_timeout",
    message,
    ...extra,
  });
}

/** A 503: the gateway or the provider cannot take the request now. */
export function overloaded(
  message: string,
  extra: Pick<ApiErrorOptions, "cause" | "upstreamStatus" | "retryAfterMs"> = {},
): ApiError {
  return new ApiError({
    status: 503,
    type: "server_error",
    code: "overloaded",
    message,
    ...extra,
  });
}

/** The 500 that stands for a fault of ours: says nothing but where to ask. */
function internalError(cause: unknown): ApiError {
  return new ApiError({
    status: 500,
    type: "server_error",
    message: "The server had an internal error. Quote the X-Request-Id header when you report it.",
    cause,
  });
}

/** Any failure as the error that the client is to see: a fault of ours is masked. */
export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : internalError(error);
}

/** The client did not wait for its answer. Nobody reads this one; it is for the log. */
export function clientClosedRequest(): ApiError {
  return new ApiError({
    status: CLIENT_CLOSED_REQUEST,
    type: "invalid_request_error",
    code: "client_closed_request",
    message: "The client closed its connection.",
  });
}

/** The request cannot be taken: the server has as many in progress as its configuration allows. */
export function tooManyRequests(): ApiError {
  return overloaded("The server has too many requests in progress.", { retryAfterMs: 1000 });
}

/** The request cannot be taken: the server is about to end, and another one takes over. */
export function shuttingDown(): ApiError {
  return overloaded("The server is shutting down.", { retryAfterMs: 1000 });
}
