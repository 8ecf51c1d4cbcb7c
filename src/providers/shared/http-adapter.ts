// The one way in which every dialect over HTTP is called: sent once, read whole or event by event.
import { upstreamError } from "../../base/errors.ts";
import type {
  ProviderAdapter,
  UpstreamCall,
  UpstreamChunk,
  UpstreamCompletion,
} from "../protocol.ts";
import { BodyReader } from "../transport/body-reader.ts";
import { fetchUpstream } from "../transport/fetch-upstream.ts";
import type { EventDecoder } from "../transport/framing.ts";
import { UpstreamGuard } from "../transport/guard.ts";
import { readBody, readErrorBody } from "../transport/read-body.ts";
import { saysAnything } from "./envelope.ts";
import { ANSWER_MEMBERS } from "./error-body.ts";
import type { CallTransport, Exchange, HttpDialect, StreamReader } from "./http-dialect.ts";
import { loweredLimit } from "./ignored.ts";
import { isObject, parseJson } from "./json.ts";
import { runProbe } from "./probe.ts";
import { unmetWishes } from "./provider-wishes.ts";
import { wholeAsStream } from "./whole-as-stream.ts";

/**
 * What a provider has for usage and its terminal event once the answer is whole, in milliseconds:
 * some send neither, and keep the connection open.
 */
const GRACE_MS = 5_000;

/** How long a body may take to end after its last event before it is cancelled, in milliseconds. */
const FINISH_MS = 1_000;

/** Makes the adapter of a provider from what its dialect does with a call. */
export function createHttpAdapter<Event>(
  dialect: HttpDialect<Event>,
  transport: CallTransport,
): ProviderAdapter {
  return {
    complete: (call, signal) => complete(dialect, transport, call, signal),
    stream: (call, signal) => stream(dialect, transport, call, signal),
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
  const guard = new UpstreamGuard(signal, transport.timeouts.totalMs);
  try {
    const lost = lostAnywhere(dialect, call);
    const exchange = await dialect.exchange(call, false, guard.signal);
    const response = await send(dialect, transport, exchange, guard, signal);
    const answer = exchange.parse(await readWhole(transport, response, guard));
    return { ...answer, ignored: [...(exchange.ignored ?? []), ...lost] };
  } finally {
    guard.close();
  }
}

/** What is lost whatever the dialect. @throws ApiError 400 for a wish about privacy that nobody has promised */
function lostAnywhere<Event>(dialect: HttpDialect<Event>, call: UpstreamCall): readonly string[] {
  const wishes = dialect.takesWishes === true ? [] : unmetWishes(call.request);
  return [...wishes, ...loweredLimit(call)];
}

/** A request that cannot be sent fails in the iteration, where the protocol wants errors. */
async function* stream<Event>(
  dialect: HttpDialect<Event>,
  transport: CallTransport,
  call: UpstreamCall,
  signal: AbortSignal,
): AsyncGenerator<UpstreamChunk, void, undefined> {
  const guard = new UpstreamGuard(signal, transport.timeouts.totalMs);
  try {
    const lost = lostAnywhere(dialect, call);
    const exchange = await dialect.exchange(call, true, guard.signal);
    const reader = exchange.open();
    const response = await send(dialect, transport, exchange, guard, signal);
    if (response.headers.get("content-type")?.includes("application/json")) {
      const text = await readWhole(transport, response, guard);
      const ignored = [...(exchange.ignored ?? []), ...lost];
      yield* notStreamed(dialect, exchange, text).map((chunk) => ({ ...chunk, ignored }));
      return;
    }
    const body = new BodyReader(response, guard, transport.timeouts.betweenChunksMs);
    try {
      const decoder = await dialect.framing.open(transport.limits.upstreamEventBytes);
      let ignored = [...(exchange.ignored ?? []), ...lost];
      for (let isOver = false; !isOver; ) {
        const { graceMs = GRACE_MS } = reader;
        const bytes = await (reader.finished ? body.nextWithin(graceMs) : body.next());
        const chunks =
          bytes === null ? lastChunks(reader, decoder) : chunksOf(reader, decoder.push(bytes));
        for (const chunk of chunks) {
          // The answer went on after all: some models name a finish reason in every event. Chunks
          // without words are only another way to keep a connection open.
          if (reader.finished && chunk.chunk.choices.some(({ delta }) => saysAnything(delta))) {
            body.restartGrace();
          }
          yield ignored.length === 0 ? chunk : { ...chunk, ignored };
          ignored = [];
        }
        isOver = bytes === null || reader.ended;
      }
    } finally {
      // Left to end by itself a connection can be used again; a cancelled one is closed.
      if (reader.ended) body.finish(FINISH_MS);
      else body.cancel();
    }
  } finally {
    guard.close();
  }
}

/** The chunks of the events that came with one read, and of the end where one of them was the last. */
function* chunksOf<Event>(
  reader: StreamReader<Event>,
  events: readonly Event[],
): Generator<UpstreamChunk, void, undefined> {
  for (const event of events) {
    yield* reader.read(event);
    if (reader.ended) {
      yield* reader.end();
      return;
    }
  }
}

/** What the body's end leaves: an event that lacks its last line, and what the reader held back. */
function lastChunks<Event>(
  reader: StreamReader<Event>,
  decoder: EventDecoder<Event>,
): UpstreamChunk[] {
  const wasFinished = reader.finished;
  const chunks: UpstreamChunk[] = [];
  try {
    for (const event of decoder.end()) chunks.push(...reader.read(event));
  } catch (error) {
    // Half an event after a whole answer is none.
    if (!wasFinished) throw error;
  }
  return [...chunks, ...reader.end()];
}

/** Gives the 2xx response, its body unread. */
async function send<Event>(
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

/** A JSON answer to a call for a stream: mostly an error under status 200, else one that is paid for. */
function notStreamed<Event>(
  { errors }: HttpDialect<Event>,
  exchange: Exchange<Event>,
  text: string,
): UpstreamChunk[] {
  const json = parseJson(text);
  const error = errors.fromPayload(json);
  if (error !== null) throw error;
  const isAnswer = isObject(json) && ANSWER_MEMBERS.some((member) => member in json);
  if (!isAnswer) throw upstreamError("The provider did not answer with a stream.");
  return wholeAsStream(exchange.parse(text));
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
