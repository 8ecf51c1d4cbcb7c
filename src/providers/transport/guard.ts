// The switch that ends one upstream call: the client's abort and all deadlines in one signal.
import { upstreamTimeout } from "../../base/errors.ts";

/**
 * Owns the AbortSignal of one upstream call. Whatever ends the call early (the client's signal, a
 * step's deadline, the total deadline) aborts this one signal with the error to throw, so that
 * every wait has one reason to report. `close()` must run on every path: it clears the timers and
 * lets go of the client's signal.
 */
export class UpstreamGuard {
  readonly #controller = new AbortController();
  readonly #client: AbortSignal;
  readonly #total: Timer;
  #step: Timer | null = null;
  /**
   * When the current wait is over, in milliseconds of the monotonic clock; null while nothing is
   * awaited.
   */
  #stepEndsAt: number | null = null;
  /** When the pending timer fires; it is left running between waits and only looks at the clock. */
  #timerFiresAt = Number.POSITIVE_INFINITY;
  #stepMessage = "";

  /**
   * @param client the client's signal; its reason becomes this guard's reason
   * @param totalMs the most that the whole call may take, in milliseconds
   */
  constructor(client: AbortSignal, totalMs: number) {
    this.#client = client;
    this.#total = setTimeout(() => {
      this.#controller.abort(
        upstreamTimeout("The provider did not finish within the time allowed for one call."),
      );
    }, totalMs);
    if (client.aborted) {
      this.#controller.abort(client.reason);
    } else {
      client.addEventListener("abort", this.#onClientAbort, { once: true });
    }
  }

  /** Goes to `fetch`; its reason is the error that the caller must see. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Throws the reason once the call has been ended early. */
  throwIfEnded(): void {
    if (this.signal.aborted) {
      throw this.signal.reason;
    }
  }

  /** Throws the client's reason once it has left. */
  throwIfLeft(): void {
    this.#client.throwIfAborted();
  }

  /**
   * Starts a wait: unless {@link disarm} or the next `arm` comes within `waitMs` milliseconds, the
   * call ends with a 504 of this message. Costs a clock reading, not a timer: one wait follows each
   * chunk of a stream.
   */
  arm(waitMs: number, message: string): void {
    this.#stepEndsAt = performance.now() + waitMs;
    this.#stepMessage = message;
    if (this.#stepEndsAt < this.#timerFiresAt) {
      this.#schedule(waitMs);
    }
  }

  /**
   * Ends the wait: what was awaited has come, and the time that the client takes is not the
   * provider's.
   */
  disarm(): void {
    this.#stepEndsAt = null;
  }

  /** Lets go of the timers and the client's signal. Safe to call twice. */
  close(): void {
    clearTimeout(this.#total);
    if (this.#step !== null) {
      clearTimeout(this.#step);
      this.#step = null;
      this.#timerFiresAt = Number.POSITIVE_INFINITY;
    }
    this.#stepEndsAt = null;
    this.#client.removeEventListener("abort", this.#onClientAbort);
  }

  /**
   * Ends the call at once, for a caller that leaves before the answer is read: the connection is
   * closed.
   */
  abandon(): void {
    this.close();
    this.#controller.abort(new DOMException("the call was abandoned", "AbortError"));
  }

  readonly #onClientAbort = (): void => {
    this.#controller.abort(this.#client.reason);
  };

  #schedule(delayMs: number): void {
    if (this.#step !== null) {
      clearTimeout(this.#step);
    }
    this.#timerFiresAt = performance.now() + delayMs;
    this.#step = setTimeout(this.#onStepTimer, delayMs);
  }

  readonly #onStepTimer = (): void => {
    this.#step = null;
    this.#timerFiresAt = Number.POSITIVE_INFINITY;
    if (this.#stepEndsAt === null) {
      return;
    }
    const leftMs = this.#stepEndsAt - performance.now();
    if (leftMs <= 0) {
      this.#controller.abort(upstreamTimeout(this.#stepMessage));
      return;
    }
    this.#schedule(Math.ceil(leftMs));
  };
}
