// Helpers of the ledger's tests: a ledger on a real file with one account, and short ways to use it.
import type { Reserve, Settle } from "../../src/ledger/port.ts";
import type { CostOf } from "../../src/ledger/verify/records.ts";
import { plainUsage } from "../../src/metering/estimate.ts";
import { createTestDatabase } from "../support/database.ts";
import { exactly, PLAIN_RESERVE, PLAIN_SETTLE, PLAIN_TERMS } from "../support/holds.ts";
import { createLedger } from "../support/ledger.ts";

/** The price of these tests: one micro-dollar for each input token. */
export const PRICE = "1";
export const usageOf = (micro: number) => plainUsage(micro, 0);
export const costOf: CostOf = (priceJson, usage) => Number(priceJson) * usage.promptTokens;

/** Opens a ledger with the account `team`, which has nothing. */
export function openBooks() {
  const database = createTestDatabase();
  const ledger = createLedger(database);
  const accountId = database.write(() => ledger.ensureAccount("team", 1).id);

  const grant = (amountMicro: number) =>
    database.write(() => ledger.grant({ accountId, amountMicro, note: null, atMs: 2 }));

  const hold = (requestId: string, amountMicro: number, more: Partial<Reserve> = {}) =>
    database.write(() =>
      ledger.reserve({
        ...PLAIN_RESERVE,
        requestId,
        accountId,
        atMs: 3,
        wish: exactly(amountMicro),
        ...more,
      }),
    );

  const end = (requestId: string, costMicro: number, more: Partial<Settle> = {}) =>
    database.write(() =>
      ledger.settle({
        ...PLAIN_SETTLE,
        requestId,
        terms: { ...PLAIN_TERMS, priceJson: PRICE },
        costMicro,
        usage: usageOf(costMicro + (more.unbilledMicro ?? 0)),
        startedAtMs: 3,
        durationMs: 2,
        atMs: 4,
        ...more,
      }),
    );

  /** A request that was charged that much. */
  const charge = (requestId: string, costMicro: number) => {
    hold(requestId, costMicro);
    end(requestId, costMicro);
  };

  const refund = (requestId: string, amountMicro: number | null = null) =>
    database.write(() => ledger.refund({ requestId, amountMicro, note: null, atMs: 5 }));

  const adjust = (amountMicro: number, note = "why") =>
    database.write(() => ledger.adjust({ accountId, amountMicro, note, atMs: 5 }));

  /** Balance and held. */
  const money = () => {
    const account = ledger.findAccount(accountId);
    return [account?.balanceMicro, account?.heldMicro];
  };

  const verified = () => ledger.verify(costOf).discrepancies;

  return {
    database,
    ledger,
    accountId,
    grant,
    hold,
    end,
    charge,
    refund,
    adjust,
    money,
    verified,
  };
}

export type TestBooks = ReturnType<typeof openBooks>;
