// Proves the books from the rows alone: one read transaction, a pass over each table, and the rules between them.
import type { Database as Sqlite } from "bun:sqlite";
import { createFindings, type Discrepancy } from "../findings.ts";
import { checkAccounts, passEntries, readAccounts } from "./entries.ts";
import { checkLinks } from "./links.ts";
import { type CostOf, passRecords } from "./records.ts";

export interface VerifyReport {
  accounts: number;
  entries: number;
  requests: number;
  openHolds: number;
  grantedMicro: number;
  chargedMicro: number;
  refundedMicro: number;
  /** Adjustments up less adjustments down. */
  adjustedMicro: number;
  balanceMicro: number;
  heldMicro: number;
  /** Cost beyond what accounts could pay. */
  shortfallMicro: number;
  /** What estimates came to beyond their holds. */
  unbilledMicro: number;
  discrepancies: Discrepancy[];
  /** Found beyond the limit for each rule, and not listed. */
  discrepanciesNotListed: number;
}

/**
 * Checks all books. Everything is read in one transaction and so from one state, beside a server that is writing.
 * @param costOf recomputes a request's cost; without it, charges are not held against usage and price.
 */
export function verifyBooks(sqlite: Sqlite, costOf?: CostOf): VerifyReport {
  const readOneState = sqlite.transaction(() => {
    const accounts = readAccounts(sqlite);
    const findings = createFindings((id) => accounts.get(id)?.name);
    const entries = passEntries(sqlite, accounts, findings);
    const records = passRecords(sqlite, { hasAccount: (id) => accounts.has(id), findings, costOf });
    const totals = checkAccounts(accounts, findings);
    checkLinks(sqlite, findings);
    return {
      accounts: accounts.size,
      ...totals,
      ...entries,
      ...records,
      discrepancies: findings.listed(),
      discrepanciesNotListed: findings.notListed(),
    };
  });
  return readOneState.deferred();
}
