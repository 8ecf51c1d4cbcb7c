// Requests for tests that arrange the books by hand: a hold of an exact amount, and a plain end.
import type { Reserve, Settle, Terms } from "../../src/ledger/port.ts";
import type { HoldWish } from "../../src/ledger/rules.ts";

/** A wish that holds exactly that much, or is refused. */
export const exactly = (amountMicro: number): HoldWish => ({
  inputTokenRates: amountMicro * 1_000_000,
  outputTokenRate: 0,
  markupBasisPoints: 0,
  outputTokensMax: 0,
  limitedByClient: true,
  floorOutputTokens: 0,
  defaultOutputShare: 8,
});

/** A request without an idempotency key, but for its id, account and wish. */
export const PLAIN_RESERVE: Omit<Reserve, "requestId" | "accountId" | "wish"> = {
  keyId: "key_1",
  modelId: "m",
  stream: false,
  atMs: 1,
  keyed: null,
};

export const PLAIN_TERMS: Terms = { providerId: "p", upstreamModel: "m", priceJson: null };

/** The end of a request that was answered, but for its id, its cost and its usage. */
export const PLAIN_SETTLE: Omit<Settle, "requestId" | "costMicro" | "usage"> = {
  terms: PLAIN_TERMS,
  ending: "completed",
  unbilledMicro: 0,
  providerCostMicro: null,
  httpStatus: 200,
  errorCode: null,
  usageSource: "reported",
  attempts: 1,
  startedAtMs: 1,
  firstEventMs: 1,
  durationMs: 1,
  atMs: 1,
  answer: null,
};
