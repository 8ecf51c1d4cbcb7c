// Bun's limit of outgoing connections, which it reads from the environment once, at its start.

/** Calls to providers at the same time in the whole process, streams included. */
export const OUTGOING_LIMIT_VARIABLE = "BUN_CONFIG_MAX_HTTP_REQUESTS";
const BUN_DEFAULT_LIMIT = 256;

/** The limit of this process: what the environment said when it started. */
export function outgoingLimit(env: Record<string, string | undefined>): number {
  const set = Number(env[OUTGOING_LIMIT_VARIABLE]);
  return Number.isInteger(set) && set > 0 ? set : BUN_DEFAULT_LIMIT;
}

/** Whether this platform lets a process replace itself: Windows does not. */
export const canReplaceItself = (): boolean =>
  process.platform !== "win32" && process.execve !== undefined;
