// The whole proof on twenty thousand requests, with the arithmetic and the prices that charge in earnest.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { plainUsage } from "../../src/gateway/estimate.ts";
import { recordedCost, verifyBooks } from "../../src/gateway/verify-books.ts";
import { createLedger } from "../../src/ledger/ledger.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { fillBooks } from "../support/fill-books.ts";

setDefaultTimeout(60_000);

const REQUESTS = 20_000;
const ACCOUNTS = 50;
let database: TestDatabase;
beforeAll(() => {
  database = createTestDatabase();
  fillBooks(database, { requests: REQUESTS, accounts: ACCOUNTS });
});
afterAll(() => database.remove());

test("true books are proved, and their totals add up", () => {
  const report = verifyBooks(createLedger(database));
  expect(report).toMatchObject({ discrepancies: [], requests: REQUESTS, accounts: ACCOUNTS });
  const { grantedMicro, refundedMicro, adjustedMicro, chargedMicro, balanceMicro } = report;
  expect(grantedMicro + refundedMicro + adjustedMicro - chargedMicro).toBe(balanceMicro);
  // The books hold every kind of row, or the proof would prove little.
  for (const micro of [chargedMicro, refundedMicro, report.shortfallMicro, report.unbilledMicro]) {
    expect(micro).toBeGreaterThan(0);
  }
  const { sqlite } = database;
  const [sums] = sqlite
    .query(
      `SELECT (SELECT COUNT(*) FROM entries) AS entries,
        (SELECT -SUM(amount_micro) FROM entries WHERE kind = 'charge') AS chargedMicro,
        (SELECT SUM(amount_micro) FROM entries WHERE kind = 'refund') AS refundedMicro,
        (SELECT SUM(balance_micro) FROM accounts) AS balanceMicro,
        (SELECT SUM(shortfall_micro) FROM requests) AS shortfallMicro,
        (SELECT SUM(unbilled_micro) FROM requests) AS unbilledMicro`,
    )
    .all();
  expect(report).toMatchObject(sums as object);
});

test("one token more in one of them is found", () => {
  const { sqlite } = database;
  const [{ id }] = sqlite
    .query("SELECT id FROM requests WHERE usage_source = 'reported' AND price_json IS NOT NULL")
    .all() as [{ id: string }];
  sqlite.run("BEGIN");
  try {
    sqlite.run("DROP TRIGGER requests_no_update");
    sqlite
      .query(
        "UPDATE requests SET usage_json = json_set(usage_json, '$.completionTokens', 99999) WHERE id = ?",
      )
      .run(id);
    const { discrepancies } = verifyBooks(createLedger(database));
    expect(discrepancies).toMatchObject([
      {
        rule: "each charge follows from its usage at its pinned price",
        detail: expect.stringContaining(id),
      },
    ]);
  } finally {
    sqlite.run("ROLLBACK");
  }
});

test("more different prices than are kept parsed are all reckoned with", () => {
  const costOf = recordedCost();
  const usage = JSON.stringify(plainUsage(1_000_000, 0));
  const price = (microPerMtok: number) =>
    JSON.stringify({
      price: { input: { microPerMtok }, output: { microPerMtok: 0 } },
      markupBasisPoints: 0,
    });
  for (let rate = 0; rate < 2_500; rate++) expect(costOf(price(rate), usage)).toBe(rate);
});
