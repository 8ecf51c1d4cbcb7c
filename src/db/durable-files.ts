// Files that are whole or not there: flushed to the disk before they get their name.
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  unlinkSync,
} from "node:fs";
import { dirname } from "node:path";

/** What SQLite may put beside a database file. */
export const SIDE_FILES = ["-wal", "-shm", "-journal"];

/** What a file system without second names for a file says when asked for one. */
const NO_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

/** Waits until the file is on the disk. */
export function flushFile(file: string): void {
  const handle = openSync(file, "r+");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Waits until the folder's list of names is on the disk, where the platform lets one ask for it. */
export function flushFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * Gives a finished file its name, which must be free.
 * @throws Error with code EEXIST when the name is taken.
 */
export function publishNew(temporary: string, file: string): void {
  flushFile(temporary);
  try {
    // A rename would replace what is there; a second name for the file does not.
    linkSync(temporary, file);
    unlinkSync(temporary);
  } catch (error) {
    if (existsSync(file) || !NO_LINKS.has(codeOf(error))) throw error;
    renameSync(temporary, file);
  }
  flushFolder(dirname(file));
}

const codeOf = (error: unknown) =>
  error instanceof Error && "code" in error ? String(error.code) : "";

/** Removes a database file that was not finished, and what SQLite put beside it. */
export function removeDatabaseFile(file: string): void {
  for (const suffix of ["", ...SIDE_FILES]) rmSync(file + suffix, { force: true });
}
