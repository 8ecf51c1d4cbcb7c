// One streamed call over HTTP: sent with the first read, then read array by array, one await each.
import { upstreamError } from "../../base/errors.ts";
import type {
  PlainRun,
  PlainShape,
  UpstreamCall,
  UpstreamChunk,
  UpstreamEvent,
} from "../protocol.ts";
import { BodyReader, type ReadTaker } from "../transport/body-reader.ts";
import type { EventDecoder, EventSink } from "../transport/framing.ts";
import { UpstreamGuard } from "../transport/guard.ts";
import { saysAnything } from "./envelope.ts";
import { ANSWER_MEMBERS } from "./error-body.ts";
import { prepare, readWhole, send } from "./http-call.ts";
import type { CallTransport, Exchange, HttpDialect, StreamReader } from "./http-dialect.ts";
import { isObject, parseJson } from "./json.ts";
import { wholeAsStream } from "./whole-as-stream.ts";

/**
 * What a provider has for usage and its terminal event once the answer is whole, in milliseconds:
 * some send neither, and keep the connection open.
 */
const GRACE_MS = 5_000;

/** How long a body may take to end after its last event before it is cancelled, in milliseconds. */
const FINISH_MS = 1_000;

const NO_MORE = { done: true, value: undefined } as const;

type Events = IteratorResult<UpstreamEvent[], undefined>;

interface StreamedCall<Event> {
  dialect: HttpDialect<Event>;
  transport: CallTransport;
  call: UpstreamCall;
  signal: AbortSignal;
}

/** What a stream is read with. */
interface Reading<Event> {
  body: BodyReader<Events>;
  decoder: EventDecoder<Event>;
  reader: StreamReader<Event>;
}

/**
 * The events of one call. A request that cannot be sent fails in the first `next`, where the
 * protocol wants errors. What fails in the middle of a read is thrown after what came before it.
 */
