// Helpers of the ledger's tests: a ledger on a real file with one account, and short ways to use it.
import type { TokenUsage } from "../../src/base/chat.ts";
import { plainUsage } from "../../src/gateway/estimate.ts";
import type { HoldRequest, RequestEnd } from "../../src/ledger/holds.ts";
import { createLedger } from "../../src/ledger/ledger.ts";
import type { CostOf } from "../../src/ledger/verify-records.ts";
import { createTestDatabase } from "../support/database.ts";

/** The price of these tests: one micro-dollar for each input token. */
export const PRICE = "1";
export const usageOf = (micro: number) => plainUsage(micro, 0);
export const costOf: CostOf = (priceJson, usageJson) =>
  Number(priceJson) * (JSON.parse(usageJson) as TokenUsage).promptTokens;

/** Opens a ledger with the account `team`, which has nothing. */
export function openBooks() {
  const database = createTestDatabase();
  const ledger = createLedger(database);
  const accountId = database.write(() => ledger.ensureAccount("team", 1).id);

  const grant = (amountMicro: number) =>
    database.write(() => ledger.grant({ accountId, amountMicro, note: null, atMs: 2 }));

  const hold = (requestId: string, amountMicro: number, more: Partial<HoldRequest> = {}) =>
    database.write(() =>
      ledger.placeHold({
        requestId,
        accountId,
        keyId: "key_1",
        modelId: "m",
        providerId: "p",
        upstreamModel: "m",
        stream: false,
        priceJson: PRICE,
        atMs: 3,
        size: () => amountMicro,
        ...more,
      }),
    );

  const end = (requestId: string, costMicro: number, more: Partial<RequestEnd> = {}) =>
    database.write(() =>
      ledger.endHold({
        requestId,
        ending: "completed",
        costMicro,
        unbilledMicro: 0,
        providerCostMicro: null,
        httpStatus: 200,
        errorCode: null,
        usage: usageOf(costMicro + (more.unbilledMicro ?? 0)),
        usageSource: "reported",
        startedAtMs: 3,
        firstEventMs: 1,
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
