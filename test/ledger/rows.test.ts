// What the ledger writes, to the last column, and how it is found again.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { OperatorError } from "../../src/base/operator-error.ts";
import type { Reserve, Settle } from "../../src/ledger/port.ts";
import { plainUsage } from "../../src/metering/estimate.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { exactly } from "../support/holds.ts";
import { createLedger, type Ledger } from "../support/ledger.ts";

let database: TestDatabase;
let ledger: Ledger;
let accountId: string;

beforeEach(() => {
  database = createTestDatabase();
  ledger = createLedger(database);
  accountId = database.write(() => ledger.ensureAccount("team", 11).id);
});
afterEach(() => database.remove());

const grant = (id: string, amountMicro: number) =>
  database.write(() => ledger.grant({ accountId: id, amountMicro, note: "by hand", atMs: 12 }));

const HOLD: Omit<Reserve, "accountId"> = {
  requestId: "req_1",
  keyId: "key_1",
  modelId: "a-model",
  stream: true,
  atMs: 13,
  wish: exactly(60),
  keyed: null,
};
const TERMS = {
  providerId: "a-provider",
  upstreamModel: "its-model",
  priceJson: '{"price":1}',
};
const END: Settle = {
  requestId: "req_1",
  terms: TERMS,
  ending: "client_left",
  costMicro: 150,
  unbilledMicro: 7,
  providerCostMicro: 9,
  httpStatus: 499,
  errorCode: "a_code",
  usage: plainUsage(3, 4),
  usageSource: "estimated",
  attempts: 2,
  startedAtMs: 14,
  firstEventMs: 15,
  durationMs: 16,
  atMs: 17,
  answer: null,
};
const CALL = { keyId: "key_1", modelId: "a-model", stream: true };

const hold = (more: Partial<Reserve> = {}) =>
  database.write(() => ledger.reserve({ accountId, ...HOLD, ...more }));

describe("accounts", () => {
  test("are opened once under a name, found by it or by id, and listed by name", () => {
    const again = database.write(() => ledger.ensureAccount("team", 99));
    expect(again).toEqual({
      id: accountId,
      name: "team",
      balanceMicro: 0,
      heldMicro: 0,
      createdAtMs: 11,
    });
    const made = database.write(() => ledger.ensureAccount("a-first", 20));
    expect(made).toMatchObject({ name: "a-first", balanceMicro: 0, heldMicro: 0 });
    expect(ledger.findAccountByName("team")).toEqual(again);
    expect(ledger.findAccount(accountId)).toEqual(again);
    expect(ledger.findAccountByName("nobody")).toBeUndefined();
    expect(ledger.listAccounts()).toEqual([made, again]);
  });
});

describe("a grant", () => {
  test("is an entry, and gives the account as it is then", () => {
    expect(grant(accountId, 100)).toEqual({ balanceMicro: 100, heldMicro: 0 });
    hold();
    expect(grant(accountId, 1)).toEqual({ balanceMicro: 101, heldMicro: 60 });
    const { entries } = ledger.history({ accountId, limit: 1, before: null });
    expect(entries).toEqual([
      {
        seq: 2,
        accountId,
        kind: "grant",
        amountMicro: 1,
        balanceAfterMicro: 101,
        requestId: null,
        note: "by hand",
        createdAtMs: 12,
      },
    ]);
  });

  test("that breaks a rule says which", () => {
    const message = (id: string, amountMicro: number) => {
      try {
        grant(id, amountMicro);
      } catch (error) {
        if (error instanceof OperatorError) return `${error.name}: ${error.message}`;
      }
      return "";
    };
    expect(message("acct_x", 1)).toBe("OperatorError: there is no account acct_x");
    expect(message(accountId, 0)).toContain("must be more than zero");
    grant(accountId, 9_007_199_254_739);
    expect(message(accountId, 2)).toContain("more than the ledger can hold");
    expect(message(accountId, 1)).toBe("");
  });
});

describe("a hold", () => {
  test("is a row until its request ends", () => {
    grant(accountId, 100);
    expect(hold()).toEqual({
      kind: "held",
      amountMicro: 60,
      balanceMicro: 100,
      heldMicro: 60,
    });
    expect(ledger.findRunning("req_1")).toEqual({
      ...CALL,
      requestId: "req_1",
      accountId,
      amountMicro: 60,
      createdAtMs: 13,
    });
    database.write(() => ledger.settle(END));
    expect(ledger.findRunning("req_1")).toBeUndefined();
  });

  test("may be all that is available, or nothing, but not a micro-dollar more", () => {
    grant(accountId, 60);
    expect(hold({ wish: exactly(61) })).toEqual({ kind: "short", balanceMicro: 60, heldMicro: 0 });
    expect(hold()).toMatchObject({ kind: "held", heldMicro: 60 });
    expect(hold({ requestId: "req_2", wish: exactly(0) })).toMatchObject({ kind: "held" });
    expect(hold({ requestId: "req_3", wish: null })).toMatchObject({
      kind: "held",
      amountMicro: 0,
    });
  });

  test("of nobody, or of less than nothing, is a bug", () => {
    grant(accountId, 100);
    expect(() => hold({ accountId: "acct_x" })).toThrow("no account acct_x");
    expect(() => hold({ wish: exactly(-1) })).toThrow();
    expect(() =>
      hold({ wish: { ...exactly(1), outputTokenRate: 0.5, outputTokensMax: 1 } }),
    ).toThrow();
  });
});

