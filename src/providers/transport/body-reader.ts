// Reads a provider's response body chunk by chunk, under the call's deadlines.
import { connectionError } from "./connection-error.ts";
import type { UpstreamGuard } from "./guard.ts";

/**
 * How many reads {@link BodyReader.finish} makes at most: what follows an answer's end is a few
 * bytes.
 */
const FINISH_READS = 16;

/** What a call fails with whose answer falls silent, and one whose answer breaks. */
export const STOPPED_SENDING = "The provider stopped sending in mid-answer.";
export const BROKEN_OFF = "The provider broke off its answer";

interface Read {
  done: boolean;
  value?: Uint8Array | undefined;
}

/** As much of a stream's reader as is used here. */
interface Reader {
  read(): Promise<Read>;
  cancel(): Promise<void>;
}

/**
 * Makes of each read what is to be had of it, in the same turn: another promise for each read and
 * layer is a good part of what a stream costs.
 */
export interface ReadTaker<T> {
  /** @param bytes what came next; null at the body's end */
  takeBytes(bytes: Uint8Array | null): T | Promise<T>;
  /**
   * @param error ApiError 502 when the connection broke, 504 past a deadline; the client's reason
   * on its abort
   */
  fail(error: unknown): T | Promise<T>;
}

/** The bytes as they come, and errors thrown. */
const BYTES: ReadTaker<Uint8Array | null> = {
  takeBytes: (bytes) => bytes,
  fail(error) {
    throw error;
  },
};

export type BytesReader = BodyReader<Uint8Array | null>;

/** Reads a body's bytes, null at its end. What fails is thrown, as {@link ReadTaker.fail} gets it. */
export const bytesOf = (
  response: Response,
  guard: UpstreamGuard,
  betweenChunksMs: number,
): BytesReader => new BodyReader(response, guard, betweenChunksMs, BYTES);

/** Reads one response body. Whoever stops before the end must call {@link BodyReader.cancel}. */
export class BodyReader<T> {
  readonly #reader: Reader | null;
  readonly #guard: UpstreamGuard;
  readonly #betweenChunksMs: number;
  readonly #taker: ReadTaker<T>;
  #started = false;
  #ended = false;
  #graceSpentMs = 0;

  /**
   * @param response a response of fetchUpstream, its body unread
   * @param guard the same call's guard, which still counts down to the first byte
   * @param betweenChunksMs the most that may pass between two reads, in milliseconds
   */
  constructor(
    response: Response,
    guard: UpstreamGuard,
    betweenChunksMs: number,
    taker: ReadTaker<T>,
  ) {
    this.#reader = response.body?.getReader() ?? null;
    this.#guard = guard;
    this.#betweenChunksMs = betweenChunksMs;
    this.#taker = taker;
  }

  /** What the taker makes of the next read, or of the end. */
  next(): Promise<T> {
    const guard = this.#guard;
    if (this.#reader === null || this.#ended) return Promise.resolve(this.#taker.takeBytes(null));
    if (this.#started) {
      guard.arm(this.#betweenChunksMs, STOPPED_SENDING);
    }
    if (guard.signal.aborted) return Promise.reject(guard.signal.reason).catch(this.#broke);
    return this.#reader.read().then(this.#took, this.#broke);
  }

  /** Ends the wait that was armed for the read. */
  readonly #took = ({ done, value }: Read): T | Promise<T> => {
    const guard = this.#guard;
    // An abort can close the body instead of breaking it: that must not look like the answer's end.
    if (guard.signal.aborted) return this.#broke(guard.signal.reason);
    guard.disarm();
    this.#started = true;
    if (!done && value !== undefined) return this.#taker.takeBytes(value);
    this.#ended = true;
    return this.#taker.takeBytes(null);
  };

  readonly #broke = (error: unknown): T | Promise<T> => {
    this.#ended = true;
    this.#guard.disarm();
    return this.#taker.fail(connectionError(error, this.#guard, BROKEN_OFF));
  };

  /**
   * The same where nothing that matters is still to come: the end as well when the connection
   * breaks, a deadline passes, or such reads have waited for `graceMs` milliseconds together. Only
   * the client's abort is a failure.
   */
  async nextWithin(graceMs: number): Promise<T> {
    let bytes: Uint8Array | null;
    try {
      bytes = await this.#readWithin(graceMs - this.#graceSpentMs);
      this.#guard.throwIfLeft();
    } catch (error) {
      return this.#taker.fail(error);
    }
    return this.#taker.takeBytes(bytes);
  }

  /** Never rejects. */
  async #readWithin(leftMs: number): Promise<Uint8Array | null> {
    const reader = this.#reader;
    if (reader === null || this.#ended) return null;
    // Chunks that follow each other faster than a timer fires must not go on for ever.
    if (leftMs <= 0) {
      this.cancel();
      return null;
    }
    const startedMs = performance.now();
    const giveUp = () => this.cancel();
    const read = await this.#guard.optional(leftMs, giveUp, () => reader.read()).catch(() => null);
    this.#graceSpentMs += performance.now() - startedMs;
    this.#started = true;
    const isEnd = read === null || read.done || this.#guard.signal.aborted;
    this.#ended ||= isEnd;
    return isEnd ? null : (read.value ?? null);
  }

  /** The next {@link nextWithin} has its whole grace again. */
  restartGrace(): void {
    this.#graceSpentMs = 0;
  }

  /**
   * Lets the body end by itself in the background, after all that matters was read: its connection
   * can then be used again, where a cancelled one is closed. Cancelled after all when it does not
   * end within `graceMs` milliseconds, or goes on sending.
   */
  finish(graceMs: number): void {
    const reader = this.#reader;
    if (reader === null || this.#ended) {
      return;
    }
    this.#ended = true;
    const giveUp = () => reader.cancel().catch(() => {});
    const timer = setTimeout(giveUp, graceMs);
    const drain = async () => {
      for (let reads = 0; reads < FINISH_READS; reads++) {
        if ((await reader.read()).done) {
          return;
        }
      }
      await giveUp();
    };
    // A connection that breaks now has nothing left to lose.
    drain()
      .catch(() => {})
      .finally(() => clearTimeout(timer));
  }

  /** Gives up the rest of the body, which closes the connection. Does nothing after the end. */
  cancel(): void {
    if (this.#reader === null || this.#ended) {
      return;
    }
    this.#ended = true;
    // Nobody waits for this, and a connection that is broken already has nothing left to report.
    this.#reader.cancel().catch(() => {});
  }
}
