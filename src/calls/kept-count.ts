// How many answers are kept: counted once at start and after each tidying, and counted on in between.
import type { KeptTotals } from "../idempotency/answers.ts";
import type { LedgerPort } from "../ledger/port.ts";

export interface KeptCount {
  /** The last count and all that has come since: never less than what is there. */
  totals(): KeptTotals;
  /** Takes a fresh count. */
  recounted(totals: KeptTotals): void;
  /** The ledger, with what it begins and keeps counted. */
  counting(ledger: LedgerPort): LedgerPort;
}

export function createKeptCount(first: KeptTotals): KeptCount {
  let totals = { ...first };
  return {
    totals: () => totals,
    recounted(fresh) {
      totals = { ...fresh };
    },
    counting: (ledger) => ({
      ...ledger,
      reserve(request) {
        if (request.keyed !== null) totals.count++;
        return ledger.reserve(request);
      },
      settle(end) {
        const { answer } = end;
        if (answer !== null && answer !== "free" && answer.body !== null) {
          totals.bytes += Buffer.byteLength(answer.body);
        }
        return ledger.settle(end);
      },
    }),
  };
}
