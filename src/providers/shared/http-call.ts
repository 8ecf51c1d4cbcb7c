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
  const { firstByteMs } = timeouts;
  const response = await fetchUpstream(
    { method: "POST", url, headers, body, proxyUrl, firstByteMs },
    guard,
  );
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

/**
 * A call's exchange, with all that is lost of the request, whatever the dialect. A promise is given where the exchange takes calls of its own.
 * @throws ApiError 400 for what the dialect cannot do, and for a wish about privacy that nobody has promised
 */
export function prepare<Event>(
  dialect: HttpDialect<Event>,
  call: UpstreamCall,
  stream: boolean,
  signal: AbortSignal,
): Exchange<Event> | Promise<Exchange<Event>> {
  // Before the exchange, which may make calls of its own.
  const wishes = dialect.takesWishes === true ? NONE : unmetWishes(call.request);
  const lowered = loweredLimit(call);
  const exchange = dialect.exchange(call, stream, signal);
  if (wishes.length + lowered.length === 0) return exchange;
  const lost = [...wishes, ...lowered];
  return exchange instanceof Promise
    ? exchange.then((made) => withLost(made, lost))
    : withLost(exchange, lost);
}

const NONE: readonly string[] = [];

/** The exchange, which is of this call alone, with these among what is ignored. */
function withLost<Event>(exchange: Exchange<Event>, lost: readonly string[]): Exchange<Event> {
  exchange.ignored = [...(exchange.ignored ?? NONE), ...lost];
  return exchange;
}
