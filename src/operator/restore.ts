// Restoring: puts a backup into the data folder, proved and migrated before it takes its place.
import { chmodSync, constants, copyFileSync, existsSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { OperatorError, reasonOf } from "../base/operator-error.ts";
import { flushFile, flushFolder, removeDatabaseFile, SIDE_FILES } from "../db/durable-files.ts";
import { DATABASE_FILE } from "../db/open.ts";
import { DataFolderInUse } from "../db/server-lock.ts";
import { lockData } from "../store.ts";
import type { Installation } from "./installation.ts";
import { type Holdings, proveSnapshot } from "./snapshot-proof.ts";

export interface Restored {
  holdings: Holdings;
  /** Where the data that was there is now; null when there was none. */
  replaced: string | null;
}

/**
 * Puts a backup into the data folder, whose server must be stopped.
 * @param force where there is data already, move it aside under a dated name
 * @throws OperatorError when a server is running, there is data and no `force`, or the file is not a sound backup.
 */
export async function restore(
  { dataDir }: Pick<Installation, "dataDir">,
  file: string,
  force: boolean,
): Promise<Restored> {
  checkFile(file);
  const unlock = lockStopped(dataDir);
  try {
    return await restoreLocked(dataDir, file, force);
  } finally {
    unlock();
  }
}

/** The server's own lock, so that none can start meanwhile. */
function lockStopped(dataDir: string): () => void {
  try {
    return lockData(dataDir);
  } catch (error) {
    if (!(error instanceof DataFolderInUse)) throw error;
    throw new OperatorError(`a server is using the data folder ${dataDir}: stop it first`);
  }
}

function checkFile(file: string): void {
  if (!existsSync(file)) throw new OperatorError(`there is no file ${file}`);
  if (!statSync(file).isFile()) throw new OperatorError(`${file} is not a file`);
  for (const suffix of ["-wal", "-journal"]) {
    const beside = file + suffix;
    if (!existsSync(beside) || statSync(beside).size === 0) continue;
    throw new OperatorError(
      `${beside} belongs to ${file}, which is a database in use and no backup: ` +
        "make one with aacflow backup",
    );
  }
}

async function restoreLocked(dataDir: string, file: string, force: boolean): Promise<Restored> {
  const target = join(dataDir, DATABASE_FILE);
  const present = ["", ...SIDE_FILES].filter((suffix) => existsSync(target + suffix));
  if (present.length > 0 && !force) {
    throw new OperatorError(
      `there is data in ${dataDir} already: --force moves it aside under a dated name`,
    );
  }
  // In the data folder, so that it can take its place in one step; all that can fail comes before.
  const temporary = `${target}.restoring-${process.pid}`;
  try {
    copyFileSync(file, temporary, constants.COPYFILE_EXCL);
    chmodSync(temporary, 0o600);
    const holdings = await proveSnapshot(temporary, "migrate");
    flushFile(temporary);
    const replaced = present.length > 0 ? moveAside(target, present) : null;
    renameSync(temporary, target);
    flushFolder(dataDir);
    return { holdings, replaced };
  } catch (error) {
    throw new OperatorError(`${file} was not restored: ${reasonOf(error)}`, { cause: error });
  } finally {
    removeDatabaseFile(temporary);
  }
}

/** Renames a database and what belongs to it, so that it can still be opened under its new name, which is returned. */
function moveAside(target: string, present: readonly string[]): string {
  const stamp = new Date().toISOString().replace(/[-:.]/g, "");
  const aside = `${target}.replaced-${stamp}`;
  // The database first: a log that is left behind must never meet another database.
  for (const suffix of present) renameSync(target + suffix, aside + suffix);
  return aside;
}
