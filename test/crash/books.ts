// Looking at a server's books: always in a copy of its files, since a look at the files themselves would repair them.
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DATABASE_FILE, type Database, openDatabase } from "../../src/db/open.ts";
import { createKeyring, type KeyReads } from "../../src/keys/keyring.ts";
import { createLedger, type Ledger } from "../support/ledger.ts";

export interface Books {
  database: Database;
  ledger: Ledger;
  keyring: KeyReads;
}

/**
 * Opens a copy of the books for one piece of work. Nobody may write to them meanwhile, so that database and log belong
 * together. A connection of this process on the files themselves would also stay open after it is closed, until its
 * statements are collected, and keep the next server from reading the log anew.
 */
export function withBooks<T>(dataDir: string, work: (books: Books) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "aacflow-crash-copy-"));
  try {
    copyDatabase(dataDir, folder);
    const database = openDatabase(folder, { busyTimeoutMs: 0 });
    try {
      return work({ database, ledger: createLedger(database), keyring: createKeyring(database) });
    } finally {
      database.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Copies the database and its log, without the log's index, which is made anew from it. */
function copyDatabase(dataDir: string, toDir: string): void {
  for (const name of [DATABASE_FILE, `${DATABASE_FILE}-wal`]) {
    if (existsSync(join(dataDir, name))) copyFileSync(join(dataDir, name), join(toDir, name));
  }
}

/** The requests whose holds are open in the database that a dead process left, oldest first. */
export const openHolds = (dataDir: string): string[] =>
  withBooks(dataDir, (books) =>
    rows<{ id: string }>(books, "SELECT request_id AS id FROM holds ORDER BY request_id").map(
      ({ id }) => id,
    ),
  );

/** Rows of a query, as they are. */
export function rows<T>(
  { database }: Pick<Books, "database">,
  sql: string,
  ...params: (string | number)[]
): T[] {
  return database.sqlite.query(sql).all(...params) as T[];
}
