// Raises Bun's limit of outgoing connections for a server, which takes a new start of the process.
import { UPSTREAM_CONNECTIONS } from "../../config/upstream-connections.ts";
import {
  canReplaceItself,
  OUTGOING_LIMIT_VARIABLE,
  outgoingLimit,
} from "../../operator/doctor/outgoing-limit.ts";
import type { Logger } from "../../telemetry/log.ts";

/** Marks a process that has replaced itself, by the limit that it has set. */
const REPLACED_VARIABLE = "AACFLOW_REPLACED_ITSELF";

/** Raises the limit of a process that has loaded nothing yet to the usual one. Where it fails, the server tries again. */
export function raiseOutgoingLimitFirst(): void {
  if (!process.env[REPLACED_VARIABLE]) raiseOutgoingLimit(UPSTREAM_CONNECTIONS);
}

/**
 * Unless the operator has set the variable, the process replaces itself by the same command with it set, keeping its
 * id, and this never returns. Once for each limit, whatever becomes of the variable.
 * @returns what kept it from that; null where it is not to be done
 */
export function raiseOutgoingLimit(wanted: number): unknown {
  const { env } = process;
  const limit = String(wanted);
  const own = env[REPLACED_VARIABLE];
  const isOperators = Boolean(env[OUTGOING_LIMIT_VARIABLE]) && env[OUTGOING_LIMIT_VARIABLE] !== own;
  if (isOperators || own === limit || !canReplaceItself()) return null;
  const args = [process.execPath, ...ownArguments()];
  const changed = { [OUTGOING_LIMIT_VARIABLE]: limit, [REPLACED_VARIABLE]: limit };
  try {
    process.execve?.(process.execPath, args, { ...env, ...changed });
  } catch (error) {
    return error;
  }
  return null;
}

/** An operator who set the variable has decided; a value that is too low is only logged. */
export function warnOfLowLimit(wanted: number, failure: unknown, log: Logger): void {
  if (failure !== null) {
    const message = "the process could not replace itself to raise its connection limit";
    log.warn({ err: failure }, message);
  }
  const limit = outgoingLimit(process.env);
  if (limit >= wanted) return;
  log.warn(
    { limit, wanted },
    `calls to providers are limited to ${limit} at once: ` +
      `set ${OUTGOING_LIMIT_VARIABLE}=${wanted} before the start`,
  );
}

/** What the executable must be given to do again what it is doing. */
function ownArguments(): string[] {
  // A compiled executable has its entry inside itself, under a path that only it can see.
  const isCompiled = /^(\/\$bunfs\/|[A-Z]:[\\/]~BUN[\\/])/.test(Bun.main);
  return isCompiled ? process.argv.slice(2) : [...process.execArgv, ...process.argv.slice(1)];
}
