// The ledger: the only code that changes money. Everything else asks it.
import type { Database } from "../db/open.ts";
import { type Account, type Balance, prepareAccounts } from "./accounts.ts";
import {
  type HoldOutcome,
  type HoldRequest,
  type OpenHold,
  prepareHolds,
  type RequestEnd,
  type Settlement,
} from "./holds.ts";
import {
  type Adjustment,
  type Grant,
  prepareOperatorEntries,
  type Refund,
  type Refunded,
} from "./operator-entries.ts";
import {
  type HistoryPage,
  prepareRecords,
  type RecordStatements,
  type RequestRecord,
  type RunningRequest,
} from "./records.ts";
import { type LedgerReport, reportOn } from "./report.ts";
import { type VerifyReport, verifyBooks } from "./verify.ts";
import type { CostOf } from "./verify-records.ts";

/**
 * Every method that writes is synchronous and must run inside a transaction: `Database.write`, or an operation of
 * the commit queue. That is what makes a hold, a settlement or a grant one whole.
 */
export interface Ledger {
  findAccount(id: string): Account | undefined;
  findAccountByName(name: string): Account | undefined;
  listAccounts(): Account[];
  /** Finds the account of that name or opens it. Writes. */
  ensureAccount(name: string, nowMs: number): Account;
  /** Adds credit. Writes. @throws OperatorError when the amount is not positive or the balance would grow too large. */
  grant(grant: Grant): Balance;
  /**
   * Gives back what a request was charged, or a part of it. Writes.
   * @throws OperatorError when it has not ended, was not charged, or less than the amount is left of its charge.
   */
  refund(refund: Refund): Refunded;
  /**
   * Corrects a balance either way, with a reason. Writes.
   * @throws OperatorError when it is zero, has no note, takes more than is available, or makes the balance too large.
   */
  adjust(adjustment: Adjustment): Balance;
  /** Takes a request's deposit. Writes. */
  placeHold(request: HoldRequest): HoldOutcome;
  /** Ends a request exactly once; null when it had ended. Writes. */
  endHold(end: RequestEnd): Settlement | null;
  /** Releases every open deposit of a process that is gone, without a charge, and gives what they were. Writes. */
  releaseAbandoned(nowMs: number): OpenHold[];
  history(options: { accountId: string | null; limit: number; before: number | null }): HistoryPage;
  findRecord(requestId: string): RequestRecord | undefined;
  findRunning(requestId: string): RunningRequest | undefined;
  /** Requests that have ended, the last ones first; `before` is a request's id. */
  findRequests: RecordStatements["findRequests"];
  /** Requests in progress, the last ones first. */
  findAllRunning: RecordStatements["findAllRunning"];
  /** What has been given back of a request's charge. */
  refundedMicro(requestId: string): number;
  /** Sums up the requests that ended and the entries that were written since then; null for all. */
  report(sinceMs: number | null): LedgerReport;
  /** Proves the books; without `costOf`, charges are not held against usage and price. */
  verify(costOf?: CostOf): VerifyReport;
}

/** Prepares all statements once and gives the ledger of this database. */
export function createLedger(database: Database): Ledger {
  const { orm } = database;
  const accounts = prepareAccounts(database);
  const holds = prepareHolds(database, accounts);
  const records = prepareRecords(orm);
  const operator = prepareOperatorEntries(database, accounts, records);

  function releaseAbandoned(nowMs: number): OpenHold[] {
    return holds.open().map((hold) => {
      holds.end({
        requestId: hold.requestId,
        ending: "abandoned",
        costMicro: 0,
        unbilledMicro: 0,
        providerCostMicro: null,
        httpStatus: null,
        errorCode: null,
        usage: null,
        usageSource: "none",
        startedAtMs: hold.createdAtMs,
        firstEventMs: null,
        durationMs: null,
        atMs: nowMs,
      });
      return hold;
    });
  }

  return {
    findAccount: accounts.find,
    findAccountByName: accounts.findByName,
    listAccounts: accounts.list,
    ensureAccount: accounts.ensure,
    grant: operator.grant,
    refund: operator.refund,
    refundedMicro: operator.refundedOf,
    adjust: operator.adjust,
    placeHold: holds.place,
    endHold: holds.end,
    releaseAbandoned,
    history: records.history,
    findRecord: records.findRecord,
    findRunning: records.findRunning,
    findRequests: records.findRequests,
    findAllRunning: records.findAllRunning,
    report: (sinceMs) => reportOn(database.sqlite, sinceMs),
    verify: (costOf) => verifyBooks(database.sqlite, costOf),
  };
}
