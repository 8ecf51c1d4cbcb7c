// One call sent: its response, or the failure that it tells of; a body read whole.
import type { UpstreamCall } from "../protocol.ts";
import { fetchUpstream } from "../transport/fetch-upstream.ts";
import type { UpstreamGuard } from "../transport/guard.ts";
import { readBody, readErrorBody } from "../transport/read-body.ts";
import type { CallTransport, Exchange, HttpDialect } from "./http-dialect.ts";
import { loweredLimit } from "./ignored.ts";
import { unmetWishes } from "./provider-wishes.ts";

/** Returns the 2xx response, its body unread. */
export async function send<Event>(
  { errors }: HttpDialect<Event>,
  { timeouts, proxyUrl }: CallTransport,
  exchange: Exchange<Event>,
  guard: UpstreamGuard,
  signal: AbortSignal,
): Promise<Response> {
  const { url, headers } = exchange;
  const body = exchange.body instanceof Promise ? await exchange.body : exchange.body;
  const request = { method: "POST" as const, url, headers, body, proxyUrl };
  const response = await fetchUpstream({ ...request, firstByteMs: timeouts.firstByteMs }, guard);
  if (response.ok) return response;
  const text = await readErrorBody(response, guard, signal);
  throw errors.fromResponse(response.status, response.headers, text);
}

export function readWhole(
  { limits, timeouts }: CallTransport,
  response: Response,
  guard: UpstreamGuard,
): Promise<string> {
  return readBody(response, guard, {
    maxBytes: limits.upstreamBodyBytes,
    betweenChunksMs: timeouts.betweenChunksMs,
  });
}

/** A call's exchange, with all that is lost of the request, whatever the dialect. */
export interface PreparedExchange<Event> extends Exchange<Event> {
  ignored: readonly string[];
}

/** @throws ApiError 400 for what the dialect cannot do, and for a wish about privacy that nobody has promised */
export async function prepare<Event>(
  dialect: HttpDialect<Event>,
  call: UpstreamCall,
  stream: boolean,
  signal: AbortSignal,
): Promise<PreparedExchange<Event>> {
  // Before the exchange, which may make calls of its own.
  const wishes = dialect.takesWishes === true ? [] : unmetWishes(call.request);
  const lost = [...wishes, ...loweredLimit(call)];
  const exchange = await dialect.exchange(call, stream, signal);
  return { ...exchange, ignored: [...(exchange.ignored ?? []), ...lost] };
}
