// Deadlines of everything that runs, under one timer of the process, and none while nothing runs.
import { type Clock, systemClock } from "./clock.ts";

/** One moment at which something is given up. */
export interface Deadline {
  /** Puts it so many milliseconds from now; Infinity for never. */
  move(delayMs: number): void;
  /** Has it come so many milliseconds from now where that is before it; Infinity takes that back. */
  hasten(delayMs: number): void;
  /** It does not come any more. */
  clear(): void;
}

export interface Deadlines {
  /** Calls back once after so many milliseconds, unless it is moved or cleared before. */
  after(delayMs: number, expire: () => void): Deadline;
}

const NEVER = Number.POSITIVE_INFINITY;

/** How long the sweep sleeps at most, in milliseconds, as long as there is anything to look at. */
const SWEEP_MS = 250;

/** Makes the deadlines of one process. None comes early, and none later than the clock's own timers do. */
export function createDeadlines(clock: Clock): Deadlines {
  const all = new Set<OneDeadline>();
  let firesAtMs = NEVER;
  let forget = () => {};

  /** Has the sweep come by then, where it would come later. */
  function wakeAt(atMs: number): void {
    if (atMs >= firesAtMs) return;
    forget();
    firesAtMs = atMs;
    forget = clock.after(Math.max(0, atMs - clock.monoMs()), sweep);
  }

  function sweep(): void {
    firesAtMs = NEVER;
    const nowMs = clock.monoMs();
    let nextMs = nowMs + SWEEP_MS;
    for (const one of all) {
      if (one.atMs <= nowMs) one.expire();
      else nextMs = Math.min(nextMs, one.atMs);
    }
    if (all.size > 0) wakeAt(nextMs);
  }

  class OneDeadline implements Deadline {
    atMs = NEVER;
    /** Where it was put, however much it was hastened. */
    #putAtMs = NEVER;
    readonly #expire: () => void;

    constructor(expire: () => void) {
      this.#expire = expire;
    }

    move(delayMs: number): void {
      this.#putAtMs = NEVER;
      this.hasten(delayMs);
      this.#putAtMs = this.atMs;
    }

    hasten(delayMs: number): void {
      this.atMs = this.#putAtMs;
      if (delayMs === NEVER) return;
      const nowMs = clock.monoMs();
      this.atMs = Math.min(nowMs + delayMs, this.atMs);
      all.add(this);
      wakeAt(Math.min(this.atMs, nowMs + SWEEP_MS));
    }

    clear(): void {
      all.delete(this);
      if (all.size > 0) return;
      forget();
      firesAtMs = NEVER;
    }

    expire(): void {
      all.delete(this);
      this.#expire();
    }
  }

  return {
    after(delayMs, expire) {
      const one = new OneDeadline(expire);
      one.move(delayMs);
      return one;
    },
  };
}

/** The process's own. */
export const systemDeadlines: Deadlines = createDeadlines(systemClock);
