// Every error a client can meet, with its status, its code and an example of its envelope.
import type { ApiErrorType } from "../../base/errors.ts";
import { CREDIT_HEADERS, type HeaderName, headerRefs } from "./header-docs.ts";
import { ERROR_REF } from "./schemas.ts";

interface ErrorDoc {
  status: number;
  type: ApiErrorType;
  code: string | null;
  /** When it happens. */
  cause: string;
  /** The example's message. */
  message: string;
  param?: string;
  headers?: HeaderName[];
  /** Refused before it is known whose request it is, so that no credits can be named. */
  anonymous?: boolean;
}

const ANONYMOUS_HEADERS: readonly HeaderName[] = ["X-Request-Id"];

const BAD = "invalid_request_error";

export const errorDocs = {
  InvalidRequest: {
    status: 400,
    type: BAD,
    code: null,
    cause: "Malformed request body, or a field that is wrong: `param` names it.",
    message: "Missing required parameter: 'messages[0].content'.",
    param: "messages[0].content",
  },
  InvalidApiKey: {
    status: 401,
    type: BAD,
    code: "invalid_api_key",
    anonymous: true,
    cause: "Missing or invalid API key.",
    message: "Missing or invalid API key.",
    headers: ["WWW-Authenticate"],
  },
  InsufficientCredits: {
    status: 402,
    type: "insufficient_quota",
    code: "insufficient_credits",
    cause:
      "Credit balance too low for the request's deposit, or no credit at all for a large body.",
    message:
      "Not enough credits: 0.000012 available, 0.250000 held by requests in progress, " +
      "which buys 20 output tokens.",
    headers: ["X-Should-Retry"],
  },
  ModelNotFound: {
    status: 404,
    type: BAD,
    code: "model_not_found",
    cause: "Model not supported.",
    message: "The model 'gpt-0' is not supported. GET /models lists those that are.",
    param: "model",
  },
  RequestNotFound: {
    status: 404,
    type: BAD,
    code: "request_not_found",
    cause: "No request of this account has the id.",
    message: "No request of yours has this id. Requests refused before dispatch are not kept.",
  },
  MethodNotAllowed: {
    status: 405,
    type: BAD,
    code: "method_not_allowed",
    anonymous: true,
    cause: "The path exists, but not for this method.",
    message: "This path takes POST only.",
    headers: ["Allow"],
  },
  RequestTimeout: {
    status: 408,
    type: BAD,
    code: "request_timeout",
    cause: "The request body did not arrive in time.",
    message: "The request body did not arrive within 60000 ms.",
  },
  IdempotencyConflict: {
    status: 409,
    type: BAD,
    code: "idempotency_key_in_progress",
    cause:
      "A request with this Idempotency-Key is in progress; or, with code " +
      "`idempotent_answer_not_kept`, its answer was too large to be given again.",
    message: "A request with this Idempotency-Key is in progress. Retry to get its answer.",
    headers: ["Retry-After", "Retry-After-Ms", "X-Should-Retry"],
  },
  RequestTooLarge: {
    status: 413,
    type: BAD,
    code: "request_too_large",
    cause: "The request body is larger than the server accepts.",
    message: "The request body is too large: at most 25165824 bytes.",
  },
  UnsupportedMediaType: {
    status: 415,
    type: BAD,
    code: "unsupported_media_type",
    cause: "The body is not JSON, or is compressed.",
    message: "Unsupported Content-Type: send the body with 'Content-Type: application/json'.",
  },
  IdempotencyKeyReused: {
    status: 422,
    type: BAD,
    code: "idempotency_key_reused",
    cause: "This Idempotency-Key was used with another request body.",
    message: "This Idempotency-Key was used with another request body. Use a new key.",
    param: "Idempotency-Key",
  },
  RateLimited: {
    status: 429,
    type: "rate_limit_error",
    code: "rate_limit_exceeded",
    cause:
      "Too many requests, or the account has as many in progress, or bodies as large, as it may.",
    message: "Rate limit reached. Try again in 2 seconds.",
    headers: ["Retry-After", "Retry-After-Ms"],
  },
  InternalError: {
    status: 500,
    type: "server_error",
    code: null,
    cause: "Internal error.",
    message: "The server had an internal error. Quote the X-Request-Id header when you report it.",
  },
  UpstreamError: {
    status: 502,
    type: "server_error",
    code: "upstream_error",
    cause: "The model's provider failed.",
    message: "The provider failed to answer.",
    headers: ["X-Should-Retry"],
  },
  Overloaded: {
    status: 503,
    type: "server_error",
    code: "overloaded",
    cause: "The server or the provider cannot take the request now.",
    message: "The server is overloaded. Try again later.",
    headers: ["Retry-After", "Retry-After-Ms"],
  },
  UpstreamTimeout: {
    status: 504,
    type: "server_error",
    code: "upstream_timeout",
    cause: "The model's provider did not answer in time.",
    message: "The provider did not answer in time.",
    headers: ["X-Should-Retry"],
  },
} satisfies Record<string, ErrorDoc>;

export type ErrorName = keyof typeof errorDocs;

/** Returns `components.responses` of the document. */
export function errorResponses() {
  return Object.fromEntries(
    Object.entries<ErrorDoc>(errorDocs).map(([name, doc]) => [name, errorResponse(doc)]),
  );
}

function errorResponse(doc: ErrorDoc) {
  const { type, code, message, param = null } = doc;
  const commonHeaders = doc.anonymous ? ANONYMOUS_HEADERS : CREDIT_HEADERS;
  return {
    description: `${doc.cause} \`type\`: ${type}, \`code\`: ${code ?? "null"}.`,
    headers: headerRefs([...commonHeaders, ...(doc.headers ?? [])]),
    content: {
      "application/json": {
        schema: ERROR_REF,
        example: { error: { message, type, param, code } },
      },
    },
  };
}
