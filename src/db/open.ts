// Opening the database file: pragmas that money needs, migrations, and the two ways to write.
import { Database as Sqlite } from "bun:sqlite";
import { chmodSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type BunSQLiteDatabase, drizzle } from "drizzle-orm/bun-sqlite";
import { OperatorError } from "../base/operator-error.ts";
import { applyMigrations, schemaOrigin } from "./migrations.ts";
import { isServed } from "./server-lock.ts";

/** The file's name inside the data folder. */
export const DATABASE_FILE = "aacflow.db";

export interface Database {
  /** Drizzle over this connection: prepare hot statements once, at start. */
  orm: BunSQLiteDatabase;
  /** The connection itself, for transactions and pragmas. */
  sqlite: Sqlite;
  /**
   * Runs one IMMEDIATE transaction and commits it durably before it returns; what the callback throws rolls it back.
   * The callback must be synchronous: a transaction never waits for anything.
   */
  write<T>(operation: () => T): T;
  close(): void;
}

export interface OpenOptions {
  /** How long a statement waits inside SQLite for another process's lock; it blocks the thread meanwhile. */
  busyTimeoutMs: number;
  /** The caller has the folder's server lock. */
  isServer?: boolean;
}

/** How long a command waits for a server that may be bringing the schema up to date, and how often it looks. */
const SERVER_WAIT_MS = 2_000;
const SERVER_PAUSE_MS = 50;

/**
 * Opens (and makes, when new) the database in a data folder and brings its schema up to date.
 * @throws Error when the folder or the file cannot be written, or the file is not a database; OperatorError when it is
 *   not one of ours, or one that this program must leave as it is.
 */
export function openDatabase(dataDir: string, options: OpenOptions): Database {
  // Readable by its owner alone: the folder holds key hashes and the books.
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, DATABASE_FILE);
  // Also new is what a start made that was killed before it had set the mode.
  const isNew = (statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0;
  const sqlite = new Sqlite(file, { create: true, strict: true });
  // The folder may have been there before; what SQLite puts beside the file takes after it.
  if (isNew) chmodSync(file, 0o600);
  sqlite.run(`PRAGMA busy_timeout = ${options.busyTimeoutMs}`);
  checkSchema(sqlite, dataDir, options);
  sqlite.run("PRAGMA journal_mode = WAL");
  // FULL, not NORMAL: an answer that was given must be in the books after a power loss.
  sqlite.run("PRAGMA synchronous = FULL");
  sqlite.run("PRAGMA foreign_keys = ON");
  applyMigrations(sqlite);
  return databaseOn(sqlite);
}

/** Finds out, before anything is written, whether this program may bring the database to its own schema. */
function checkSchema(sqlite: Sqlite, dataDir: string, { isServer = false }: OpenOptions): void {
  const deadline = performance.now() + SERVER_WAIT_MS;
  for (;;) {
    const origin = schemaOrigin(sqlite);
    if (origin === "foreign") {
      throw new OperatorError(`${DATABASE_FILE} is not a database of aacflow's`);
    }
    if (origin === "newer") {
      throw new OperatorError("it was written by a newer version of aacflow: use that");
    }
    // Under a server of an earlier version, a new schema would leave its requests without a charge.
    if (origin !== "earlier" || isServer || !isServed(dataDir)) return;
    if (performance.now() >= deadline) {
      throw new OperatorError(
        "it was written by an earlier version of aacflow, and a server is using it: stop that server first, " +
          "or wait until it has brought the data up to date",
      );
    }
    Bun.sleepSync(SERVER_PAUSE_MS);
  }
}

/** The two ways to write, on a connection that is open. */
export function databaseOn(sqlite: Sqlite): Database {
  return {
    orm: drizzle(sqlite),
    sqlite,
    write: (operation) => writeImmediate(sqlite, operation),
    close: () => sqlite.close(),
  };
}

function writeImmediate<T>(sqlite: Sqlite, operation: () => T): T {
  sqlite.run("BEGIN IMMEDIATE");
  try {
    const result = operation();
    if (result instanceof Promise) {
      // What it still does runs outside the transaction, and is a bug that this error reports.
      result.catch(() => {});
      throw new TypeError("a transaction's callback must be synchronous");
    }
    sqlite.run("COMMIT");
    return result;
  } catch (error) {
    if (sqlite.inTransaction) sqlite.run("ROLLBACK");
    throw error;
  }
}
