// What verify finds: one tampering for each rule, and a list that stays short however much is wrong.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { openDatabase } from "../../src/db/open.ts";
import { MAX_LISTED_PER_RULE } from "../../src/ledger/findings.ts";
import { createLedger } from "../support/ledger.ts";
import { costOf, openBooks, type TestBooks } from "./support.ts";

let books: TestBooks;

/** r1 open with 10 held; r2 charged 5; r3 failed and free; r4 an estimate of 30 capped to 20, of which 8 are refunded. */
beforeEach(() => {
  books = openBooks();
  books.grant(100);
  books.hold("r1", 10);
  books.hold("r2", 10);
  books.end("r2", 5);
  books.hold("r3", 10);
  books.end("r3", 0, { ending: "upstream_failed", usage: null, usageSource: "none" });
  books.hold("r4", 20);
  books.end("r4", 20, { unbilledMicro: 10, usageSource: "estimated" });
  books.refund("r4", 8);
  books.adjust(-3);
  expect(books.verified()).toEqual([]);
});
afterEach(() => books.database.remove());

/** Changes rows behind the ledger's back, and gives the rules that are found broken. */
function brokenBy(statement: string): string[] {
  const { sqlite } = books.database;
  sqlite.run("PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF");
  const triggers = sqlite.query("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all();
  for (const { name } of triggers as { name: string }[]) sqlite.run(`DROP TRIGGER ${name}`);
  sqlite.run(statement);
  return books.verified().map(({ rule }) => rule);
}

const ENTRY = "INSERT INTO entries SELECT NULL, id";
const FROM_ACCOUNT = "NULL, 'note', 1 FROM accounts";

const TAMPERINGS: [statement: string, rule: string][] = [
  [
    "UPDATE accounts SET balance_micro = balance_micro + 1",
    "the balance is the sum of the entries",
  ],
  ["UPDATE accounts SET held_micro = 9", "what is held is the sum of the open holds"],
  ["DELETE FROM holds", "what is held is the sum of the open holds"],
  ["UPDATE accounts SET held_micro = -1", "0 <= held <= balance"],
  [`${ENTRY}, 'grant', 5, 5, ${FROM_ACCOUNT}`, "each entry's balance follows from the one before"],
  [
    "UPDATE entries SET account_id = 'acct_x' WHERE kind = 'grant'",
    "each entry belongs to an account",
  ],
  ["UPDATE holds SET account_id = 'acct_x'", "each hold belongs to an account"],
  [
    "UPDATE terms SET account_id = 'acct_x' WHERE id = (SELECT terms_id FROM records WHERE id = 'r3')",
    "each request belongs to an account",
  ],
  [
    "UPDATE entries SET kind = 'gift' WHERE kind = 'grant'",
    "an entry is a grant, charge, refund or adjustment",
  ],
  [
    "UPDATE entries SET kind = 'gift' WHERE kind = 'grant'",
    "grants, refunds and adjustments less charges are the balance",
  ],
  ["UPDATE entries SET amount_micro = 0.5 WHERE kind = 'grant'", "amounts are whole and exact"],
  [`${ENTRY}, 'refund', -5, 75, ${FROM_ACCOUNT}`, "grants and refunds come in, charges go out"],
  [
    "UPDATE entries SET amount_micro = 5 WHERE kind = 'charge'",
    "grants and refunds come in, charges go out",
  ],
  ["UPDATE entries SET note = ' ' WHERE kind = 'adjustment'", "an adjustment has a note"],
  ["UPDATE entries SET note = NULL WHERE kind = 'adjustment'", "an adjustment has a note"],
  ["DELETE FROM records WHERE id = 'r2'", "each charge belongs to the request that says so"],
  ["DELETE FROM entries WHERE request_id = 'r2'", "each request that was charged has its entry"],
  ["DELETE FROM records WHERE id = 'r4'", "each refund belongs to an ended request of its account"],
  [
    "UPDATE entries SET request_id = 'r1' WHERE kind = 'refund'",
    "each refund belongs to an ended request of its account",
  ],
  [
    "UPDATE terms SET account_id = 'acct_x' WHERE id = (SELECT terms_id FROM records WHERE id = 'r4')",
    "each refund belongs to an ended request of its account",
  ],
  [
    `${ENTRY}, 'refund', 13, 93, 'r4', NULL, 1 FROM accounts`,
    "the refunds of a request do not exceed its charge",
  ],
  ["UPDATE holds SET request_id = 'r2'", "no request is both ended and in progress"],
  [
    "UPDATE records SET shortfall_micro = -1 WHERE id = 'r3'",
    "a record's amounts are whole and not negative",
  ],
  ["UPDATE records SET ending = 'vanished' WHERE id = 'r2'", "a request ends in a known way"],
  [
    "UPDATE records SET ending = 'abandoned' WHERE id = 'r2'",
    "an ending that costs nothing was charged nothing",
  ],
  [
    "UPDATE records SET usage_source = 'none' WHERE id = 'r2'",
    "usage and its source are kept together",
  ],
  ["UPDATE records SET held_micro = 19 WHERE id = 'r4'", "an estimate never exceeds the hold"],
  [
    "UPDATE records SET usage_source = 'reported' WHERE id = 'r4'",
    "only an estimate beyond the hold is left unbilled",
  ],
  [
    "UPDATE records SET held_micro = 21 WHERE id = 'r4'",
    "only an estimate beyond the hold is left unbilled",
  ],
  ["UPDATE records SET shortfall_micro = 5 WHERE id = 'r2'", "a shortfall begins beyond the hold"],
];

const COST_RULE = "each charge follows from its usage at its pinned price";
const COST_TAMPERINGS = [
  "UPDATE records SET usage = '[6]' WHERE id = 'r2'",
  "UPDATE records SET usage = '[' WHERE id = 'r2'",
  "UPDATE records SET usage = NULL WHERE id = 'r2'",
  "UPDATE prices SET json = '2'",
  "UPDATE terms SET price_id = NULL",
  "UPDATE records SET unbilled_micro = 9 WHERE id = 'r4'",
  "UPDATE records SET shortfall_micro = 1 WHERE id = 'r2'",
  "UPDATE records SET charged_micro = 4 WHERE id = 'r2'",
].map((statement): [string, string] => [statement, COST_RULE]);

describe("verify", () => {
  test.each([...TAMPERINGS, ...COST_TAMPERINGS])("after %s finds: %s", (statement, rule) => {
    expect(brokenBy(statement)).toContain(rule);
  });

  test("sees one state, whatever is written meanwhile", () => {
    const other = openDatabase(books.database.dataDir, { busyTimeoutMs: 1_000 });
    try {
      const { accountId } = books;
      const writer = createLedger(other);
      let writes = 0;
      const report = books.ledger.verify((priceJson, usage) => {
        other.write(() => writer.grant({ accountId, amountMicro: 1, note: null, atMs: 9 }));
        writes++;
        expect(books.database.sqlite.inTransaction).toBe(true);
        return costOf(priceJson, usage, null);
      });
      expect(writes).toBeGreaterThan(0);
      expect(report).toMatchObject({ discrepancies: [], grantedMicro: 100 });
      expect(books.ledger.verify(costOf)).toMatchObject({ grantedMicro: 100 + writes });
    } finally {
      other.close();
    }
  });

  test("names the account, the request and both figures", () => {
    brokenBy("UPDATE records SET usage = '[10]' WHERE id = 'r2'");
    expect(books.verified()).toEqual([
      {
        accountId: books.accountId,
        accountName: "team",
        rule: COST_RULE,
        detail: "r2 costs 10, but says 5",
      },
    ]);
  });

  test("lists so many of each rule, and counts the others", () => {
    for (let n = 0; n < 30; n++) books.charge(`many${n}`, 1);
    brokenBy("UPDATE records SET usage = '[2]' WHERE id LIKE 'many%'");
    const damaged = books.ledger.verify(costOf);
    expect(damaged.discrepancies).toHaveLength(MAX_LISTED_PER_RULE);
    expect(damaged.discrepanciesNotListed).toBe(30 - MAX_LISTED_PER_RULE);
  });

  test("reports the sums of what was written", () => {
    expect(books.ledger.verify(costOf)).toEqual({
      accounts: 1,
      entries: 5,
      requests: 3,
      openHolds: 1,
      grantedMicro: 100,
      chargedMicro: 25,
      refundedMicro: 8,
      adjustedMicro: -3,
      balanceMicro: 80,
      heldMicro: 10,
      shortfallMicro: 0,
      unbilledMicro: 10,
      discrepancies: [],
      discrepanciesNotListed: 0,
    });
  });
});
