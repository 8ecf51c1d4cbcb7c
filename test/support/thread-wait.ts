// How long the main thread had work to do and no core to do it on: what a busy machine adds to everything.
import { openSync, readSync } from "node:fs";

/** Linux: nanoseconds that the thread ran, nanoseconds that it waited for a core, and how often it ran. */
const SCHEDSTAT = "/proc/self/schedstat";

/** Gives a function that tells the milliseconds waited since the process's start; always 0 where no system tells. */
export function mainThreadWait(): () => number {
  const file = openOrNull();
  if (file === null) return () => 0;
  const bytes = Buffer.alloc(128);
  return () => {
    const text = bytes.toString("latin1", 0, readSync(file, bytes, 0, bytes.length, 0));
    return Number(text.split(" ")[1]) / 1e6;
  };
}

function openOrNull(): number | null {
  try {
    return openSync(SCHEDSTAT, "r");
  } catch {
    return null;
  }
}
