// A database as an earlier version of the program left it.
import { Database as Sqlite } from "bun:sqlite";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { drizzle } from "drizzle-orm/bun-sqlite";
import { migrate } from "drizzle-orm/bun-sqlite/migrator";
import { plainUsage } from "../../src/metering/estimate.ts";

/** A database as the version before refunds left it: one request that was charged. `folder` takes what it needs. */
export async function makeOldDatabase(folder: string, file: string): Promise<void> {
  const migrations = join(folder, "migrations");
  cpSync(join(import.meta.dir, "..", "..", "drizzle"), migrations, { recursive: true });
  const journalFile = join(migrations, "meta", "_journal.json");
  const journal = await Bun.file(journalFile).json();
  await Bun.write(
    journalFile,
    JSON.stringify({ ...journal, entries: journal.entries.slice(0, 2) }),
  );
  const sqlite = new Sqlite(file);
  sqlite.run("PRAGMA journal_mode = WAL");
  migrate(drizzle(sqlite), { migrationsFolder: migrations });
  const price = { input: { microPerMtok: 1_000_000 }, output: { microPerMtok: 1_000_000 } };
  sqlite.run("INSERT INTO accounts VALUES ('acct_1', 'team', 95, 0, 1)");
  sqlite.run("INSERT INTO entries VALUES (1, 'acct_1', 'grant', 100, 100, NULL, NULL, 1)");
  sqlite.run("INSERT INTO entries VALUES (2, 'acct_1', 'charge', -5, 95, 'req_1', NULL, 2)");
  sqlite
    .query(
      `INSERT INTO requests VALUES ('req_1', 'acct_1', 'key_1', 'm', 'p', 'm', 0, 'completed', 200,
        NULL, ?, 'reported', ?, 10, 5, 0, 1000, NULL, 7)`,
    )
    .run(JSON.stringify(plainUsage(2, 3)), JSON.stringify({ price, markupBasisPoints: 0 }));
  sqlite.run("PRAGMA journal_mode = DELETE");
  sqlite.close();
}
