// The ledger without its port, for tests that arrange and look at the books by hand: synchronous, inside of transactions of their own.
import { newAccountId } from "../../src/base/ids.ts";
import type { Database } from "../../src/db/open.ts";
import type { Account, LedgerCommands, LedgerReads } from "../../src/ledger/port.ts";
import { createLedgerCore } from "../../src/ledger/sqlite/ledger.ts";
import { createReads } from "../../src/ledger/sqlite/reads.ts";
import type { KeyMarks } from "../../src/ledger/sqlite/requests.ts";
import type { CostOf } from "../../src/ledger/verify/records.ts";
import { verifyBooks as proveRows, type VerifyReport } from "../../src/ledger/verify/verify.ts";
import { recordedCost } from "../../src/operator/verify-books.ts";

/** Every method that writes is synchronous and must run inside of `Database.write`. */
export interface Ledger extends LedgerReads, LedgerCommands {
  /** Finds the account of that name or opens it. Writes. */
  ensureAccount(name: string, nowMs: number): Account;
  /** Proves the books; without `costOf`, charges are not held against usage and price. */
  verify(costOf?: CostOf): VerifyReport;
}

const NO_KEYS = { isInUse: () => false, begin() {}, keep() {}, release() {}, releaseUnheld() {} };

/** Prepares all statements once and returns the ledger of this database. */
export function createLedger(database: Database, keys: KeyMarks = NO_KEYS): Ledger {
  const { handlers, memory } = createLedgerCore(database, keys, "this process");
  const next = createLedgerCore(database, keys, "the next process");
  const reads = createReads(database);

  function whole<T>(work: () => T, of = memory): T {
    try {
      const result = work();
      of.flush();
      return result;
    } finally {
      // Its caller may roll back.
      of.ended(false);
    }
  }

  return {
    ...reads,
    reserve: (request) => whole(() => handlers.reserve(request)),
    settle: (end) => whole(() => handlers.settle(end)),
    /** As the process does it that comes after this one. */
    releaseOrphans: (release) => whole(() => next.handlers.releaseOrphans(release), next.memory),
    renewLease: (lease) => whole(() => handlers.renewLease(lease)),
    openAccount: (account) => whole(() => handlers.openAccount(account)),
    ensureAccount(name, nowMs) {
      const found = reads.findAccountByName(name);
      return found ?? whole(() => handlers.openAccount({ id: newAccountId(), name, atMs: nowMs }));
    },
    grant: (grant) => whole(() => handlers.grant(grant)),
    refund: (refund) => whole(() => handlers.refund(refund)),
    adjust: (adjustment) => whole(() => handlers.adjust(adjustment)),
    verify: (costOf) => proveRows(database.sqlite, costOf),
  };
}

/** The whole proof, with the arithmetic that charges. */
export const verifyBooks = (ledger: Ledger): VerifyReport => ledger.verify(recordedCost());
