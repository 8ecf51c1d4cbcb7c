// Raises Bun's limit of outgoing connections for a server, which takes a new start of the process.
import {
  canReplaceItself,
  OUTGOING_LIMIT_VARIABLE,
  outgoingLimit,
} from "../../operator/doctor/outgoing-limit.ts";
import type { Logger } from "../../telemetry/log.ts";

/** Marks a process that has replaced itself: it does so once, whatever becomes of the variable. */
const REPLACED_VARIABLE = "AACFLOW_REPLACED_ITSELF";

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
  const changed = { [OUTGOING_LIMIT_VARIABLE]: String(wanted), [REPLACED_VARIABLE]: "1" };
  try {
    process.execve?.(process.execPath, args, { ...process.env, ...changed });
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
