// Watches how long the event loop does not turn: while one request is worked on, all others wait that long.
import { mainThreadWait } from "./thread-wait.ts";

export interface LoopWatch {
  /** The longest time between two turns since the start, in milliseconds, without what the thread waited for a core. */
  stop(): number;
}

const waitedMs = mainThreadWait();

/** Starts to watch; the loop turns as fast as it can meanwhile. */
export function watchLoop(): LoopWatch {
  let last = performance.now() - waitedMs();
  let longest = 0;
  let running = true;
  const look = () => {
    const now = performance.now() - waitedMs();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const turn = () => {
    look();
    if (running) setImmediate(turn);
  };
  setImmediate(turn);
  return {
    stop() {
      running = false;
      look();
      return longest;
    },
  };
}
