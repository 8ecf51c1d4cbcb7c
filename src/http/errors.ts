// From an error to what the client reads: the OpenAI envelope and its headers.
import type { ApiError } from "../base/errors.ts";

/** The OpenAI error envelope. */
export interface ErrorEnvelope {
  error: { message: string; type: string; param: string | null; code: string | null };
}

export function errorEnvelope(error: ApiError): ErrorEnvelope {
  const { message, type, param, code } = error;
  return { error: { message, type, param, code } };
}

/** Headers that tell an SDK whether and when to try again; both OpenAI SDKs obey them. */
export function errorHeaders(error: ApiError): Record<string, string> {
  const headers: Record<string, string> = {};
  if (error.retryAfterMs !== undefined) {
    headers["retry-after"] = String(Math.ceil(error.retryAfterMs / 1000));
    headers["retry-after-ms"] = String(error.retryAfterMs);
  }
  if (error.shouldRetry !== undefined) headers["x-should-retry"] = String(error.shouldRetry);
  // HTTP asks for it with every 401; no browser opens a dialog for this scheme.
  if (error.status === 401) headers["www-authenticate"] = 'Bearer realm="AACFlow"';
  if (error.allow !== undefined) headers.allow = error.allow;
  return headers;
}
