// Any sequence of grants, holds, settlements, refunds, adjustments and restarts leaves the books balanced: a model beside the ledger.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { OperatorError } from "../../src/base/operator-error.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { exactly, PLAIN_RESERVE, PLAIN_SETTLE, PLAIN_TERMS } from "../support/holds.ts";
import { createLedger, type Ledger } from "../support/ledger.ts";
import { costOf, PRICE, usageOf } from "./support.ts";

/** The books as a child would keep them. */
interface Model {
  balance: number;
  holds: Map<string, number>;
  shortfall: number;
  unbilled: number;
  /** What is left to refund of each charge. */
  charges: Map<string, number>;
}

interface Real {
  database: TestDatabase;
  ledger: Ledger;
  accountId: string;
}

type Command = fc.Command<Model, Real>;

const heldOf = (model: Model) => [...model.holds.values()].reduce((sum, one) => sum + one, 0);

function check(model: Model, { ledger, accountId }: Real): void {
  const account = ledger.findAccount(accountId);
  expect(account?.balanceMicro).toBe(model.balance);
  expect(account?.heldMicro).toBe(heldOf(model));
  expect(model.balance).toBeGreaterThanOrEqual(heldOf(model));
}

class Grant implements Command {
  readonly amountMicro: number;
  constructor(amountMicro: number) {
    this.amountMicro = amountMicro;
  }
  check = () => true;
  run(model: Model, real: Real): void {
    const { database, ledger, accountId } = real;
    const { amountMicro } = this;
    database.write(() => ledger.grant({ accountId, amountMicro, note: null, atMs: 1 }));
    model.balance += amountMicro;
    check(model, real);
  }
  toString = () => `grant(${this.amountMicro})`;
}

class Hold implements Command {
  readonly id: number;
  readonly amountMicro: number;
  constructor(id: number, amountMicro: number) {
    this.id = id;
    this.amountMicro = amountMicro;
  }
  check = (model: Readonly<Model>) => !model.holds.has(`r${this.id}`);
  run(model: Model, real: Real): void {
    const { database, ledger, accountId } = real;
    const requestId = `r${this.id}`;
    if (ledger.findRecord(requestId) !== undefined) return;
    const fits = model.balance - heldOf(model) >= this.amountMicro;
    const wish = exactly(this.amountMicro);
    const reserved = database.write(() =>
      ledger.reserve({ ...PLAIN_RESERVE, requestId, accountId, wish }),
    );
    expect(reserved.kind).toBe(fits ? "held" : "short");
    if (fits) model.holds.set(requestId, this.amountMicro);
    check(model, real);
  }
  toString = () => `hold(${this.id}, ${this.amountMicro})`;
}

class End implements Command {
  readonly id: number;
  readonly costMicro: number;
  /** An estimate is charged at most the hold. */
  readonly isEstimate: boolean;
  constructor(id: number, costMicro: number, isEstimate: boolean) {
    this.id = id;
    this.costMicro = costMicro;
    this.isEstimate = isEstimate;
  }
  check = () => true;
  run(model: Model, real: Real): void {
    const { database, ledger } = real;
    const requestId = `r${this.id}`;
    const most = this.isEstimate ? (model.holds.get(requestId) ?? 0) : this.costMicro;
    const billed = Math.min(this.costMicro, most);
    const settled = database.write(() =>
      ledger.settle({
        ...PLAIN_SETTLE,
        requestId,
        terms: { ...PLAIN_TERMS, priceJson: PRICE },
        costMicro: billed,
        unbilledMicro: this.costMicro - billed,
        usage: usageOf(this.costMicro),
        usageSource: this.isEstimate ? "estimated" : "reported",
      }),
    );
    if (!model.holds.delete(requestId)) {
      expect(settled).toBeNull();
      return;
    }
    const charged = Math.min(billed, model.balance - heldOf(model));
    expect(settled?.chargedMicro).toBe(charged);
    model.balance -= charged;
    model.shortfall += billed - charged;
    model.unbilled += this.costMicro - billed;
    model.charges.set(requestId, charged);
    check(model, real);
  }
  toString = () => `end(${this.id}, ${this.costMicro}${this.isEstimate ? ", estimated" : ""})`;
}

