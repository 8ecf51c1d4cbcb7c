// Several processes write to one data folder: no update is lost, and nobody is told that the database is busy.

import { expect, test } from "bun:test";
import { join } from "node:path";
import { createTestDatabase } from "../support/database.ts";
import { createLedger, verifyBooks } from "../support/ledger.ts";

const PROCESSES = 4;
const GRANTS = 60;

test("grants of 4 processes all arrive", async () => {
  const database = createTestDatabase();
  try {
    const ledger = createLedger(database);
    const account = database.write(() => ledger.ensureAccount("shared", 1));
    const writer = join(import.meta.dir, "..", "support", "grant-writer.ts");
    const processes = Array.from({ length: PROCESSES }, () =>
      Bun.spawn([process.execPath, writer, database.dataDir, account.id, String(GRANTS)], {
        stdout: "inherit",
        stderr: "inherit",
      }),
    );
    expect(await Promise.all(processes.map(({ exited }) => exited))).toEqual([0, 0, 0, 0]);
    expect(verifyBooks(ledger)).toMatchObject({
      discrepancies: [],
      entries: PROCESSES * GRANTS,
      balanceMicro: PROCESSES * GRANTS,
    });
  } finally {
    database.remove();
  }
}, 30_000);
