// Notices when the process has no file descriptors left: connections then wait unaccepted, and calls to providers hang.
import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";
import type { Logger } from "../telemetry/log.ts";

export interface DescriptorWatch {
  /** Whether none was left at the last look. */
  areExhausted(): boolean;
  stop(): void;
}

/** What is left is only known by taking one, which costs some microseconds. */
const LOOK_MS = 1000;
const REMIND_MS = 60_000;

/** @param onExhausted called at each look that finds none left */
export function watchDescriptors(log: Logger, onExhausted: () => void): DescriptorWatch {
  let exhausted = false;
  let loggedAtMs = Number.NEGATIVE_INFINITY;

  function look(): void {
    const was = exhausted;
    exhausted = !isOneLeft();
    if (exhausted) {
      onExhausted();
      tell();
    } else if (was) {
      loggedAtMs = Number.NEGATIVE_INFINITY;
      log.warn("there are file descriptors again");
    }
  }

  function tell(): void {
    if (performance.now() - loggedAtMs < REMIND_MS) return;
    loggedAtMs = performance.now();
    log.error(
      "no file descriptors are left: new connections wait, and chats are refused. Raise the limit of open files " +
        "(ulimit -n, LimitNOFILE in a unit), or limit the connections of each client in a reverse proxy",
    );
  }

  const timer = setInterval(look, LOOK_MS);
  timer.unref();
  return { areExhausted: () => exhausted, stop: () => clearInterval(timer) };
}

function isOneLeft(): boolean {
  try {
    closeSync(openSync(devNull, "r"));
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    return code !== "EMFILE" && code !== "ENFILE";
  }
}