export class HttpStream<Event>
  implements AsyncIterableIterator<UpstreamEvent[], undefined>, EventSink<Event>, ReadTaker<Events>
{
  #guard: UpstreamGuard | null = null;
  /** Null once it is sent: the request need not be kept while its answer is read. */
  #call: StreamedCall<Event> | null;
  #reading: Reading<Event> | null = null;
  #ignored: readonly string[] = [];
  /** What the current read has brought. */
  #events: UpstreamEvent[] = [];
  #failure: { error: unknown } | null = null;
  #isOver = false;

  constructor(call: StreamedCall<Event>) {
    this.#call = call;
  }

  next(): Promise<Events> {
    if (this.#call !== null) return this.#begin(this.#call);
    return this.#isThere ? this.#given() : this.#more();
  }

  /** What the body's next read gives. */
  #more(): Promise<Events> {
    const { body, reader } = this.#reading as Reading<Event>;
    return reader.finished ? body.nextWithin(reader.graceMs ?? GRACE_MS) : body.next();
  }

  /** Something is there, or nothing comes any more. */
  get #isThere(): boolean {
    return this.#events.length > 0 || this.#isOver || this.#reading === null;
  }

  async #given(): Promise<Events> {
    return this.#now();
  }

  /** @throws what the stream failed with, after what came before it */
  #now(): Events {
    const events = this.#events;
    if (events.length > 0) {
      this.#events = [];
      return { done: false, value: events };
    }
    if (this.#failure === null) return NO_MORE;
    const { error } = this.#failure;
    this.#failure = null;
    throw error;
  }

  async #begin(call: StreamedCall<Event>): Promise<Events> {
    try {
      await this.#open(call);
    } catch (error) {
      this.#close();
      throw error;
    }
    return this.#isThere ? this.#now() : this.#more();
  }

  takeBytes(bytes: Uint8Array | null): Events | Promise<Events> {
    this.#read(bytes);
    return this.#isThere ? this.#now() : this.#more();
  }

  fail(error: unknown): Events {
    this.#close();
    throw error;
  }

  async return(): Promise<IteratorResult<UpstreamEvent[], undefined>> {
    this.#events = [];
    this.#failure = null;
    // While it is being sent there is no body to cancel.
    if (this.#reading === null && !this.#isOver) {
      this.#guard?.abandon();
    }
    this.#close();
    return NO_MORE;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  get shape(): PlainShape | null | undefined {
    return this.#isStopped ? undefined : this.#reading?.reader.shape;
  }

  take(event: Event): void {
    const reader = this.#reading?.reader;
    if (reader === undefined || this.#isStopped) {
      return;
    }
    try {
      this.#add(reader.read(event));
      if (reader.ended) {
        this.#add(reader.end());
      }
    } catch (error) {
      this.#failure = { error };
    }
  }

  takeRun(run: PlainRun): void {
    this.#events.push(run);
  }

  /** Nothing that still comes is wanted. */
  get #isStopped(): boolean {
    return this.#failure !== null || this.#reading?.reader.ended === true;
  }

  async #open({ dialect, transport, call, signal }: StreamedCall<Event>): Promise<void> {
    this.#call = null;
    const guard = new UpstreamGuard(signal, transport.timeouts.totalMs, call.control);
    this.#guard = guard;
    const exchange = await prepare(dialect, call, true, guard.signal);
    const reader = exchange.open();
    this.#ignored = exchange.ignored ?? [];
    const response = await send(dialect, transport, exchange, guard, signal);
    if (response.headers.get("content-type")?.includes("application/json")) {
      const text = await readWhole(transport, response, guard);
      for (const chunk of notStreamed(dialect, exchange, text)) {
        this.#push(chunk);
      }
      this.#close();
      return;
    }
    const body = new BodyReader(response, guard, transport.timeouts.betweenChunksMs, this);
    const decoder = await dialect.framing.open(transport.limits.upstreamEventBytes);
    this.#reading = { body, decoder, reader };
    if (this.#isOver) {
      body.cancel();
    }
  }

  /** Takes what one read brought; null stands for the body's end. */
  #read(bytes: Uint8Array | null): void {
    if (this.#isOver || this.#reading === null) {
      return;
    }
    const { decoder, reader } = this.#reading;
    try {
      if (bytes === null) this.#readEnd(decoder, reader);
      else decoder.push(bytes, this);
    } catch (error) {
      this.#failure ??= { error };
    }
    if (bytes === null || this.#isStopped) {
      this.#close();
    }
  }

  /** What the body's end leaves: an event that lacks its last line, and what the reader held back. */
  #readEnd(decoder: EventDecoder<Event>, reader: StreamReader<Event>): void {
    const wasFinished = reader.finished;
    try {
      decoder.end(this);
    } catch (error) {
      this.#failure ??= { error };
    }
    // Half an event after a whole answer is none.
    if (wasFinished) {
      this.#failure = null;
    }
    if (!this.#isStopped) {
      this.#add(reader.end());
    }
  }

  #add(chunks: readonly UpstreamChunk[]): void {
    for (const chunk of chunks) {
      this.#push(chunk);
      // The answer went on after all: some models name a finish reason in every event. Chunks
      // without words are only another way to keep a connection open.
      if (
        this.#reading?.reader.finished === true &&
        chunk.chunk.choices.some(({ delta }) => saysAnything(delta))
      ) {
        this.#reading.body.restartGrace();
      }
    }
  }

  #push(chunk: UpstreamChunk): void {
    const ignored = this.#ignored;
    this.#events.push(ignored.length === 0 ? chunk : { ...chunk, ignored });
    this.#ignored = [];
  }

  #close(): void {
    if (this.#isOver) {
      return;
    }
    this.#isOver = true;
    this.#call = null;
    // Left to end by itself a connection can be used again; a cancelled one is closed.
    if (this.#reading?.reader.ended === true) this.#reading.body.finish(FINISH_MS);
    else this.#reading?.body.cancel();
    this.#guard?.close();
  }
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
