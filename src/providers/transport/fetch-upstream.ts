// One HTTP request to a provider: no retries, redirects or proxy of the environment, own deadlines.
import { upstreamError } from "../../base/errors.ts";
import { connectionError } from "./connection-error.ts";
import type { UpstreamGuard } from "./guard.ts";
import { unpacked } from "./unpack.ts";

export interface UpstreamRequest {
  method: "GET" | "POST";
  url: string;
  /**
   * Everything that is sent beside what HTTP itself needs; nothing of the client's request gets in
   * here.
   */
  headers: Readonly<Record<string, string>>;
  /** JSON, as text or in UTF-8, or null without a body. */
  body: string | Uint8Array<ArrayBuffer> | null;
  /** An HTTP proxy to use; null connects directly, whatever the environment says. */
  proxyUrl: string | null;
  /** Until the first byte of the answer's body, in milliseconds. */
  firstByteMs: number;
}

/** Bun's extra options. `timeout: false` is missing from the types of `fetch` in this Bun. */
interface FetchOptions extends BunFetchRequestInit {
  timeout: false;
}

/**
 * Sends one request and gives the response, its body unread. The first-byte deadline stays armed
 * until the first read of the body (see BodyReader): a provider that sends its headers at once and
 * thinks afterwards is held to the same time. The caller must read the body or cancel it, as an
 * unread one keeps a place in the process-wide connection limit of Bun's `fetch`, and must close
 * the guard.
 * @throws ApiError 502 when the provider cannot be reached or redirects, 504 past the deadline; the
 * reason of the client's signal when that aborted.
 */
export async function fetchUpstream(
  request: UpstreamRequest,
  guard: UpstreamGuard,
): Promise<Response> {
  guard.throwIfEnded();
  guard.arm(request.firstByteMs, "The provider did not start to answer in time.");
  const options: FetchOptions = {
    method: request.method,
    headers: request.headers,
    body: request.body,
    signal: guard.signal,
    // A redirect would carry the provider's key to wherever it points.
    redirect: "manual",
    decompress: false,
    // Bun's own idle timeout of 5 minutes would end a long thought; the guard's deadlines stand in
    // for it.
    timeout: false,
    // Only `false` opts out of HTTP_PROXY and its kin; NO_PROXY would overrule even a configured
    // proxy.
    proxy: request.proxyUrl === null ? false : { url: request.proxyUrl, respectNoProxy: false },
  };
  let response: Response;
  try {
    response = await fetch(request.url, options);
  } catch (error) {
    throw connectionError(error, guard, "The provider could not be reached");
  }
  if (response.status >= 300 && response.status < 400) {
    response.body?.cancel().catch(() => {});
    guard.abandon();
    throw upstreamError("The provider answered with a redirect, which is not followed.", {
      upstreamStatus: response.status,
    });
  }
  return unpacked(response);
}