describe("an ended request", () => {
  test("is a record and a charge, with what was written off", () => {
    grant(accountId, 100);
    hold();
    expect(database.write(() => ledger.settle(END))).toEqual({
      balanceMicro: 0,
      heldMicro: 0,
      heldByRequestMicro: 60,
      chargedMicro: 100,
      shortfallMicro: 50,
    });
    expect(ledger.findRecord("req_1")).toEqual({
      ...CALL,
      ...TERMS,
      id: "req_1",
      accountId,
      ending: "client_left",
      httpStatus: 499,
      errorCode: "a_code",
      usage: plainUsage(3, 4),
      usageSource: "estimated",
      attempts: 2,
      heldMicro: 60,
      chargedMicro: 100,
      shortfallMicro: 50,
      unbilledMicro: 7,
      providerCostMicro: 9,
      startedAtMs: 14,
      firstEventMs: 15,
      durationMs: 16,
      endedAtMs: 17,
    });
    expect(ledger.history({ accountId, limit: 1, before: null }).entries[0]).toMatchObject({
      kind: "charge",
      amountMicro: -100,
      balanceAfterMicro: 0,
      requestId: "req_1",
      note: null,
      createdAtMs: 17,
    });
  });

  test("that its process did not live to end is abandoned, from its hold's time", () => {
    grant(accountId, 100);
    hold();
    const released = database.write(() => ledger.releaseOrphans({ atMs: 30, isAlone: true }));
    expect(released.map(({ requestId, amountMicro }) => [requestId, amountMicro])).toEqual([
      ["req_1", 60],
    ]);
    expect(ledger.findRecord("req_1")).toEqual({
      ...CALL,
      providerId: null,
      upstreamModel: null,
      priceJson: null,
      id: "req_1",
      accountId,
      ending: "abandoned",
      httpStatus: null,
      errorCode: null,
      usage: null,
      usageSource: "none",
      attempts: 0,
      heldMicro: 60,
      chargedMicro: 0,
      shortfallMicro: 0,
      unbilledMicro: 0,
      providerCostMicro: null,
      startedAtMs: 13,
      firstEventMs: null,
      durationMs: null,
      endedAtMs: 30,
    });
  });

  test("cannot cost less than nothing", () => {
    grant(accountId, 100);
    hold();
    expect(() => database.write(() => ledger.settle({ ...END, costMicro: -1 }))).toThrow(
      "cannot cost less than nothing",
    );
  });
});

describe("a correction", () => {
  const refund = (amountMicro: number | null) =>
    database.write(() => ledger.refund({ requestId: "req_1", amountMicro, note: null, atMs: 20 }));
  const adjust = (amountMicro: number) =>
    database.write(() => ledger.adjust({ accountId, amountMicro, note: "why", atMs: 20 }));

  test("may give back exactly what is left of a charge, and not a micro-dollar more", () => {
    grant(accountId, 200);
    hold();
    database.write(() => ledger.settle({ ...END, costMicro: 50 }));
    expect(refund(20)).toMatchObject({ amountMicro: 20, refundedMicro: 20, balanceMicro: 170 });
    expect(() => refund(31)).toThrow(
      "0.000031 credits are more than is left of the charge of request req_1: 0.000030",
    );
    expect(refund(30)).toMatchObject({ amountMicro: 30, refundedMicro: 50, balanceMicro: 200 });
    expect(() => refund(null)).toThrow("has been refunded already");
  });

  test("may take exactly what is available, and not a micro-dollar more", () => {
    grant(accountId, 100);
    hold();
    expect(() => adjust(-41)).toThrow(
      "0.000041 credits are more than is available: 0.000040 available, 0.000060 held",
    );
    expect(adjust(-40)).toEqual({ balanceMicro: 60, heldMicro: 60 });
  });
});

describe("the history", () => {
  test("is of one account, or of all", () => {
    const otherId = database.write(() => ledger.ensureAccount("other", 1).id);
    grant(accountId, 1);
    grant(otherId, 2);
    grant(accountId, 3);
    const amounts = (of: string | null, before: number | null, limit = 10) => {
      const page = ledger.history({ accountId: of, limit, before });
      return [page.entries.map(({ amountMicro }) => amountMicro), page.nextBefore];
    };
    expect(amounts(null, null)).toEqual([[3, 2, 1], null]);
    expect(amounts(accountId, null)).toEqual([[3, 1], null]);
    expect(amounts(otherId, null)).toEqual([[2], null]);
    expect(amounts(null, 3)).toEqual([[2, 1], null]);
    expect(amounts(null, null, 2)).toEqual([[3, 2], 2]);
    expect(amounts(null, null, 3)).toEqual([[3, 2, 1], null]);
  });
});
