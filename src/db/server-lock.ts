// One server for one data folder: an operating-system lock that a crash gives back.
import { Database as Sqlite } from "bun:sqlite";
import { accessSync, constants, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { isBusy } from "./sqlite-errors.ts";

const LOCK_FILE = "server.lock";

/** A command that looks whether there is a server has the lock for a moment. */
const LOOK_MS = 200;

/** The data folder belongs to a server that is running. */
export class DataFolderInUse extends Error {
  override readonly name = "DataFolderInUse";
}

/**
 * Takes the folder's server lock until the returned function is called or the process ends, however it ends.
 * At its start a server releases all open holds, which would be wrong while another one is serving.
 * SQLite's own file lock is used, since it exists on every platform.
 * @throws DataFolderInUse when another server has it; Error of the system or SQLite when it cannot be written.
 */
export function lockDataFolder(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  // Of a folder that cannot be written, SQLite would only say that it cannot open its file.
  accessSync(dataDir, constants.W_OK);
  const lock = new Sqlite(join(dataDir, LOCK_FILE), { create: true });
  try {
    lock.run(`PRAGMA busy_timeout = ${LOOK_MS}`);
    lock.run("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new DataFolderInUse(`another server is already using the data folder ${dataDir}`);
  }
  return () => lock.close();
}

/** Whether a server is using the folder. @throws Error of SQLite when it cannot be found out. */
export function isServed(dataDir: string): boolean {
  const file = join(dataDir, LOCK_FILE);
  if (!existsSync(file)) return false;
  const lock = new Sqlite(file, { readonly: true });
  try {
    lock.query("SELECT 1 FROM sqlite_schema").all();
    return false;
  } catch (error) {
    if (!isBusy(error)) throw error;
    return true;
  } finally {
    lock.close();
  }
}
