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

/** As much of a stream's reader as is used here. */
interface Reader {
  read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
}

/** Reads one response body. Whoever stops before the end must call {@link BodyReader.cancel}. */
export class BodyReader {
  readonly #reader: Reader | null;
  readonly #guard: UpstreamGuard;
  readonly #betweenChunksMs: number;
  #started = false;
  #ended = false;
  #graceSpentMs = 0;

  /**
   * @param response a response of fetchUpstream, its body unread
   * @param guard the same call's guard, which still counts down to the first byte
   * @param betweenChunksMs the most that may pass between two reads, in milliseconds
   */
  constructor(response: Response, guard: UpstreamGuard, betweenChunksMs: number) {
    this.#reader = response.body?.getReader() ?? null;
    this.#guard = guard;
    this.#betweenChunksMs = betweenChunksMs;
  }

  /**
   * The next chunk, or null at the end.
   * @throws ApiError 502 when the connection breaks, 504 past a deadline; the client's reason on
   * its abort.
   */
  next(): Promise<Uint8Array | null> {
    if (this.#started && !this.#ended) {
      this.#guard.arm(this.#betweenChunksMs, STOPPED_SENDING);
    }
    return this.#read();
  }

  /** Ends the wait that was armed for it. One function runs for each read of a stream: a second would cost as much again. */
  async #read(): Promise<Uint8Array | null> {
    if (this.#reader === null || this.#ended) {
      return null;
    }
    this.#guard.throwIfEnded();
    try {
      const { done, value } = await this.#reader.read();
      this.#started = true;
      // An abort can close the body instead of breaking it: that must not look like the answer's
      // end.
      this.#guard.throwIfEnded();
      if (done || value === undefined) {
        this.#ended = true;
        return null;
      }
      return value;
    } catch (error) {
      this.#ended = true;
      throw connectionError(error, this.#guard, BROKEN_OFF);
    } finally {
      this.#guard.disarm();
    }
  }

  /**
   * The next chunk where nothing that matters is still to come: null as well when the connection
   * breaks, a deadline passes, or such reads have waited for `graceMs` milliseconds together.
   * @throws only the client's reason on its abort
   */
  async nextWithin(graceMs: number): Promise<Uint8Array | null> {
    const leftMs = graceMs - this.#graceSpentMs;
    // Chunks that follow each other faster than a timer fires must not go on for ever.
    if (leftMs <= 0) {
      this.cancel();
      return null;
    }
    const startedMs = performance.now();
    try {
      return await this.#guard.optional(
        leftMs,
        () => this.cancel(),
        () => this.#read(),
      );
    } catch {
      this.#guard.throwIfLeft();
      return null;
    } finally {
      this.#graceSpentMs += performance.now() - startedMs;
    }
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
