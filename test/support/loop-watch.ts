// Watches how long the event loop does not turn: while one request is worked on, all others wait that long.

export interface LoopWatch {
  /** The longest time between two turns since the start, in milliseconds. */
  stop(): number;
}

/** Starts to watch; the loop turns as fast as it can meanwhile. */
export function watchLoop(): LoopWatch {
  let last = performance.now();
  let longest = 0;
  let running = true;
  const turn = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (running) setImmediate(turn);
  };
  setImmediate(turn);
  return {
    stop() {
      running = false;
      return Math.max(longest, performance.now() - last);
    },
  };
}