class Refund implements Command {
  readonly id: number;
  /** Null for all that is left. */
  readonly amountMicro: number | null;
  constructor(id: number, amountMicro: number | null) {
    this.id = id;
    this.amountMicro = amountMicro;
  }
  check = () => true;
  run(model: Model, real: Real): void {
    const { database, ledger } = real;
    const requestId = `r${this.id}`;
    const refund = () => {
      const wish = { requestId, amountMicro: this.amountMicro, note: null, atMs: 1 };
      return database.write(() => ledger.refund(wish));
    };
    const left = model.charges.get(requestId) ?? 0;
    const amount = this.amountMicro ?? left;
    if (left === 0 || amount > left) {
      expect(refund).toThrow(OperatorError);
    } else {
      expect(refund().amountMicro).toBe(amount);
      model.balance += amount;
      model.charges.set(requestId, left - amount);
    }
    check(model, real);
  }
  toString = () => `refund(${this.id}, ${this.amountMicro})`;
}

class Adjust implements Command {
  readonly amountMicro: number;
  constructor(amountMicro: number) {
    this.amountMicro = amountMicro;
  }
  check = () => true;
  run(model: Model, real: Real): void {
    const { database, ledger, accountId } = real;
    const { amountMicro } = this;
    const adjust = () =>
      database.write(() => ledger.adjust({ accountId, amountMicro, note: "why", atMs: 1 }));
    const available = model.balance - heldOf(model);
    if (amountMicro === 0 || available + amountMicro < 0) {
      expect(adjust).toThrow(OperatorError);
    } else {
      model.balance += amountMicro;
      expect(adjust().balanceMicro).toBe(model.balance);
    }
    check(model, real);
  }
  toString = () => `adjust(${this.amountMicro})`;
}

class Restart implements Command {
  check = () => true;
  run(model: Model, real: Real): void {
    real.ledger = createLedger(real.database);
    const released = real.database.write(() =>
      real.ledger.releaseOrphans({ atMs: 1, isAlone: true }),
    );
    const ids = released.map(({ requestId }) => requestId);
    expect(ids.sort()).toEqual([...model.holds.keys()].sort());
    model.holds.clear();
    check(model, real);
  }
  toString = () => "restart()";
}

const id = fc.integer({ min: 1, max: 8 });
const amount = fc.integer({ min: 0, max: 1000 });
const commands = fc.commands(
  [
    fc.integer({ min: 1, max: 2000 }).map((micro) => new Grant(micro)),
    fc.tuple(id, amount).map(([request, micro]) => new Hold(request, micro)),
    fc.tuple(id, amount).map(([request, micro]) => new Hold(request, micro)),
    fc
      .tuple(id, amount, fc.boolean())
      .map(([request, micro, isEstimate]) => new End(request, micro, isEstimate)),
    fc
      .tuple(id, fc.option(fc.integer({ min: 1, max: 600 })))
      .map(([request, micro]) => new Refund(request, micro)),
    fc.integer({ min: -1000, max: 1000 }).map((micro) => new Adjust(micro)),
    fc.constant(new Restart()),
  ],
  { maxCommands: 50 },
);

test("the ledger and a plain model agree after every step", () => {
  fc.assert(
    fc.property(commands, (steps) => {
      const database = createTestDatabase();
      // Durability is not what this test is about, and thousands of disk flushes are slow.
      database.sqlite.run("PRAGMA synchronous = OFF");
      try {
        const ledger = createLedger(database);
        const accountId = database.write(() => ledger.ensureAccount("team", 1).id);
        const model: Model = {
          balance: 0,
          holds: new Map(),
          shortfall: 0,
          unbilled: 0,
          charges: new Map(),
        };
        const real: Real = { database, ledger, accountId };
        fc.modelRun(() => ({ model, real }), steps);
        const report = real.ledger.verify(costOf);
        expect(report.discrepancies).toEqual([]);
        expect(report.shortfallMicro).toBe(model.shortfall);
        expect(report.unbilledMicro).toBe(model.unbilled);
        expect(report.balanceMicro).toBe(model.balance);
        const { grantedMicro, refundedMicro, adjustedMicro, chargedMicro } = report;
        expect(grantedMicro + refundedMicro + adjustedMicro - chargedMicro).toBe(model.balance);
      } finally {
        database.remove();
      }
    }),
    { numRuns: 60 },
  );
});
