// The operator's report: what it counts, from when, and that verify says the same.
import { expect, setDefaultTimeout, test } from "bun:test";
import { createTestDatabase } from "../support/database.ts";
import { fillBooks } from "../support/fill-books.ts";
import { createLedger } from "../support/ledger.ts";
import { openBooks } from "./support.ts";

setDefaultTimeout(60_000);

test("counts what ended and what was written, from the moment on", () => {
  const books = openBooks();
  try {
    // Entries and endings of these are at 2 to 5 ms; the rest is later.
    books.grant(100);
    books.charge("early", 7);
    books.refund("early", 2);
    books.adjust(-1);
    const later = { atMs: 10 };
    books.hold("capped", 20);
    books.end("capped", 20, { ...later, unbilledMicro: 10, usageSource: "estimated" });
    books.hold("short", 10);
    books.end("short", 200, later);
    books.hold("killed", 0);
    books.database.write(() => books.ledger.releaseOrphans({ atMs: 11, isAlone: true }));
    const report = books.ledger.report(10);
    expect(report).toMatchObject({
      sinceMs: 10,
      ended: { requests: 3, amountMicro: 20 + 74 },
      estimated: { requests: 1, amountMicro: 20 },
      shortfall: { requests: 1, amountMicro: 126 },
      unbilled: { requests: 1, amountMicro: 10 },
      writtenOffMicro: 136,
      abandoned: { requests: 1, amountMicro: 0 },
      grantedMicro: 0,
      chargedMicro: 94,
      refundedMicro: 0,
      adjustedUpMicro: 0,
      adjustedDownMicro: 0,
      netMicro: -94,
    });
    expect(report.endings.filter(({ requests }) => requests > 0)).toEqual([
      { ending: "completed", requests: 2, amountMicro: 94 },
      { ending: "abandoned", requests: 1, amountMicro: 0 },
    ]);
    expect(books.ledger.report(5)).toMatchObject({ refundedMicro: 2, adjustedDownMicro: 1 });
    expect(books.ledger.report(null)).toMatchObject({ grantedMicro: 100, netMicro: 0 });
    expect(books.ledger.report(12)).toMatchObject({ ended: { requests: 0 }, netMicro: 0 });
  } finally {
    books.database.remove();
  }
});

test("of everything says what verify says", () => {
  const database = createTestDatabase();
  try {
    fillBooks(database, { requests: 5_000, accounts: 20 });
    const ledger = createLedger(database);
    const report = ledger.report(null);
    const verified = ledger.verify();
    const { endings, ended } = report;
    expect(ended).toEqual({ requests: verified.requests, amountMicro: verified.chargedMicro });
    expect(endings.reduce((sum, { requests }) => sum + requests, 0)).toBe(verified.requests);
    expect(endings.reduce((sum, { amountMicro }) => sum + amountMicro, 0)).toBe(
      verified.chargedMicro,
    );
    expect(report).toMatchObject({
      grantedMicro: verified.grantedMicro,
      chargedMicro: verified.chargedMicro,
      refundedMicro: verified.refundedMicro,
      netMicro: verified.balanceMicro,
      shortfall: { amountMicro: verified.shortfallMicro },
      unbilled: { amountMicro: verified.unbilledMicro },
      writtenOffMicro: verified.shortfallMicro + verified.unbilledMicro,
    });
    expect(report.adjustedUpMicro - report.adjustedDownMicro).toBe(verified.adjustedMicro);
    for (const { requests, amountMicro } of [
      report.estimated,
      report.shortfall,
      report.unbilled,
      report.abandoned,
    ]) {
      expect(requests).toBeGreaterThan(0);
      expect(amountMicro).toBeGreaterThan(0);
    }
  } finally {
    database.remove();
  }
});
