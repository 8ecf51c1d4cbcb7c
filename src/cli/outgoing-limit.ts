// Bun's limit of outgoing connections, which it reads from the environment once, at its start.
import type { Logger } from "../telemetry/log.ts";

/** Calls to providers at the same time in the whole process, streams included. */
export const OUTGOING_LIMIT_VARIABLE = "BUN_CONFIG_MAX_HTTP_REQUESTS";
const BUN_DEFAULT_LIMIT = 256;

/** Marks a process that has replaced itself: it does so once, whatever becomes of the variable. */
const REPLACED_VARIABLE = "AACFLOW_REPLACED_ITSELF";

/** The limit of this process: what the environment said when it started. */
export function outgoingLimit(env: Record<string, string | undefined>): number {
  const set = Number(env[OUTGOING_LIMIT_VARIABLE]);
  return Number.isInteger(set) && set > 0 ? set : BUN_DEFAULT_LIMIT;
}

/** Whether this platform lets a process replace itself: Windows does not. */
export const canReplaceItself = (): boolean =>
  process.platform !== "win32" && process.execve !== undefined;

/**
 * Makes sure that the process may call providers as often at once as the configuration says.
 * When the variable is not set, the process replaces itself by the same command with it set,
 * keeping its id, and this never returns.
 * An operator who set it has decided; a value that is too low is only logged.
 */
export function ensureOutgoingLimit(wanted: number, log: Logger): void {
  const { env } = process;
  const isUnset = !env[OUTGOING_LIMIT_VARIABLE];
  if (isUnset && !env[REPLACED_VARIABLE] && canReplaceItself()) replaceItself(wanted, log);
  const limit = outgoingLimit(env);
  if (limit < wanted) {
    log.warn(
      { limit, wanted },
      `calls to providers are limited to ${limit} at once: ` +
        `set ${OUTGOING_LIMIT_VARIABLE}=${wanted} before the start`,
    );
  }
}

function replaceItself(wanted: number, log: Logger): void {
  const args = [process.execPath, ...ownArguments()];
  const marks = { [OUTGOING_LIMIT_VARIABLE]: String(wanted), [REPLACED_VARIABLE]: "1" };
  try {
    process.execve?.(process.execPath, args, { ...process.env, ...marks });
  } catch (error) {
    log.warn({ err: error }, "the process could not replace itself to raise its connection limit");
  }
}

/** What the executable must be given to do again what it is doing. */
function ownArguments(): string[] {
  // A compiled executable has its entry inside itself, under a path that only it can see.
  const isCompiled = /^(\/\$bunfs\/|[A-Z]:[\\/]~BUN[\\/])/.test(Bun.main);
  return isCompiled ? process.argv.slice(2) : [...process.execArgv, ...process.argv.slice(1)];
}
