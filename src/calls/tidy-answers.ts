// Keeps the kept answers within their limits: age, number and size.
import type { Clock } from "../base/clock.ts";
import type { Config } from "../config/schema.ts";
import { type AnswerPort, type KeptTotals, keptWindow } from "../idempotency/answers.ts";
import type { Logger } from "../telemetry/log.ts";
import type { KeptCount } from "./kept-count.ts";

export interface Tidier {
  /** Looks whether there is too much, which is cheap, and removes it in the background. */
  check(): void;
  stop(): void;
}

export interface TidierOptions {
  answers: AnswerPort;
  kept: KeptCount;
  clock: Clock;
  limits: Config["idempotency"];
  log: Logger;
}

const EVERY_MS = 60_000;
/** Rows removed in one commit: the requests that share it should not wait long. */
const BATCH = 100;
/** Some more than the excess goes, so that the next answer is not one too many again: counting takes time too. */
const KEPT_SHARE = 0.99;

/** Starts looking every minute. */
export function startTidying(options: TidierOptions): Tidier {
  const { kept, clock, limits, log } = options;
  let running = false;
  let stopped = false;
  let forget = clock.after(EVERY_MS, tick);

  function tick(): void {
    if (stopped) return;
    forget = clock.after(EVERY_MS, tick);
    run();
  }

  function run(): void {
    if (running || stopped) return;
    running = true;
    tidy(options, () => stopped)
      // The next minute tries again: nothing depends on it but room on the disk.
      .catch((error: unknown) => log.warn({ err: error }, "could not remove old answers"))
      .finally(() => {
        running = false;
      });
  }

  return {
    check() {
      if (isOver(kept.totals(), limits) !== null) run();
    },
    stop() {
      stopped = true;
      forget();
    },
  };
}

async function tidy(options: TidierOptions, isStopped: () => boolean): Promise<void> {
  const { answers, kept, clock, limits } = options;
  const window = keptWindow(clock.nowMs(), limits.keepMs);
  while (!isStopped() && (await answers.removeAnswersOutside(window, BATCH)) === BATCH);
  for (;;) {
    const totals = await answers.totals();
    kept.recounted(totals);
    const by = isStopped() ? null : isOver(totals, limits);
    if (by === null) return;
    const limit = by === "count" ? limits.maxAnswers : limits.maxTotalBytes;
    const excess = totals[by] - Math.floor(limit * KEPT_SHARE);
    if ((await answers.removeAnswersOfLargest(by, excess, BATCH)) === 0) return;
  }
}

function isOver(totals: KeptTotals, limits: Config["idempotency"]): keyof KeptTotals | null {
  if (totals.count > limits.maxAnswers) return "count";
  return totals.bytes > limits.maxTotalBytes ? "bytes" : null;
}
