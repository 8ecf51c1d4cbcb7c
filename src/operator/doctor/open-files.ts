// The operating system's limit of open files, of which every connection takes one.
import { readFileSync } from "node:fs";

/** The soft limit of this process; null where the platform has none or does not tell. */
export function openFilesLimit(): number | null {
  if (process.platform === "win32") return null;
  const text = process.platform === "linux" ? fromProc() : fromShell();
  if (text === "unlimited") return Number.POSITIVE_INFINITY;
  const limit = Number(text);
  return Number.isInteger(limit) && limit > 0 ? limit : null;
}

/** The warning for a limit below the connections that the configuration allows; else null. */
export function openFilesWarning(limit: number | null, connections: number): string | null {
  if (limit === null || limit >= connections) return null;
  return (
    `only ${limit} files may be open at once, fewer than the ${connections} connections of ` +
    "server.upstreamConnections: raise it (ulimit -n, LimitNOFILE in a unit)"
  );
}

function fromProc(): string {
  try {
    const limits = readFileSync("/proc/self/limits", "utf8");
    return /^Max open files\s+(\S+)/m.exec(limits)?.[1] ?? "";
  } catch {
    return "";
  }
}

function fromShell(): string {
  // A child inherits the limit, and the shell can print it.
  const { success, stdout } = Bun.spawnSync(["sh", "-c", "ulimit -n"]);
  return success ? stdout.toString().trim() : "";
}
