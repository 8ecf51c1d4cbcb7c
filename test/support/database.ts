// A real database file in a folder of its own, for tests of what is stored.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, openDatabase } from "../../src/db/open.ts";

export interface TestDatabase extends Database {
  dataDir: string;
  /** Closes the database and removes its folder. */
  remove(): void;
}

export function createTestDatabase(): TestDatabase {
  const dataDir = mkdtempSync(join(tmpdir(), "aacflow-test-"));
  const database = openDatabase(dataDir, { busyTimeoutMs: 1000 });
  return {
    ...database,
    dataDir,
    remove() {
      database.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
