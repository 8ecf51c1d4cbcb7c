// What goes wrong in a command: one line on stderr and an exit code.
import { CommanderError } from "commander";
import { reasonOf } from "../../base/operator-error.ts";

/** The command did what it could and failed: exit code 1. */
export const EXIT_FAILED = 1;
/** The command line itself is wrong: exit code 2. */
const EXIT_USAGE = 2;

/**
 * The exit code that something thrown by a command stands for.
 * Help and version are thrown by the library too, with code 0.
 */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof CommanderError)) return EXIT_FAILED;
  return error.exitCode === 0 ? 0 : EXIT_USAGE;
}

/** A failure in one line, for stderr; the whole stack when the operator asked for it. */
export function describeFailure(error: unknown, env: Record<string, string | undefined>): string {
  if (env.AACFLOW_DEBUG === "1" && error instanceof Error) {
    return Bun.inspect(error);
  }
  return `error: ${reasonOf(error)}`;
}
