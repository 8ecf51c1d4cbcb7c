// Time as the house sees it: what a test that owns the clock can stand in for.

export interface Clock {
  /** Epoch milliseconds, for records. The machine's clock may step, so never for a deadline. */
  nowMs(): number;
  /** Milliseconds of a clock that never steps, for durations and deadlines. */
  monoMs(): number;
  /** Calls back once after so many milliseconds; the function that it gives takes that back. */
  after(delayMs: number, callback: () => void): () => void;
  /** Resolves at the end of the event loop's turn: all that arrived in it has been seen by then. */
  nextTurn(): Promise<void>;
}

/** The machine's own. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monoMs: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
  nextTurn: () => new Promise<void>((resolve) => setImmediate(resolve)),
};

/** Resolves after so many milliseconds. */
export function sleep(clock: Clock, delayMs: number): Promise<void> {
  return new Promise<void>((resolve) => {
    clock.after(delayMs, resolve);
  });
}
