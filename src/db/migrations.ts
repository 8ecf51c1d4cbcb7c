// Applies the SQL migrations of drizzle/, which the build embeds in the executable.

import type { Database as Sqlite } from "bun:sqlite";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { drizzle } from "drizzle-orm/bun-sqlite";
import { migrate } from "drizzle-orm/bun-sqlite/migrator";
import { isBusy } from "./sqlite-errors.ts";

// The compiled program finds its assets beside its entry; from source they stand at the top level.
const EMBEDDED = join(import.meta.dir, "drizzle");
const IN_SOURCE = join(import.meta.dir, "..", "..", "drizzle");

/** Two processes that meet a new data folder at once: the second waits for the first. */
const ATTEMPTS = 20;
const PAUSE_MS = 100;

/**
 * Brings the database to the newest schema. A schema that is already there costs one read.
 * @throws Error of SQLite when the file cannot be written or stays locked for 2 s.
 */
export function applyMigrations(sqlite: Sqlite): void {
  const migrationsFolder = existsSync(EMBEDDED) ? EMBEDDED : IN_SOURCE;
  for (let attempt = 1; ; attempt++) {
    try {
      migrate(drizzle(sqlite), { migrationsFolder });
      return;
    } catch (error) {
      if (!(isBusy(error) || wasOvertaken(error)) || attempt === ATTEMPTS) throw error;
      Bun.sleepSync(PAUSE_MS);
    }
  }
}

/**
 * The migrator reads what is applied before it takes the write lock, so another process may get in between; its work
 * is then found done, this one's is rolled back, and the next attempt sees it.
 */
function wasOvertaken(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return /already exists|duplicate column/.test(error.message) || wasOvertaken(error.cause);
}
