// A call whose answer comes in reads: metered and shown one by one, and read on or not once the client has left.
import { type ApiError, asApiError } from "../base/errors.ts";
import type { AnswerToKeep } from "../ledger/port.ts";
import type { MeteredCall } from "./call.ts";
import type { CallRequest, Hold } from "./operation.ts";
import type { Settled } from "./settle.ts";

/**
 * What stands between the JSON of chunks that came together; no JSON has it. It is what stands there in a body of
 * server-sent events too, where most of them go: joined once, they need not be taken apart for it.
 */
export const BETWEEN_CHUNKS = "\n\ndata: ";

/** The first event of a stream: what its first read brought, and whoever has the others. */
export interface StreamBegin<Read> {
  reads: AsyncIterator<Read>;
  first: IteratorResult<Read>;
}

/**
 * The protocol between a call and the serializer: any number of chunks, those that came together joined, then exactly
 * one `end` or `error`, after which the request is settled. Nothing follows when the client has left.
 */
export type StreamEvent =
  | { type: "chunks"; json: string }
  | { type: "end"; settled: FinalCredits; usageJson: string | null }
  | { type: "error"; error: ApiError; settled: FinalCredits };

/** What a request cost, and the balance after it. */
export type FinalCredits = Pick<Settled, "chargedMicro" | "balanceMicro">;

/** What is known once the provider's first event has come. */
export interface OpenedStream {
  /** The fields of the request that the provider's dialect could not express, for a header; null for none. */
  ignored: string | null;
}

/** What an endpoint makes of a stream. */
export interface StreamView<Read> {
  /** Meters what one read brought. @returns its JSON for the client; "" where nothing is for it */
  show(read: Read): string;
  opened(first: IteratorResult<Read>): OpenedStream;
  /** The JSON of what carries usage; null for a client that did not ask for it. */
  usageJson(settled: Settled): string | null;
  /** All that was shown. */
  kept(): AnswerToKeep;
}

export interface StreamedCall {
  held: Hold;
  /**
   * Resolves with the provider's first event, when that is good. Rejects with the ApiError of what failed before it,
   * which is settled by then. It need not be waited for: `events` says the same.
   */
  opened: Promise<OpenedStream>;
  /**
   * To be read to its end, or given back by its `return`. A failure before the first event comes as its first and only
   * `error`.
   */
  events: AsyncIterableIterator<StreamEvent>;
  /** Whether it is over, if only its record is still to be written: then `opened` rejects before long. */
  hasEnded(): boolean;
  /** To be told when the client has been answered 200 before `opened`: a failure before that is then recorded so. */
  markAnswered(): void;
}

/** Asks for the stream, and returns it before anything has come. */
export function streamCall<Request extends CallRequest, Read, Meter>(
  call: MeteredCall<Request, StreamBegin<Read>, Meter>,
  view: StreamView<Read>,
): StreamedCall {
  const events = new StreamEvents(call, view);
  return {
    held: call.hold,
    opened: events.opened,
    events,
    hasEnded: () => call.hasEnded,
    markAnswered: () => call.markAnswered(),
  };
}

const NO_MORE = { done: true, value: undefined } as const;

/** What the client is to see of one read: JSON; "" where nothing is for the client, null at the end. */
type Shown = string | null;

type Next = IteratorResult<StreamEvent, undefined>;

