// Whose holds are: a process that is gone leaves orphans, and one that is alive keeps its own.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { type Database, openDatabase } from "../../src/db/open.ts";
import { createAnswerStore } from "../../src/idempotency/answers.ts";
import { createLedgerCore } from "../../src/ledger/sqlite/ledger.ts";
import { exactly, PLAIN_RESERVE, PLAIN_SETTLE, PLAIN_TERMS } from "../support/holds.ts";
import { openBooks, PRICE, type TestBooks, usageOf } from "./support.ts";

let books: TestBooks;
let connections: Database[];
beforeEach(() => {
  books = openBooks();
  books.grant(100);
  connections = [];
});
afterEach(() => {
  for (const connection of connections) connection.close();
  books.database.remove();
});

/** A process has a connection of its own. */
function processOf(ownerId: string) {
  const { accountId } = books;
  const database = openDatabase(books.database.dataDir, { busyTimeoutMs: 1_000 });
  connections.push(database);
  const { handlers, memory } = createLedgerCore(database, createAnswerStore(database), ownerId);
  const run = <T>(work: () => T): T =>
    database.write(() => {
      memory.begun();
      const done = work();
      memory.flush();
      memory.ended(true);
      return done;
    });
  return {
    hold: (requestId: string) =>
      run(() => handlers.reserve({ ...PLAIN_RESERVE, requestId, accountId, wish: exactly(10) })),
    grant: (amountMicro: number) =>
      run(() => handlers.grant({ accountId, amountMicro, note: null, atMs: 1 })),
    end: (requestId: string) =>
      run(() => {
        const terms = { ...PLAIN_TERMS, priceJson: PRICE };
        return handlers.settle({
          ...{ ...PLAIN_SETTLE, requestId, terms },
          ...{ costMicro: 3, usage: usageOf(3) },
        });
      }),
    renew: (endsAtMs: number) => run(() => handlers.renewLease({ endsAtMs })),
    release: (atMs: number, isAlone: boolean) =>
      run(() => handlers.releaseOrphans({ atMs, isAlone })).map(({ requestId }) => requestId),
  };
}

test("holds are released once the lease of their process is over, and never one's own", () => {
  const first = processOf("first");
  const second = processOf("second");
  first.renew(1_000);
  first.hold("of first");
  second.hold("of second");
  expect(second.release(999, false)).toEqual([]);
  first.renew(2_000);
  expect(second.release(1_500, false)).toEqual([]);
  expect(second.release(2_000, false)).toEqual(["of first"]);
  expect(books.money()).toEqual([100, 10]);
  expect(books.ledger.findRecord("of first")).toMatchObject({ ending: "abandoned", attempts: 0 });
  expect(first.release(2_001, false)).toEqual(["of second"]);
  expect(books.verified()).toEqual([]);
});

test("what another process wrote counts, whatever a process has in memory", () => {
  const first = processOf("first");
  const second = processOf("second");
  expect(first.hold("r1")).toMatchObject({ balanceMicro: 100, heldMicro: 10 });
  expect(second.grant(50)).toEqual({ balanceMicro: 150, heldMicro: 10 });
  expect(second.hold("r2")).toMatchObject({ balanceMicro: 150, heldMicro: 20 });
  expect(first.hold("r3")).toMatchObject({ balanceMicro: 150, heldMicro: 30 });
  expect(second.release(1, true)).toEqual(["r1", "r3"]);
  expect([first.end("r1"), first.end("r3")]).toEqual([null, null]);
  expect(first.end("r2")).toMatchObject({ chargedMicro: 3, balanceMicro: 147, heldMicro: 0 });
  expect(second.end("r2")).toBeNull();
  expect(books.money()).toEqual([147, 0]);
  expect(books.verified()).toEqual([]);
});

test("who is alone has all others' released at once, whatever their lease says", () => {
  const killed = processOf("killed");
  killed.renew(Number.MAX_SAFE_INTEGER);
  killed.hold("left");
  const next = processOf("next");
  next.hold("mine");
  expect(next.release(1, true)).toEqual(["left"]);
  expect(next.release(1, true)).toEqual([]);
  expect(books.money()).toEqual([100, 10]);
});

test("terms of a batch that was rolled back are written anew by the next", () => {
  const { database, accountId, ledger } = books;
  books.hold("r1", 10);
  const end = () =>
    books.end("r1", 5, { terms: { providerId: "new", upstreamModel: "u", priceJson: "1" } });
  expect(() =>
    database.write(() => {
      ledger.settle({
        ...{ requestId: "r1", terms: { providerId: "new", upstreamModel: "u", priceJson: "1" } },
        ...{ attempts: 1, ending: "completed", costMicro: 5, unbilledMicro: 0 },
        ...{ providerCostMicro: null, httpStatus: 200, errorCode: null, usage: null },
        ...{ usageSource: "none", startedAtMs: 1, firstEventMs: null, durationMs: 1, atMs: 1 },
        answer: null,
      });
      throw new Error("rolled back");
    }),
  ).toThrow("rolled back");
  expect(end()).toMatchObject({ chargedMicro: 5 });
  expect(ledger.findRecord("r1")).toMatchObject({ providerId: "new", accountId, priceJson: "1" });
  expect(books.verified()).toEqual([]);
});
