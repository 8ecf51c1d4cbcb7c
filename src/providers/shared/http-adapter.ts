// The one way in which every dialect over HTTP is called: sent once, read whole or event by event.
import { type ApiError, upstreamError } from "../../base/errors.ts";
import type { Config, Timeouts } from "../../config/schema.ts";
import type {
  ProviderAdapter,
  UpstreamCall,
  UpstreamChunk,
  UpstreamCompletion,
} from "../protocol.ts";
import { BodyReader } from "../transport/body-reader.ts";
import { fetchUpstream } from "../transport/fetch-upstream.ts";
import type { EventDecoder, Framing } from "../transport/framing.ts";
import { UpstreamGuard } from "../transport/guard.ts";
import { readBody, readErrorBody } from "../transport/read-body.ts";
import type { ErrorReader } from "./errors.ts";
import { parseJson } from "./json.ts";
import { type Probe, runProbe } from "./probe.ts";
import { unmetWishes } from "./provider-wishes.ts";

/**
 * What a provider has for usage and its terminal event once the answer is whole, in milliseconds:
 * some send neither, and keep the connection open.
 */
const GRACE_MS = 5_000;

/** How long a body may take to end after its last event before it is cancelled, in milliseconds. */
const FINISH_MS = 1_000;

/** What one dialect makes of one call: what is sent, and how the answer reads. */
export interface Exchange<Event> {
  url: string;
  /** Complete, names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** JSON text. */
  body: string;
  /** Fields of the request that the dialect cannot express and leaves out, by their names. */
  ignored?: readonly string[];
  /**
   * Reads the text of a whole answer.
   * @throws ApiError when it is none, or holds an error
   */
  parse(text: string): UpstreamCompletion;
  /** Begins to read one stream. */
  open(): StreamReader<Event>;
}

/** Reads the events of one stream in order: what a piece means can depend on those before it. */
export interface StreamReader<Event> {
  /**
   * The chunks that one event stands for; none for many.
   * @throws ApiError when it is malformed, out of order or an error
   */
  read(event: Event): UpstreamChunk[];
  /**
   * Whether the answer is whole: every choice has its end, and only usage or a last word may
   * follow. Then a silence or a broken connection is a clean end.
   */
  readonly finished: boolean;
  /** How long to wait for what may follow, in milliseconds, where the usual grace is too short. */
  readonly graceMs?: number | undefined;
  /** Whether the provider has said its last word: what follows is not read. */
  readonly ended: boolean;
  /**
   * The stream is over: what was held back.
   * @throws ApiError when the answer is not whole
   */
  end(): UpstreamChunk[];
}

export interface HttpDialect<Event> {
  framing: Framing<Event>;
  errors: Pick<ErrorReader, "fromResponse" | "fromPayload">;
  /** The provider acts on OpenRouter's field `provider`, which the exchange passes on. */
  takesWishes?: boolean;
  /**
   * Makes the exchange of one call; may make calls of its own under the signal, for a token or an
   * image. The call is not changed.
   * @throws ApiError 400, with the field in `param`, for what the dialect cannot do
   */
  exchange(
    call: UpstreamCall,
    stream: boolean,
    signal: AbortSignal,
  ): Exchange<Event> | Promise<Exchange<Event>>;
  /** The cheapest call that shows whether the provider is there and takes the key; null without one. */
  probe: (() => Probe | Promise<Probe>) | null;
}

/** A provider's limits and way out, as the configuration has them. */
export interface CallTransport {
  timeouts: Timeouts;
  limits: Pick<Config["limits"], "upstreamBodyBytes" | "upstreamEventBytes">;
  /** Null connects directly. */
  proxyUrl: string | null;
}

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
    const wishes = dialect.takesWishes === true ? [] : unmetWishes(call.request);
    const exchange = await dialect.exchange(call, false, guard.signal);
    const response = await send(dialect, transport, exchange, guard, signal);
    const answer = exchange.parse(await readWhole(transport, response, guard));
    return { ...answer, ignored: [...(exchange.ignored ?? []), ...wishes] };
  } finally {
    guard.close();
  }
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
    const wishes = dialect.takesWishes === true ? [] : unmetWishes(call.request);
    const exchange = await dialect.exchange(call, true, guard.signal);
    const reader = exchange.open();
    const response = await send(dialect, transport, exchange, guard, signal);
    if (response.headers.get("content-type")?.includes("application/json")) {
      throw notStreamed(dialect, await readWhole(transport, response, guard));
    }
    const body = new BodyReader(response, guard, transport.timeouts.betweenChunksMs);
    try {
      const decoder = await dialect.framing.open(transport.limits.upstreamEventBytes);
      let ignored = [...(exchange.ignored ?? []), ...wishes];
      for (let isOver = false; !isOver; ) {
        const { graceMs = GRACE_MS } = reader;
        const bytes = await (reader.finished ? body.nextWithin(graceMs) : body.next());
        const chunks =
          bytes === null ? lastChunks(reader, decoder) : chunksOf(reader, decoder.push(bytes));
        for (const chunk of chunks) {
          // The answer went on after all: some models name a finish reason in every event.
          if (chunk.chunk.choices.length > 0) body.restartGrace();
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
  { url, headers, body }: Exchange<Event>,
  guard: UpstreamGuard,
  signal: AbortSignal,
): Promise<Response> {
  const request = { method: "POST" as const, url, headers, body, proxyUrl };
  const response = await fetchUpstream({ ...request, firstByteMs: timeouts.firstByteMs }, guard);
  if (response.ok) return response;
  const text = await readErrorBody(response, guard, signal);
  throw errors.fromResponse(response.status, response.headers, text);
}

/** A JSON answer to a call for a stream: nearly always an error under status 200. */
function notStreamed<Event>({ errors }: HttpDialect<Event>, text: string): ApiError {
  return (
    errors.fromPayload(parseJson(text)) ??
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