class StreamEvents<Request extends CallRequest, Read, Meter>
  implements AsyncIterableIterator<StreamEvent, undefined>
{
  readonly opened: Promise<OpenedStream>;
  readonly #call: MeteredCall<Request, StreamBegin<Read>, Meter>;
  readonly #view: StreamView<Read>;
  #reads: AsyncIterator<Read> | null = null;
  /** What the first read brought, until somebody asks for it. */
  #unread: Promise<Shown> | null;
  /** The event that is waited for. */
  #pending: Promise<Next> | null = null;
  #isOver = false;

  constructor(call: MeteredCall<Request, StreamBegin<Read>, Meter>, view: StreamView<Read>) {
    this.#call = call;
    this.#view = view;
    const opening = call.run(() => this.#open());
    this.#unread = opening.then(({ shown }) => shown);
    this.opened = opening.then(({ opened }) => {
      call.whenLeft(() => void this.#endWithoutClient().catch(() => {}));
      return opened;
    });
    // Nobody has to wait for either: what failed has been settled.
    this.opened.catch(() => {});
    this.#unread.catch(() => {});
  }

  next(): Promise<Next> {
    return this.#call.hasClientLeft ? Promise.resolve(NO_MORE) : this.#next();
  }

  async return(): Promise<Next> {
    this.#call.leave();
    return NO_MORE;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The first read is metered before anybody asks for it, since it may be that nobody ever does. */
  async #open(): Promise<{ opened: OpenedStream; shown: Shown }> {
    const { reads, first } = await this.#call.first();
    this.#reads = reads;
    const shown = this.#show(first);
    const opened = this.#view.opened(first);
    this.#call.flow();
    return { opened, shown };
  }

  #show(read: IteratorResult<Read>): Shown {
    return read.done === true ? null : this.#view.show(read.value);
  }

  /** What the next read brings. Two that wait at once get the same. */
  #next(): Promise<Next> {
    this.#pending ??= this.#read();
    return this.#pending;
  }

  /** One promise for each read, and no function that waits: there are many streams, and each has many reads. */
  #read(): Promise<Next> {
    if (this.#isOver) return Promise.resolve(NO_MORE);
    if (this.#unread !== null) {
      const first = this.#unread.then(this.#gave, this.#broke);
      this.#unread = null;
      return first;
    }
    return (this.#reads as AsyncIterator<Read>).next().then(this.#took, this.#broke);
  }

  readonly #took = (read: IteratorResult<Read>): Next | Promise<Next> => {
    let shown: Shown;
    try {
      shown = this.#show(read);
    } catch (error) {
      return this.#broke(error);
    }
    return this.#gave(shown);
  };

  readonly #gave = (shown: Shown): Next | Promise<Next> => {
    this.#pending = null;
    if (shown === null) return this.#whole();
    if (this.#call.hasClientLeft) return NO_MORE;
    return shown === "" ? this.#next() : { done: false, value: { type: "chunks", json: shown } };
  };

  readonly #broke = (error: unknown): Promise<Next> => {
    this.#pending = null;
    return this.#failed(error);
  };

  async #whole(): Promise<Next> {
    this.#isOver = true;
    const settled = await this.#endWhole();
    if (this.#call.hasClientLeft) return NO_MORE;
    const usageJson = this.#view.usageJson(settled);
    return { done: false, value: { type: "end", settled, usageJson } };
  }

  async #failed(error: unknown): Promise<Next> {
    this.#isOver = true;
    const settled = await this.#endFailed(error);
    if (this.#call.hasClientLeft) return NO_MORE;
    return { done: false, value: { type: "error", error: asApiError(error), settled } };
  }

  #endWhole(): Promise<Settled> {
    return this.#call.endWhole(() => this.#view.kept()).finally(() => closeQuietly(this.#reads));
  }

  #endFailed(error: unknown): Promise<Settled> {
    return this.#call.endFailed(error).finally(() => closeQuietly(this.#reads));
  }

  /**
   * The serializer's loop ends by itself only if somebody reads it. A client may leave before that or stop reading, so
   * its leaving is also watched here; whoever notices first settles.
   */
  async #endWithoutClient(): Promise<void> {
    const { signal } = this.#call;
    if (this.#call.hasEnded) return;
    // Where nothing is to be drained the signal has aborted by now.
    while (!signal.aborted && !this.#isOver) await this.#next();
    if (signal.aborted) await this.#endFailed(signal.reason);
  }
}

/** What an iterator throws on being closed is of no interest: its call has ended. */
function closeQuietly(reads: AsyncIterator<unknown> | null): void {
  try {
    reads?.return?.().catch(() => {});
  } catch {}
}
