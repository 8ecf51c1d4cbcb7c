// The log: JSON lines on stderr, so that stdout belongs to what a command prints.
import { type Logger as Pino, pino } from "pino";
import { SonicBoom } from "sonic-boom";

/** Pino's logger, and a short way through it. */
export type Logger = Pick<Pino, "info" | "warn" | "error"> & {
  /**
   * Writes a line of level info as `info` would, for less.
   * @param fieldsJson the members of a JSON object, without its braces
   */
  plainInfo(fieldsJson: string, message: string): void;
};

/** Lines wait up to here for a reader that is slow, or a disk that is full; more are dropped. */
const MAX_PENDING_BYTES = 1_048_576;
/**
 * Lines leave together, so many at most and no later than this: a call to the system for each costs more than the line.
 * A warning takes along what waits, at once: it is rare, and must be there if the process is killed next.
 */
const BATCH_MS = 10;
const BATCH_LINES = 128;
/** Pino's numbers. */
const INFO = 30;
const WARN = 40;
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

/** Makes a logger whose lines go to `destination`, one a call; `level` is pino's name of the lowest that is written. */
export function createLogger(level: string, destination: { write(line: string): void }): Logger {
  const logger = pino({ level, base: null }, destination);
  const writesInfo = logger.isLevelEnabled("info");
  return Object.assign(logger, {
    plainInfo(fieldsJson: string, message: string) {
      if (!writesInfo) return;
      const msg = JSON.stringify(message);
      destination.write(`{"level":${INFO},"time":${Date.now()},${fieldsJson},"msg":${msg}}\n`);
    },
  });
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
  let batch: string[] = [];
  let timer: Timer | null = null;

  function handOver(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (batch.length === 0) return;
    const lines = batch.join("");
    batch = [];
    isWriting = true;
    stderr.write(lines);
  }

  const batches = {
    // By this pino says before each line of its own of which level it is.
    [pino.symbols.needsMetadataGsym]: true,
    lastLevel: INFO,
    write(line: string) {
      batch.push(line);
      if (batches.lastLevel >= WARN || batch.length >= BATCH_LINES) handOver();
      else timer ??= setTimeout(handOver, BATCH_MS);
      batches.lastLevel = INFO;
    },
  };
  const logger = createLogger(level, batches);
  // What is dropped is a whole batch.
  stderr.on("drop", (lines: string) => {
    dropped += lineCount(lines);
  });
  stderr.on("drain", () => {
    isWriting = false;
    if (dropped === 0) return;
    const lines = dropped;
    dropped = 0;
    logger.warn({ lines }, "log lines were dropped: nobody read them in time");
  });

  return {
    logger,
    onLineDropped(listener) {
      stderr.on("drop", (lines: string) => {
        for (let left = lineCount(lines); left > 0; left--) listener();
      });
    },
    async flush() {
      handOver();
      const deadline = performance.now() + FLUSH_MS;
      while (isWriting && performance.now() < deadline) await Bun.sleep(POLL_MS);
    },
  };
}

const lineCount = (lines: string): number => lines.split("\n").length - 1;
