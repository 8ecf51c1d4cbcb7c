// What a broken connection to a provider looks like to the caller: an error without an address.
import { ApiError, upstreamError } from "../../base/errors.ts";
import type { UpstreamGuard } from "./guard.ts";

/** Names of socket and TLS faults that say nothing about where the provider is. */
const SAFE_CODE = /^[A-Z][A-Z0-9_]{2,40}$/;

/**
 * Turns whatever `fetch` or a body's reader threw into the error to throw on. An ended guard comes
 * first: its reason is why the connection broke. The original stays in `cause`, for the log.
 */
export function connectionError(error: unknown, guard: UpstreamGuard, message: string): unknown {
  if (guard.signal.aborted) {
    return guard.signal.reason;
  }
  if (error instanceof ApiError) {
    return error;
  }
  const code = error instanceof Error && "code" in error ? error.code : null;
  const named = typeof code === "string" && SAFE_CODE.test(code) ? ` (${code})` : "";
  return upstreamError(`${message}${named}.`, { cause: error });
}
