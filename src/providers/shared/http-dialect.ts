// What a dialect over HTTP gives to be called: the exchange of one call, and how a stream reads.
import type { Config, Timeouts } from "../../config/schema.ts";
import type { PlainShape, UpstreamCall, UpstreamChunk, UpstreamCompletion } from "../protocol.ts";
import type { Framing } from "../transport/framing.ts";
import type { ErrorReader } from "./errors.ts";
import type { Probe } from "./probe.ts";
import type { RequestBody } from "./request-body.ts";

/** What one dialect makes of one call: what is sent, and how the answer reads. */
export interface Exchange<Event> {
  url: string;
  /** Complete, names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** As `writeBody` of request-body.ts gives it. */
  body: RequestBody | Promise<RequestBody>;
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

/** Reads the events of one stream in order: what an event means can depend on those before it. */
export interface StreamReader<Event> {
  /**
   * The chunks that one event stands for; none for many.
   * @throws ApiError when it is malformed, out of order or an error
   */
  read(event: Event): UpstreamChunk[];
  /**
   * How an event reads that adds some text to what has come and does nothing else: such an event
   * need not be read, as it would leave the reader as it is. Null while that is not known or no
   * event is so; absent where none ever is.
   */
  readonly shape?: PlainShape | null;
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
