// The log: JSON lines on stderr, so that stdout belongs to what a command prints.
import { type Logger, pino } from "pino";

export type { Logger };

/** Makes the process's logger. Prompts, answers and keys are never given to it. */
export function createLogger(level: string): Logger {
  // Synchronous, because the last lines before an exit are the ones that matter.
  return pino({ level, base: null }, pino.destination({ fd: 2, sync: true }));
}
