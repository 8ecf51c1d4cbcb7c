// Watches how long the event loop does not turn: while one request is worked on, all others wait that long.
import { mainThreadTimes } from "./thread-times.ts";

export interface LongestTurn {
  /** The longest time between two turns since the start, in milliseconds, without what the thread waited for a core. */
  longestMs: number;
  /** The most that the thread itself ran between two: without its waits for the disk and for the collector's threads too. */
  ranMs: number;
}

export interface LoopWatch {
  stop(): LongestTurn;
}

const times = mainThreadTimes();

/** Starts to watch; the loop turns as fast as it can meanwhile. */
export function watchLoop(): LoopWatch {
  const now = () => {
    const { ranMs, waitedMs } = times();
    return { atMs: performance.now() - waitedMs, ranMs };
  };
  const longest: LongestTurn = { longestMs: 0, ranMs: 0 };
  let last = now();
  let running = true;
  const look = () => {
    const here = now();
    longest.longestMs = Math.max(longest.longestMs, here.atMs - last.atMs);
    longest.ranMs = Math.max(longest.ranMs, here.ranMs - last.ranMs);
    last = here;
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
