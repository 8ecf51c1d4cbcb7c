// The whole proof of the books: the ledger's rules, and each charge recomputed from its usage at its pinned price.

import type { CostOf } from "../ledger/verify/records.ts";
import type { VerifyReport } from "../ledger/verify/verify.ts";
import { costMicro, type PinnedPrice } from "../pricing/cost.ts";
import type { Store } from "../store.ts";

/** Prices that are kept parsed; there are as many as the configuration and the catalogue ever had. */
const MAX_PARSED_PRICES = 1_000;

/** Checks all books in one read transaction, beside a server that is writing. */
export const verifyBooks = (store: Pick<Store, "verify">): Promise<VerifyReport> =>
  store.verify(recordedCost());

/** Reckons what a record cost, with the arithmetic that charged it. */
export function recordedCost(): CostOf {
  const parsed = new Map<string, PinnedPrice>();
  const priceOf = (priceJson: string): PinnedPrice => {
    const known = parsed.get(priceJson);
    if (known !== undefined) return known;
    const price = JSON.parse(priceJson) as PinnedPrice;
    if (parsed.size === MAX_PARSED_PRICES) parsed.clear();
    parsed.set(priceJson, price);
    return price;
  };
  return (priceJson, usage, providerCostMicro) =>
    costMicro(priceOf(priceJson), usage, providerCostMicro);
}
