// The ledger's rules: holds, settlements, append-only entries, and recovery.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { OperatorError } from "../../src/base/operator-error.ts";
import { exactly } from "../support/holds.ts";
import { createLedger } from "../support/ledger.ts";
import { openBooks, type TestBooks } from "./support.ts";

let books: TestBooks;
let database: TestBooks["database"];
let ledger: TestBooks["ledger"];
let accountId: string;

beforeEach(() => {
  books = openBooks();
  ({ database, ledger, accountId } = books);
});
afterEach(() => database.remove());

const grant: TestBooks["grant"] = (amountMicro) => books.grant(amountMicro);
const hold: TestBooks["hold"] = (...args) => books.hold(...args);
const end: TestBooks["end"] = (...args) => books.end(...args);
const money = () => books.money();
const verified = () => books.verified();

describe("a hold", () => {
  test("is taken from what is available, and given back by the settlement", () => {
    grant(100);
    expect(hold("r1", 60)).toMatchObject({ kind: "held", amountMicro: 60, heldMicro: 60 });
    expect(money()).toEqual([100, 60]);
    expect(end("r1", 25)).toMatchObject({ chargedMicro: 25, shortfallMicro: 0, balanceMicro: 75 });
    expect(money()).toEqual([75, 0]);
    expect(verified()).toEqual([]);
  });

  test("is refused when other holds leave too little, and changes nothing", () => {
    grant(100);
    hold("r1", 60);
    expect(hold("r2", 41)).toEqual({ kind: "short", balanceMicro: 100, heldMicro: 60 });
    expect(money()).toEqual([100, 60]);
    expect(hold("r3", 40).kind).toBe("held");
  });

  test("is sized by what is available inside the transaction", () => {
    grant(100);
    hold("r1", 30);
    // One micro-dollar for each output token, of which there may be any number: an eighth of what is left.
    const open = { ...exactly(0), outputTokenRate: 1_000_000, outputTokensMax: 1_000 };
    const wish = { ...open, limitedByClient: false };
    expect(hold("r2", 0, { wish })).toMatchObject({ kind: "held", amountMicro: 8 });
  });

  test("of one request is taken once", () => {
    grant(100);
    hold("r1", 10);
    expect(() => hold("r1", 10)).toThrow();
    expect(money()).toEqual([100, 10]);
  });
});

describe("a settlement", () => {
  test("above the hold takes from what is available", () => {
    grant(100);
    hold("r1", 10);
    expect(end("r1", 35)).toMatchObject({ chargedMicro: 35, shortfallMicro: 0 });
    expect(money()).toEqual([65, 0]);
  });

  test("never takes what others hold, nor goes below zero: the rest is a shortfall", () => {
    grant(100);
    hold("r1", 10);
    hold("r2", 70);
    expect(end("r1", 50)).toMatchObject({ chargedMicro: 30, shortfallMicro: 20 });
    expect(money()).toEqual([70, 70]);
    expect(end("r2", 70)).toMatchObject({ chargedMicro: 70, shortfallMicro: 0 });
    expect(money()).toEqual([0, 0]);
    expect(ledger.verify()).toMatchObject({ shortfallMicro: 20, discrepancies: [] });
  });

  test("happens once: a second one changes nothing", () => {
    grant(100);
    hold("r1", 50);
    end("r1", 20);
    expect(end("r1", 20)).toBeNull();
    expect(end("never-held", 20)).toBeNull();
    expect(money()).toEqual([80, 0]);
    expect(ledger.history({ accountId, limit: 10, before: null }).entries).toHaveLength(2);
  });

  test("of nothing writes no entry, but the record", () => {
    grant(100);
    hold("r1", 50);
    end("r1", 0, { usage: null, usageSource: "none", ending: "upstream_failed", httpStatus: 502 });
    expect(ledger.history({ accountId, limit: 10, before: null }).entries).toHaveLength(1);
    expect(ledger.findRecord("r1")).toMatchObject({ ending: "upstream_failed", chargedMicro: 0 });
  });

  test.each([-1, 0.5, Number.NaN, 2 ** 53])("of %p is a bug, and undone whole", (costMicro) => {
    grant(100);
    hold("r1", 50);
    expect(() => end("r1", costMicro)).toThrow(RangeError);
    expect(money()).toEqual([100, 50]);
  });
});

describe("a grant", () => {
  test.each([0, -5])("of %i is refused", (amountMicro) => {
    expect(() => grant(amountMicro)).toThrow(OperatorError);
  });

  test("to an unknown account, or beyond what can be counted exactly, is refused", () => {
    const unknown = { accountId: "acct_x", amountMicro: 1, note: null, atMs: 1 };
    expect(() => database.write(() => ledger.grant(unknown))).toThrow(OperatorError);
    grant(9_007_199_254_740);
    expect(() => grant(1)).toThrow(OperatorError);
  });
});

describe("the database itself", () => {
  test.each([
    "UPDATE entries SET amount_micro = 1",
    "DELETE FROM entries",
    "DELETE FROM records",
    "DELETE FROM accounts",
    "INSERT OR REPLACE INTO entries SELECT seq, account_id, kind, 1, 1, request_id, note, 1 FROM entries",
    "INSERT OR REPLACE INTO entries SELECT seq + 100, account_id, kind, -1, 1, request_id, note, 1 FROM entries WHERE kind = 'charge'",
    "INSERT OR REPLACE INTO records SELECT * FROM records",
    "UPDATE holds SET amount_micro = 1",
    "UPDATE records SET charged_micro = 0",
    "UPDATE terms SET model_id = 'x'",
    "DELETE FROM terms",
    "INSERT OR REPLACE INTO terms SELECT * FROM terms",
    "UPDATE accounts SET held_micro = balance_micro + 1",
    "UPDATE accounts SET held_micro = -1",
  ])("refuses: %s", (statement) => {
    grant(100);
    hold("r1", 10);
    hold("r2", 10);
    end("r2", 5);
    expect(() => database.sqlite.run(statement)).toThrow();
    expect(verified()).toEqual([]);
  });
});

describe("a killed process", () => {
  test("leaves holds that are released once, without a charge, and recorded", () => {
    grant(100);
    hold("r1", 30);
    hold("r2", 20);
    const again = createLedger(database);
    const released = database.write(() => again.releaseOrphans({ atMs: 9, isAlone: true }));
    expect(released.map(({ requestId }) => requestId).sort()).toEqual(["r1", "r2"]);
    expect(database.write(() => again.releaseOrphans({ atMs: 9, isAlone: true }))).toEqual([]);
    expect(money()).toEqual([100, 0]);
    expect(ledger.findRecord("r1")).toMatchObject({ ending: "abandoned", chargedMicro: 0 });
    expect(verified()).toEqual([]);
  });
});

describe("history", () => {
  test("is newest first, in pages without gaps or repetitions", () => {
    for (let amount = 1; amount <= 7; amount++) grant(amount);
    const seen: number[] = [];
    let before: number | null = null;
    do {
      const page = ledger.history({ accountId, limit: 3, before });
      seen.push(...page.entries.map(({ amountMicro }) => amountMicro));
      before = page.nextBefore;
    } while (before !== null);
    expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1]);
  });
});
