// The whole proof on twenty thousand requests, with the arithmetic and the prices that charge in earnest.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { plainUsage } from "../../src/metering/estimate.ts";
import { viewOfEnded } from "../../src/operator/request-view.ts";
import { recordedCost } from "../../src/operator/verify-books.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { fillBooks } from "../support/fill-books.ts";
import { exactly, PLAIN_RESERVE, PLAIN_SETTLE, PLAIN_TERMS } from "../support/holds.ts";
import { createLedger, verifyBooks } from "../support/ledger.ts";

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

test("a charge by the provider's own cost is reckoned with it, and is off without it", () => {
  const { sqlite } = database;
  const ledger = createLedger(database);
  const [account] = ledger.listAccounts();
  const pinned = {
    price: { input: { microPerMtok: 1_000_000 }, output: { microPerMtok: 1_000_000 } },
    markupBasisPoints: 1_000,
  };
  sqlite.run("BEGIN");
  try {
    ledger.grant({ accountId: account?.id ?? "", amountMicro: 10_000, note: null, atMs: 1 });
    const requestId = "req_by_cost";
    const wish = exactly(5_000);
    ledger.reserve({ ...PLAIN_RESERVE, requestId, accountId: account?.id ?? "", wish });
    ledger.settle({
      ...PLAIN_SETTLE,
      requestId,
      terms: { ...PLAIN_TERMS, priceJson: JSON.stringify(pinned) },
      costMicro: 2_200,
      providerCostMicro: 2_000,
      usage: plainUsage(9, 12),
    });
    expect(verifyBooks(ledger).discrepancies).toEqual([]);
    const record = ledger.findRecord(requestId);
    expect(record === undefined ? null : viewOfEnded(record, 0)).toMatchObject({
      cost: "0.002200",
      provider_cost: "0.002000",
    });
    sqlite.run("DROP TRIGGER records_no_update");
    sqlite.run("UPDATE records SET provider_cost_micro = NULL WHERE id = 'req_by_cost'");
    expect(verifyBooks(ledger).discrepancies).toMatchObject([
      { rule: "each charge follows from its usage at its pinned price" },
    ]);
  } finally {
    sqlite.run("ROLLBACK");
  }
});

test("one token more in one of them is found", () => {
  const { sqlite } = database;
  const [{ id }] = sqlite
    .query("SELECT id FROM requests WHERE usage_source = 'reported' AND price_json IS NOT NULL")
    .all() as [{ id: string }];
  sqlite.run("BEGIN");
  try {
    sqlite.run("DROP TRIGGER records_no_update");
    sqlite.query("UPDATE records SET usage = json_set(usage, '$[1]', 99999) WHERE id = ?").run(id);
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

test("cached sound is reckoned by the price that was pinned, with a rate for it or without", () => {
  const rates = { input: 300_000, output: 0, cacheRead: 30_000, inputAudio: 1_000_000 };
  const pinned = (more: Record<string, number>) => {
    const parts = Object.entries({ ...rates, ...more });
    const price = Object.fromEntries(parts.map(([part, rate]) => [part, { microPerMtok: rate }]));
    return JSON.stringify({ price, markupBasisPoints: 0 });
  };
  const usage = {
    ...plainUsage(2_000_000, 0),
    cachedTokens: 1_000_000,
    promptAudioTokens: 500_000,
    cachedAudioTokens: 400_000,
  };
  const costOf = recordedCost();
  // 900,000 of fresh text and 100,000 of fresh sound, in both.
  const fresh = 270_000 + 100_000;
  expect(costOf(pinned({}), usage, null)).toBe(fresh + 30_000);
  expect(costOf(pinned({ cacheReadAudio: 100_000 }), usage, null)).toBe(fresh + 18_000 + 40_000);
});

test("more different prices than are kept parsed are all reckoned with", () => {
  const costOf = recordedCost();
  const usage = plainUsage(1_000_000, 0);
  const price = (microPerMtok: number) =>
    JSON.stringify({
      price: { input: { microPerMtok }, output: { microPerMtok: 0 } },
      markupBasisPoints: 0,
    });
  for (let rate = 0; rate < 2_500; rate++) expect(costOf(price(rate), usage, null)).toBe(rate);
});
