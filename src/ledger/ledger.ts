// The ledger as commands on the same thread use it: synchronous, inside of a transaction of the caller's.
import { newAccountId } from "../base/ids.ts";
import type { Database } from "../db/open.ts";
import type { Account, LedgerCommands, LedgerReads } from "./port.ts";
import { createLedgerCore } from "./sqlite/ledger.ts";
import { createReads } from "./sqlite/reads.ts";
import type { KeyMarks } from "./sqlite/requests.ts";
import { type VerifyReport, verifyBooks } from "./verify.ts";
import type { CostOf } from "./verify-records.ts";

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
  const { handlers, memory } = createLedgerCore(database, keys);
  const reads = createReads(database);

  function whole<T>(work: () => T): T {
    try {
      const result = work();
      memory.flush();
      return result;
    } finally {
      memory.forget();
    }
  }

  return {
    ...reads,
    reserve: (request) => whole(() => handlers.reserve(request)),
    settle: (end) => whole(() => handlers.settle(end)),
    releaseOrphans: (release) => whole(() => handlers.releaseOrphans(release)),
    openAccount: (account) => whole(() => handlers.openAccount(account)),
    ensureAccount(name, nowMs) {
      const found = reads.findAccountByName(name);
      return found ?? whole(() => handlers.openAccount({ id: newAccountId(), name, atMs: nowMs }));
    },
    grant: (grant) => whole(() => handlers.grant(grant)),
    refund: (refund) => whole(() => handlers.refund(refund)),
    adjust: (adjustment) => whole(() => handlers.adjust(adjustment)),
    verify: (costOf) => verifyBooks(database.sqlite, costOf),
  };
}
