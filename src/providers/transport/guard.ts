// The switch that ends one upstream call: the client's abort and all deadlines in one signal.
import { type Deadline, systemDeadlines } from "../../base/deadlines.ts";
import { upstreamTimeout } from "../../base/errors.ts";
import type { CallControl } from "../protocol.ts";

const TOTAL_MESSAGE = "The provider did not finish within the time allowed for one call.";

/**
 * Ends one upstream call early, by a step's deadline or the total one, with the error to throw: every wait has one
 * reason to report. A metered call lends its own signal for that; any other call gets one here, which its caller's
 * signal ends too. `close()` must run on every path: it lets go of the deadlines and of the caller's signal.
 */
export class UpstreamGuard {
  /** Goes to `fetch`; its reason is the error that the caller must see. */
  readonly signal: AbortSignal;
  readonly #client: AbortSignal;
  readonly #control: CallControl;
  /** Null where the signal is the caller's own. */
  readonly #controller: AbortController | null;
  /** The total one, hastened to a step's. */
  readonly #deadline: Deadline;
  readonly #totalEndsAt: number;
  #stepMessage = "";
  /** Ends what need not come, while that is awaited. */
  #giveUp: (() => void) | null = null;
  #isClosed = false;

  /**
   * @param client the caller's signal; its reason becomes this guard's reason
   * @param totalMs the most that the whole call may take, in milliseconds
   * @param control of the metered call whose signal `client` is
   */
  constructor(client: AbortSignal, totalMs: number, control?: CallControl) {
    this.#client = client;
    if (control === undefined) {
      const controller = new AbortController();
      this.#controller = controller;
      this.signal = controller.signal;
      this.#control = {
        abort: (reason) => controller.abort(reason),
        deadlines: systemDeadlines,
      };
      if (client.aborted) controller.abort(client.reason);
      else client.addEventListener("abort", this.#onClientAbort, { once: true });
    } else {
      this.#controller = null;
      this.signal = client;
      this.#control = control;
    }
    this.#totalEndsAt = performance.now() + totalMs;
    this.#deadline = this.#control.deadlines.after(totalMs, () => this.#expire());
  }

  /** Throws the reason once the call has been ended early. */
  throwIfEnded(): void {
    if (this.signal.aborted) {
      throw this.signal.reason;
    }
  }

  /** Throws the caller's reason once it has ended the call. */
  throwIfLeft(): void {
    this.#client.throwIfAborted();
  }

  /**
   * Starts a wait: unless {@link disarm} or the next `arm` comes within `waitMs` milliseconds, the
   * call ends with a 504 of this message. Costs a clock reading, not a timer: one wait follows each
   * read of a stream.
   */
  arm(waitMs: number, message: string): void {
    this.#stepMessage = message;
    this.#deadline.hasten(waitMs);
  }

  /**
   * Ends the wait: what was awaited has come, and the time that the client takes is not the
   * provider's.
   */
  disarm(): void {
    this.#deadline.hasten(Number.POSITIVE_INFINITY);
  }

  /**
   * Waits for what need not come: no deadline ends the call meanwhile. What it waits for is given
   * up after `waitMs` milliseconds, by `giveUp`.
   */
  async optional<T>(waitMs: number, giveUp: () => void, wait: () => Promise<T>): Promise<T> {
    this.#giveUp = giveUp;
    this.#deadline.move(waitMs);
    try {
      return await wait();
    } finally {
      this.#giveUp = null;
      if (!this.#isClosed) this.#deadline.move(Math.max(0, this.#totalEndsAt - performance.now()));
    }
  }

  /** Lets go of the deadlines and the caller's signal. Safe to call twice. */
  close(): void {
    this.#isClosed = true;
    this.#deadline.clear();
    if (this.#controller !== null) this.#client.removeEventListener("abort", this.#onClientAbort);
  }

  /**
   * Ends the call at once, for a caller that leaves before the answer is read: the connection is
   * closed. A metered call ends its signal itself.
   */
  abandon(): void {
    this.close();
    this.#controller?.abort(new DOMException("the call was abandoned", "AbortError"));
  }

  readonly #onClientAbort = (): void => {
    this.#control.abort(this.#client.reason);
  };

  #expire(): void {
    if (this.#giveUp !== null) this.#giveUp();
    else if (!this.signal.aborted) this.#control.abort(upstreamTimeout(this.#message()));
  }

  #message(): string {
    return performance.now() < this.#totalEndsAt ? this.#stepMessage : TOTAL_MESSAGE;
  }
}
