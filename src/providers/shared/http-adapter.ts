// The one way in which every dialect over HTTP is called: sent once, read whole or event by event.
import type { ProviderAdapter, UpstreamCall, UpstreamCompletion } from "../protocol.ts";
import { UpstreamGuard } from "../transport/guard.ts";
import { prepare, readWhole, send } from "./http-call.ts";
import type { CallTransport, HttpDialect } from "./http-dialect.ts";
import { HttpStream } from "./http-stream.ts";
import { runProbe } from "./probe.ts";

/** Makes the adapter of a provider from what its dialect does with a call. */
export function createHttpAdapter<Event>(
  dialect: HttpDialect<Event>,
  transport: CallTransport,
): ProviderAdapter {
  return {
    complete: (call, signal) => complete(dialect, transport, call, signal),
    stream: (call, signal) => new HttpStream({ dialect, transport, call, signal }),
    probe: async (signal) =>
      dialect.probe === null
        ? { ok: true, detail: "connected; there is no call to try it by" }
        : runProbe(dialect.probe, transport.proxyUrl, signal),
  };
}

async function complete<Event>(
  dialect: HttpDialect<Event>,
  transport: CallTransport,
  call: UpstreamCall,
  signal: AbortSignal,
): Promise<UpstreamCompletion> {
  const guard = new UpstreamGuard(signal, transport.timeouts.totalMs, call.control);
  try {
    const prepared = prepare(dialect, call, false, guard.signal);
    const exchange = prepared instanceof Promise ? await prepared : prepared;
    const response = await send(dialect, transport, exchange, guard, signal);
    const answer = exchange.parse(await readWhole(transport, response, guard));
    answer.ignored = exchange.ignored ?? [];
    return answer;
  } finally {
    guard.close();
  }
}
