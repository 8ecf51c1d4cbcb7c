// The log: JSON lines on stderr, so that stdout belongs to what a command prints.
import { type Logger, pino } from "pino";
import { SonicBoom } from "sonic-boom";

export type { Logger };

/** Lines wait up to here for a reader that is slow, or a disk that is full; more are dropped. */
const MAX_PENDING_BYTES = 1_048_576;
/** How long the last lines may take before the process ends. */
const FLUSH_MS = 1_000;
const POLL_MS = 5;

/** A process's log. Nobody who writes a line ever waits for it, nor hears that it could not be written. */
export interface Log {
  logger: Logger;
  /** Calls `listener` for each line that is dropped. */
  onLineDropped(listener: () => void): void;
  /** Resolves when all lines have left the process, cannot leave it, or a second has passed. */
  flush(): Promise<void>;
}

/** Makes the process's log. Prompts, answers and keys are never given to it. */
export function createLog(level: string): Log {
  // Not by pino.destination: it would write what is left with a blocking call when the process exits, and a pipe that
  // nobody reads would keep it for ever.
  const stderr = new SonicBoom({ fd: 2, sync: false, maxLength: MAX_PENDING_BYTES });
  // Without a listener the failure would be thrown. What was not written is tried again with the next line.
  stderr.on("error", () => {
    isWriting = false;
  });
  let isWriting = false;
  let dropped = 0;
  const logger = pino(
    { level, base: null },
    {
      write(line: string) {
        isWriting = true;
        stderr.write(line);
      },
    },
  );
  stderr.on("drop", () => dropped++);
  stderr.on("drain", () => {
    isWriting = false;
    if (dropped === 0) return;
    const lines = dropped;
    dropped = 0;
    logger.warn({ lines }, "log lines were dropped: nobody read them in time");
  });

  return {
    logger,
    onLineDropped: (listener) => void stderr.on("drop", listener),
    async flush() {
      const deadline = performance.now() + FLUSH_MS;
      while (isWriting && performance.now() < deadline) await Bun.sleep(POLL_MS);
    },
  };
}
