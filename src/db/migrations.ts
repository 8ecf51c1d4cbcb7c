// Applies the SQL migrations of drizzle/, which the build embeds in the executable.

import type { Database as Sqlite } from "bun:sqlite";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { drizzle } from "drizzle-orm/bun-sqlite";
import { migrate } from "drizzle-orm/bun-sqlite/migrator";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { isBusy } from "./sqlite-errors.ts";

// The compiled program finds its assets beside its entry; from source they stand at the top level.
const EMBEDDED = join(import.meta.dir, "drizzle");
const IN_SOURCE = join(import.meta.dir, "..", "..", "drizzle");

/** Two processes that meet a new data folder at once: the second waits for the first. */
const ATTEMPTS = 20;
const PAUSE_MS = 100;
/** Where Drizzle keeps which migrations a database has been through. */
const APPLIED = "__drizzle_migrations";

/**
 * Brings the database to the newest schema. A schema that is already there costs one read.
 * @throws Error of SQLite when the file cannot be written or stays locked for 2 s.
 */
export function applyMigrations(sqlite: Sqlite): void {
  const migrationsFolder = folder();
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

/** Whose a schema is: this program's (of today or earlier), that of a program after it, or no aacflow's; `none` for an empty file. */
export type SchemaOrigin = "current" | "earlier" | "newer" | "foreign" | "none";

/** Tells by the migrations that a database has been through. @throws Error of SQLite when it cannot be read. */
export function schemaOrigin(sqlite: Sqlite): SchemaOrigin {
  const known = readMigrationFiles({ migrationsFolder: folder() }).map(
    ({ folderMillis }) => folderMillis,
  );
  const tables = sqlite
    .query<{ name: string }, []>("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .all()
    .map(({ name }) => name);
  const applied = tables.includes(APPLIED) ? appliedTo(sqlite) : [];
  // The table of migrations comes before the first of them: a start may have been killed in between.
  if (applied.length === 0) return tables.every((name) => name === APPLIED) ? "none" : "foreign";
  if (!applied.includes(known[0] ?? Number.NaN)) return "foreign";
  if (!applied.every((at) => known.includes(at))) return "newer";
  return applied.length === known.length ? "current" : "earlier";
}

function appliedTo(sqlite: Sqlite): number[] {
  const rows = sqlite.query<{ at: number }, []>(`SELECT created_at AS at FROM ${APPLIED}`).all();
  return rows.map(({ at }) => Number(at));
}

const folder = () => (existsSync(EMBEDDED) ? EMBEDDED : IN_SOURCE);

/**
 * The migrator reads what is applied before it takes the write lock, so another process may get in between; its work
 * is then found done, this one's is rolled back, and the next attempt sees it.
 */
function wasOvertaken(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return /already exists|duplicate column/.test(error.message) || wasOvertaken(error.cause);
}
