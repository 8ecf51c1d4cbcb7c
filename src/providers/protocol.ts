// The adapter protocol: what the gateway asks of a provider, and what it gets back, in any dialect.
import type { ChatCompletion, ChatCompletionChunk, ChatRequest, TokenUsage } from "../base/chat.ts";
import type { Deadlines } from "../base/deadlines.ts";
import type { ModelFacts } from "../base/model.ts";

/** What a metered call lends to its adapter, so that one signal and one sweep end all that it waits for. */
export interface CallControl {
  /** Ends the call with this reason, an ApiError. */
  abort(reason: unknown): void;
  deadlines: Deadlines;
}

/** One request to a provider. Plain data: adapters know nothing of keys, accounts or credits. */
export interface UpstreamCall {
  /** Of the metered call that it is part of, which the signal belongs to; a call by itself has none. */
  control?: CallControl;
  /** The gateway's request id, for logs; never sent upstream. */
  requestId: string;
  /** The client's validated request. An adapter must not change it: it may be tried on another deployment. */
  request: ChatRequest;
  /** The model's name at this provider. */
  upstreamModel: string;
  /** What the model can do and where its limits are. */
  facts: ModelFacts;
  /**
   * The output limit to send upstream, in tokens. It is the client's own limit, or the gateway's where the
   * client set none; null means that none is to be sent.
   */
  maxOutputTokens: number | null;
}

/** A whole answer. `usage` is null where the provider reported none, or nonsense. */
export interface UpstreamCompletion {
  completion: ChatCompletion;
  usage: TokenUsage | null;
  /** What the provider says that this call cost it, in micro-dollars; absent where it says nothing. */
  reportedCostMicro?: number | null;
  /** Fields of the request that the dialect could not express and left out, by their names. */
  ignored?: readonly string[];
}

/** One chunk of a streamed answer. */
export interface UpstreamChunk {
  /**
   * The chunk in OpenAI's shape, without `usage`. Its `choices` may be empty (a chunk that only carries usage).
   * `id`, `created` and `model` are the provider's; the gateway stamps its own.
   */
  chunk: ChatCompletionChunk;
  /** The JSON text of exactly this chunk when the provider sent it so, which spares serialising it again. */
  wire: string | null;
  /** Cumulative usage, where this chunk reported it: the last one given counts. */
  usage: TokenUsage | null;
  /**
   * False for usage that is known before the answer is complete (Anthropic's first event has the input, and next to
   * no output): should the answer be cut, its output is still to be estimated. True where it is left out.
   */
  usageIsFinal?: boolean;
  /** As in {@link UpstreamCompletion}; the last one given counts. */
  reportedCostMicro?: number | null;
  /** As in {@link UpstreamCompletion}; on a stream's first chunk. */
  ignored?: readonly string[];
}

/**
 * What all plain events of a stream have in common, once one has come: they differ in their text
 * alone. Both are JSON: together with the text between them they are one event's data.
 */
export interface PlainShape {
  /** Up to the quote that opens the text. */
  readonly head: string;
  /** From the quote that closes it. */
  readonly tail: string;
  /** How many events have come in it, after the one that it was learned from. */
  events: number;
}

/** Plain events that came together, as the provider wrote them. */
export interface PlainRun {
  readonly shape: PlainShape;
  /** Their texts as JSON has them, without the quotes, a line end between each two. */
  readonly texts: string;
  /** The length of all of them as they read, in UTF-16 units. */
  readonly chars: number;
}

/**
 * What a stream consists of: a chunk, or a run of chunks that each add some text to one and the same choice and say
 * nothing else, as the provider wrote them. A run has the place of its chunks, and never the first.
 */
export type UpstreamEvent = UpstreamChunk | PlainRun;

export const isPlainRun = (event: UpstreamEvent): event is PlainRun => "texts" in event;

/**
 * A provider behind one dialect. Both methods throw ApiError only, its message fit for the client, and stop the
 * upstream call when the signal aborts (then they reject with the signal's reason).
 */
export interface ProviderAdapter {
  /** Asks for the whole answer at once. */
  complete(call: UpstreamCall, signal: AbortSignal): Promise<UpstreamCompletion>;
  /**
   * Asks for the answer event by event: each array is what one read of the connection brought, and is never empty.
   * The iteration ends normally only after the provider's own end (a finish reason or its terminal event); an answer
   * that stops short of it throws, after what came before. Leaving the loop early closes the upstream connection.
   */
  stream(call: UpstreamCall, signal: AbortSignal): AsyncIterable<UpstreamEvent[]>;
  /**
   * Whether the provider is there and takes the key, by its cheapest authenticated call. Takes some
   * seconds at most; every failure is a result, only the signal's reason is thrown.
   */
  probe(signal: AbortSignal): Promise<ProbeResult>;
}

/** What `aacflow doctor` learns by calling the provider's cheapest authenticated endpoint. */
export interface ProbeResult {
  ok: boolean;
  /** One line for the operator. */
  detail: string;
}
