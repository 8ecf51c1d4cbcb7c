// The books as a whole: proving them, and reporting on them.

import type { LedgerReport } from "../ledger/report.ts";
import type { VerifyReport } from "../ledger/verify/verify.ts";
import type { Store } from "../store.ts";
import { verifyBooks as prove } from "./verify-books.ts";

/** Recomputes every invariant of the books, from one state, beside a server that is writing. */
export const verifyBooks = (store: Store): Promise<VerifyReport> => prove(store);

/**
 * Sums up how requests ended, what was written off and what moved the balances.
 * @param sinceMs epoch milliseconds; null for all there is
 */
export const reportOnBooks = ({ ledger }: Store, sinceMs: number | null): Promise<LedgerReport> =>
  ledger.report(sinceMs);

/** The names of the accounts that are off, each once, as far as they are listed. */
export function offAccounts({ discrepancies, discrepanciesNotListed }: VerifyReport): string {
  const names = [...new Set(discrepancies.map(({ accountName }) => accountName))].join(", ");
  return discrepanciesNotListed === 0 ? names : `${names}, and perhaps more`;
}
