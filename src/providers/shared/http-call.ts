// One call of a dialect over HTTP: sent once, and read as a whole or as batches of server-sent events.
import { type ApiError, upstreamError } from "../../base/errors.ts";
import type { Config, Timeouts } from "../../config/schema.ts";
import { fetchUpstream } from "../transport/fetch-upstream.ts";
import { UpstreamGuard } from "../transport/guard.ts";
import { readBody, readErrorBody } from "../transport/read-body.ts";
import { sseBatches } from "../transport/sse.ts";
import { parseJson } from "./json.ts";

/** What differs between the dialects that are JSON one way and server-sent events the other. */
export interface HttpDialect {
  /** An answer that is no 2xx, as what the client is to see. */
  errorFromResponse(status: number, headers: Headers, text: string): ApiError;
  /** The error in a body that came under status 200, or null when it holds none. */
  errorFromPayload(body: unknown): ApiError | null;
  /** Recognises the last event of a stream. */
  isTerminal(data: string): boolean;
}

/** A provider's limits and way out, as the configuration has them. */
export interface CallTransport {
  timeouts: Timeouts;
  limits: Pick<Config["limits"], "upstreamBodyBytes" | "upstreamEventBytes">;
  /** Null connects directly. */
  proxyUrl: string | null;
}

/** What is sent. */
export interface OutgoingCall {
  url: string;
  headers: Readonly<Record<string, string>>;
  /** Becomes the body's JSON. */
  body: object;
}

/** Makes what is sent; may make calls of its own under the signal, for a token or an image. */
export type Prepare = (signal: AbortSignal) => OutgoingCall | Promise<OutgoingCall>;

/**
 * Sends a call and gives the text of its whole answer.
 * @throws ApiError; the client's reason on its abort
 */
export async function callWhole(
  dialect: HttpDialect,
  transport: CallTransport,
  prepare: Prepare,
  signal: AbortSignal,
): Promise<string> {
  const guard = new UpstreamGuard(signal, transport.timeouts.totalMs);
  try {
    const response = await send(dialect, transport, prepare, guard, signal);
    return await readWhole(transport, response, guard);
  } finally {
    guard.close();
  }
}

/**
 * Sends a call and gives its events' data, in batches. The call is made by the iteration.
 * @throws ApiError; the client's reason on its abort
 */
export async function* callBatches(
  dialect: HttpDialect,
  transport: CallTransport,
  prepare: Prepare,
  signal: AbortSignal,
): AsyncGenerator<string[], void, undefined> {
  const guard = new UpstreamGuard(signal, transport.timeouts.totalMs);
  try {
    const response = await send(dialect, transport, prepare, guard, signal);
    if (response.headers.get("content-type")?.includes("application/json")) {
      throw notStreamed(dialect, await readWhole(transport, response, guard));
    }
    yield* sseBatches(response, guard, {
      isLast: dialect.isTerminal,
      maxEventBytes: transport.limits.upstreamEventBytes,
      betweenChunksMs: transport.timeouts.betweenChunksMs,
    });
  } finally {
    guard.close();
  }
}

/** Gives the 2xx response, its body unread. */
async function send(
  dialect: HttpDialect,
  { timeouts, proxyUrl }: CallTransport,
  prepare: Prepare,
  guard: UpstreamGuard,
  signal: AbortSignal,
): Promise<Response> {
  const { url, headers, body } = await prepare(guard.signal);
  const request = { url, headers, body: JSON.stringify(body), proxyUrl };
  const firstByteMs = timeouts.firstByteMs;
  const response = await fetchUpstream({ ...request, method: "POST", firstByteMs }, guard);
  if (response.ok) return response;
  const text = await readErrorBody(response, guard, signal);
  throw dialect.errorFromResponse(response.status, response.headers, text);
}

/** A JSON answer to a call for a stream: nearly always an error under status 200. */
function notStreamed(dialect: HttpDialect, text: string): ApiError {
  return (
    dialect.errorFromPayload(parseJson(text)) ??
    upstreamError("The provider did not answer with a stream.")
  );
}

function readWhole(
  { limits, timeouts }: CallTransport,
  response: Response,
  guard: UpstreamGuard,
): Promise<string> {
  return readBody(response, guard, {
    maxBytes: limits.upstreamBodyBytes,
    betweenChunksMs: timeouts.betweenChunksMs,
  });
}
