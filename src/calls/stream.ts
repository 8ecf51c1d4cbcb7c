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

class StreamEvents<Request extends CallRequest, Read, Meter>
  implements AsyncIterableIterator<StreamEvent, undefined>
{
  readonly opened: Promise<OpenedStream>;
  readonly #call: MeteredCall<Request, StreamBegin<Read>, Meter>;
  readonly #view: StreamView<Read>;
  #reads: AsyncIterator<Read> | null = null;
  /** What the first read brought, until somebody asks for it. */
  #unread: Promise<Shown> | null;
  /** The read that is waited for. */
  #pending: Promise<Shown> | null = null;
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

  async next(): Promise<IteratorResult<StreamEvent, undefined>> {
    if (this.#isOver) return NO_MORE;
    let json: Shown;
    try {
      do json = await this.#next();
      while (json === "" && !this.#call.hasClientLeft);
    } catch (error) {
      return this.#call.hasClientLeft ? NO_MORE : { done: false, value: await this.#failed(error) };
    }
    if (this.#call.hasClientLeft) return NO_MORE;
    const value = json === null ? await this.#whole() : { type: "chunks" as const, json };
    return { done: false, value };
  }

  async return(): Promise<IteratorResult<StreamEvent, undefined>> {
    this.#isOver = true;
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
  #next(): Promise<Shown> {
    if (this.#unread !== null) {
      const shown = this.#unread;
      this.#unread = null;
      return shown;
    }
    this.#pending ??= this.#read();
    return this.#pending;
  }

  async #read(): Promise<Shown> {
    try {
      return this.#show(await (this.#reads as AsyncIterator<Read>).next());
    } finally {
      this.#pending = null;
    }
  }

  async #whole(): Promise<StreamEvent> {
    this.#isOver = true;
    const settled = await this.#endWhole();
    return { type: "end", settled, usageJson: this.#view.usageJson(settled) };
  }

  async #failed(error: unknown): Promise<StreamEvent> {
    this.#isOver = true;
    const settled = await this.#endFailed(error);
    return { type: "error", error: asApiError(error), settled };
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
  async #endWithoutClient(): Promise<unknown> {
    const { signal } = this.#call;
    if (this.#call.hasEnded) return;
    try {
      // Where nothing is to be drained the signal has aborted by now.
      while (!signal.aborted) {
        if ((await this.#next()) === null) return this.#endWhole();
      }
    } catch (error) {
      return this.#endFailed(error);
    }
    return this.#endFailed(signal.reason);
  }
}

/** What an iterator throws on being closed is of no interest: its call has ended. */
function closeQuietly(reads: AsyncIterator<unknown> | null): void {
  try {
    reads?.return?.().catch(() => {});
  } catch {}
}
