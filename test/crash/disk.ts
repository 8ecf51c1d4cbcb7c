// The files of a dead server: what a power loss leaves of them.
import { appendFileSync, existsSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { DATABASE_FILE } from "../../src/db/open.ts";
import type { Random } from "../support/random.ts";
import type { Debris } from "./plan.ts";
import { FRAME_HEADER, lastCommitEnd, readWal } from "./wal.ts";

export const walFile = (dataDir: string): string => join(dataDir, `${DATABASE_FILE}-wal`);

/** Puts behind the last commit of the log what was being written when the power went. */
export function leaveDebris(dataDir: string, debris: Debris, random: Random): void {
  const file = walFile(dataDir);
  if (debris === "none" || !existsSync(file)) return;
  const bytes = readFileSync(file);
  const { pageSize } = readWal(bytes);
  if (pageSize === 0) return;
  const end = lastCommitEnd(bytes);
  truncateSync(file, end);
  const frameBytes = FRAME_HEADER + pageSize;
  if (debris === "garbage") appendFileSync(file, random.bytes(random.between(1, 3 * frameBytes)));
  // A frame as it would be, but for its end.
  else appendFileSync(file, bytes.subarray(end - frameBytes, end - random.between(1, pageSize)));
}
