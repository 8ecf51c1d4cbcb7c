// Each rule that `ledger verify` knows finds the damage it is for, at the account that has it and nowhere else.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { createLedger, type Ledger } from "../../src/ledger/ledger.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
let ledger: Ledger;
let teamId: string;

/** Two accounts with sound books: `team` was granted 1000, charged 100 and has 50 held; `other` was granted 500. */
beforeEach(() => {
  database = createTestDatabase();
  ledger = createLedger(database);
  database.write(() => {
    const open = (name: string, amountMicro: number) => {
      const { id } = ledger.ensureAccount(name, 1);
      ledger.grant({ accountId: id, amountMicro, note: null, atMs: 1 });
      return id;
    };
    open("other", 500);
    teamId = open("team", 1_000);
    hold("ended", 200);
    end("ended", 130, 30);
    hold("running", 50);
  });
});
afterEach(() => database.remove());

function hold(requestId: string, amountMicro: number): void {
  ledger.placeHold({
    requestId,
    accountId: teamId,
    keyId: "k",
    modelId: "m",
    providerId: "p",
    upstreamModel: "m",
    stream: false,
    priceJson: null,
    atMs: 1,
    size: () => amountMicro,
  });
}

function end(requestId: string, costMicro: number, unbilledMicro: number): void {
  ledger.endHold({
    requestId,
    ending: "completed",
    costMicro,
    unbilledMicro,
    httpStatus: 200,
    errorCode: null,
    usage: null,
    usageSource: "none",
    startedAtMs: 1,
    firstEventMs: null,
    durationMs: 1,
    atMs: 1,
  });
}

const TEAM = "(SELECT id FROM accounts WHERE name = 'team')";
const entry = (kind: string, amount: number, after: number, request: string) =>
  `INSERT INTO entries VALUES (NULL, ${TEAM}, '${kind}', ${amount}, ${after}, ${request}, NULL, 1);
   UPDATE accounts SET balance_micro = balance_micro + ${amount} WHERE name = 'team';`;

test("sound books have no discrepancy, and are counted", () => {
  expect(ledger.verify()).toEqual({
    accounts: 2,
    entries: 3,
    requests: 1,
    openHolds: 1,
    grantedMicro: 1_500,
    chargedMicro: 130,
    balanceMicro: 1_370,
    heldMicro: 50,
    shortfallMicro: 0,
    discrepancies: [],
  });
});

const DAMAGE: [rule: string, detail: string, sql: string][] = [
  [
    "the balance is the sum of the entries",
    "balance 875, entries 870",
    "UPDATE accounts SET balance_micro = 875 WHERE name = 'team'",
  ],
  [
    "what is held is the sum of the open holds",
    "held 51, holds 50",
    "UPDATE accounts SET held_micro = 51 WHERE name = 'team'",
  ],
  ["what is held is the sum of the open holds", "held 50, holds 0", "DELETE FROM holds"],
  [
    "0 <= held <= balance",
    "held 871, balance 870",
    `PRAGMA ignore_check_constraints = ON;
     UPDATE accounts SET held_micro = 871 WHERE name = 'team';
     UPDATE holds SET amount_micro = 871`,
  ],
  [
    "0 <= held <= balance",
    "held -1, balance 870",
    `PRAGMA ignore_check_constraints = ON;
     UPDATE accounts SET held_micro = -1 WHERE name = 'team';
     UPDATE holds SET amount_micro = -1`,
  ],
  [
    "each entry's balance follows from the one before",
    "entry 4 says 5, not 875",
    entry("grant", 5, 5, "NULL"),
  ],
  [
    "grants come in and charges go out",
    "entry 4 is a grant of -5",
    entry("grant", -5, 865, "NULL"),
  ],
  [
    "each charge belongs to the request that says so",
    "entry 4 of no request",
    entry("charge", -5, 865, "NULL"),
  ],
  [
    "each charge belongs to the request that says so",
    "entry 3 of ended",
    "UPDATE requests SET charged_micro = 131",
  ],
  [
    "each request that was charged has its entry",
    "ended charged 130",
    "DELETE FROM entries WHERE kind = 'charge'; UPDATE accounts SET balance_micro = 1000 WHERE name = 'team'",
  ],
  [
    "no request is both ended and in progress",
    "running",
    `INSERT INTO requests SELECT 'running', account_id, key_id, model_id, provider_id, upstream_model, stream, ending,
       http_status, error_code, usage_json, usage_source, price_json, 0, 0, 0, 1, NULL, NULL, 0, 1 FROM requests`,
  ],
];

test.each(DAMAGE)("%s: finds %s", (rule, detail, sql) => {
  const triggers = database.sqlite
    .query<{ name: string }, []>("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    .all();
  for (const { name } of triggers) database.sqlite.run(`DROP TRIGGER ${name}`);
  for (const statement of sql.split(";")) {
    if (statement.trim() !== "") database.sqlite.run(statement);
  }
  expect(ledger.verify().discrepancies).toEqual([
    { accountId: teamId, accountName: "team", rule, detail },
  ]);
});

test("what was written off is summed up", () => {
  database.write(() => end("running", 1_000, 0));
  expect(ledger.verify()).toMatchObject({ shortfallMicro: 130, chargedMicro: 1_000, openHolds: 0 });
});
