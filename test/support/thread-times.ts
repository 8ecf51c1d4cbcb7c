// How long the main thread ran, and how long it had work to do and no core to do it on, which a busy machine adds to everything.
import { openSync, readSync } from "node:fs";

/** Linux: nanoseconds that the thread ran, nanoseconds that it waited for a core, and how often it ran. */
const SCHEDSTAT = "/proc/self/schedstat";

export interface ThreadTimes {
  ranMs: number;
  waitedMs: number;
}

/** Returns a function that tells the times since the process's start; where no system tells them, wall time without a wait. */
export function mainThreadTimes(): () => ThreadTimes {
  const file = openOrNull();
  if (file === null) return () => ({ ranMs: performance.now(), waitedMs: 0 });
  const bytes = Buffer.alloc(128);
  return () => {
    const text = bytes.toString("latin1", 0, readSync(file, bytes, 0, bytes.length, 0));
    const [ranNs = 0, waitedNs = 0] = text.split(" ").map(Number);
    return { ranMs: ranNs / 1e6, waitedMs: waitedNs / 1e6 };
  };
}

function openOrNull(): number | null {
  try {
    return openSync(SCHEDSTAT, "r");
  } catch {
    return null;
  }
}
