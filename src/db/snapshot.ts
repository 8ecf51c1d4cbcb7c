// Copies of the database as single files: made beside writers, and opened without changing them into a live one.
import { Database as Sqlite } from "bun:sqlite";
import { closeSync, openSync } from "node:fs";
import { OperatorError } from "../base/operator-error.ts";
import { applyMigrations, schemaOrigin } from "./migrations.ts";
import { type Database, databaseOn } from "./open.ts";

/**
 * Writes all that is committed now into a new file, readable by its owner alone. Writers go on meanwhile.
 * @throws Error when the file exists or cannot be written; what has been written of it stays.
 */
export function writeSnapshot({ sqlite }: Database, file: string): void {
  // Made here, since SQLite would make it readable by everyone; it takes an empty file as none.
  closeSync(openSync(file, "wx", 0o600));
  sqlite.query("VACUUM INTO ?").run(file);
}

/** `read` changes nothing; `migrate` brings the file to the newest schema first. */
export type SnapshotMode = "read" | "migrate";

/**
 * Opens a snapshot, once its pages and its schema are found sound.
 * @throws OperatorError when it is damaged, not ours, or of a newer program.
 */
export function openSnapshot(file: string, mode: SnapshotMode): Database {
  const sqlite = new Sqlite(file, mode === "read" ? { readonly: true } : { readwrite: true });
  try {
    checkSnapshot(sqlite);
    if (mode === "migrate") {
      // One file, whatever it was: the write-ahead log would not travel with it.
      sqlite.run("PRAGMA journal_mode = DELETE");
      sqlite.run("PRAGMA synchronous = FULL");
      sqlite.run("PRAGMA foreign_keys = ON");
      applyMigrations(sqlite);
    }
    return databaseOn(sqlite);
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

function checkSnapshot(sqlite: Sqlite): void {
  const origin = schemaOrigin(sqlite);
  if (origin === "foreign" || origin === "none") {
    throw new OperatorError("it is not a database of aacflow's");
  }
  if (origin === "newer") {
    throw new OperatorError("it was written by a newer version of aacflow: restore it with that");
  }
  const damage = findDamage(sqlite);
  if (damage !== null) throw new OperatorError(`the file is damaged: ${damage}`);
}

/** What SQLite finds wrong with the file's pages; null for nothing. */
export function findDamage(sqlite: Sqlite): string | null {
  const rows = sqlite.query<{ quick_check: string }, []>("PRAGMA quick_check(1)").all();
  return rows.map(({ quick_check }) => quick_check).find((text) => text !== "ok") ?? null;
}
