// The log: JSON lines on stderr, so that stdout belongs to what a command prints.
import { type Logger, pino } from "pino";

export type { Logger };

/** Lines that could not be written, as on a full disk, wait for the next one up to here; more are dropped. */
const MAX_PENDING_BYTES = 1_048_576;

/** Makes the process's logger. Prompts, answers and keys are never given to it. */
export function createLogger(level: string): Logger {
  // Synchronous, because the last lines before an exit are the ones that matter.
  const stderr = pino.destination({ fd: 2, sync: true, maxLength: MAX_PENDING_BYTES });
  // Without a listener the failure would be thrown at whoever logs, in the middle of an answer or a settlement.
  stderr.on("error", () => undefined);
  return pino({ level, base: null }, stderr);
}
