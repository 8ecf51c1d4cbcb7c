// Refunds and adjustments: what the operator may give back and correct, and what is refused with a reason.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { OperatorError } from "../../src/base/operator-error.ts";
import { openBooks, type TestBooks } from "./support.ts";

let books: TestBooks;
beforeEach(() => {
  books = openBooks();
  books.grant(100);
});
afterEach(() => books.database.remove());

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(OperatorError);
    return (error as Error).message;
  }
  throw new Error("it was not refused");
}

describe("a refund", () => {
  test("gives back the whole charge, with an entry of the request's", () => {
    books.charge("r1", 40);
    expect(books.refund("r1")).toEqual({
      accountId: books.accountId,
      amountMicro: 40,
      chargedMicro: 40,
      refundedMicro: 40,
      balanceMicro: 100,
      heldMicro: 0,
    });
    const [entry] = books.ledger.history({ accountId: null, limit: 1, before: null }).entries;
    expect(entry).toMatchObject({ kind: "refund", amountMicro: 40, requestId: "r1" });
    expect(books.ledger.findRecord("r1")).toMatchObject({ chargedMicro: 40 });
    expect(books.verified()).toEqual([]);
  });

  test("may come in parts, which never exceed the charge", () => {
    books.charge("r1", 40);
    books.refund("r1", 15);
    expect(refusal(() => books.refund("r1", 26))).toContain("r1: 0.000025");
    expect(books.refund("r1", 5)).toMatchObject({ refundedMicro: 20 });
    expect(books.refund("r1")).toMatchObject({ amountMicro: 20, refundedMicro: 40 });
    expect(refusal(() => books.refund("r1", 1))).toContain("has been refunded already");
    expect(refusal(() => books.refund("r1"))).toContain("has been refunded already");
    expect(books.money()).toEqual([100, 0]);
    expect(books.verified()).toEqual([]);
  });

  test("counts the refunds of its own request alone", () => {
    books.charge("r1", 40);
    books.charge("r2", 40);
    books.refund("r1");
    expect(books.refund("r2")).toMatchObject({ amountMicro: 40, refundedMicro: 40 });
  });

  test("of an unknown, a running or an uncharged request is refused, and changes nothing", () => {
    books.hold("running", 10);
    books.hold("free", 10);
    books.end("free", 0);
    expect(refusal(() => books.refund("never"))).toBe("there is no request never");
    expect(refusal(() => books.refund("running"))).toContain("still in progress");
    expect(refusal(() => books.refund("free"))).toContain("nothing was charged");
    expect(books.money()).toEqual([100, 10]);
  });

  test.each([0, -1])("of %i is refused", (amountMicro) => {
    books.charge("r1", 40);
    expect(refusal(() => books.refund("r1", amountMicro))).toContain("more than zero");
    expect(books.money()).toEqual([60, 0]);
  });

  test("that would make the balance too large is refused", () => {
    books.charge("r1", 40);
    books.grant(9_007_199_254_740 - 60);
    expect(refusal(() => books.refund("r1"))).toContain("more than the ledger can hold");
  });
});

describe("an adjustment", () => {
  test("goes either way, and keeps its note", () => {
    expect(books.adjust(5)).toEqual({ balanceMicro: 105, heldMicro: 0 });
    expect(books.adjust(-30, "paid twice")).toEqual({ balanceMicro: 75, heldMicro: 0 });
    const [entry] = books.ledger.history({ accountId: null, limit: 1, before: null }).entries;
    expect(entry).toMatchObject({ kind: "adjustment", amountMicro: -30, note: "paid twice" });
    expect(books.verified()).toEqual([]);
  });

  test("takes at most what is available: the refusal names that, and what is held", () => {
    books.hold("r1", 60);
    const message = refusal(() => books.adjust(-41));
    expect(message).toContain("0.000040 available");
    expect(message).toContain("0.000060 held");
    expect(books.money()).toEqual([100, 60]);
    expect(books.adjust(-40)).toEqual({ balanceMicro: 60, heldMicro: 60 });
  });

  test.each([
    ["of zero", 0, "why", "zero"],
    ["without a note", 1, "", "note"],
    ["with a blank note", 1, "  ", "note"],
    ["beyond what can be counted", 9_007_199_254_740, "why", "more than the ledger can hold"],
  ])("%s is refused", (_what, amountMicro, note, reason) => {
    expect(refusal(() => books.adjust(amountMicro, note))).toContain(reason);
    expect(books.money()).toEqual([100, 0]);
  });

  test("of an unknown account is refused", () => {
    const { ledger, database } = books;
    const adjustment = { accountId: "acct_x", amountMicro: 1, note: "why", atMs: 1 };
    expect(refusal(() => database.write(() => ledger.adjust(adjustment)))).toContain("acct_x");
  });
});
