// The ledger: the only code that changes money. Everything else asks it.
import { MAX_AMOUNT_MICRO } from "../base/micro.ts";
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
  type HistoryPage,
  prepareRecords,
  type RequestRecord,
  type RunningRequest,
} from "./records.ts";
import { type VerifyReport, verifyBooks } from "./verify.ts";

/** A rule of the books that a caller broke; the message is meant for the operator. */
export class LedgerError extends Error {
  override readonly name = "LedgerError";
}

export interface Grant {
  accountId: string;
  amountMicro: number;
  note: string | null;
  atMs: number;
}

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
  /** Adds credit. Writes. @throws LedgerError when the amount is not positive or the balance would grow too large. */
  grant(grant: Grant): Balance;
  /** Takes a request's deposit. Writes. */
  placeHold(request: HoldRequest): HoldOutcome;
  /** Ends a request exactly once; null when it had ended. Writes. */
  endHold(end: RequestEnd): Settlement | null;
  /** Releases every open deposit of a process that is gone, without a charge, and gives what they were. Writes. */
  releaseAbandoned(nowMs: number): OpenHold[];
  history(options: { accountId: string | null; limit: number; before: number | null }): HistoryPage;
  findRecord(requestId: string): RequestRecord | undefined;
  findRunning(requestId: string): RunningRequest | undefined;
  verify(): VerifyReport;
}

/** Prepares all statements once and gives the ledger of this database. */
export function createLedger(database: Database): Ledger {
  const { orm } = database;
  const accounts = prepareAccounts(database);
  const holds = prepareHolds(database, accounts);
  const records = prepareRecords(orm);

  function grant({ accountId, amountMicro, note, atMs }: Grant): Balance {
    const account = accounts.find(accountId);
    if (account === undefined) throw new LedgerError(`there is no account ${accountId}`);
    if (amountMicro <= 0) throw new LedgerError("an amount to grant must be more than zero");
    const balanceMicro = account.balanceMicro + amountMicro;
    if (balanceMicro > MAX_AMOUNT_MICRO) {
      throw new LedgerError("the balance would be more than the ledger can hold");
    }
    const money = { balanceMicro, heldMicro: account.heldMicro };
    accounts.setMoney(accountId, money);
    accounts.post({
      accountId,
      kind: "grant",
      amountMicro,
      balanceAfterMicro: balanceMicro,
      requestId: null,
      note,
      atMs,
    });
    return money;
  }

  function releaseAbandoned(nowMs: number): OpenHold[] {
    return holds.open().map((hold) => {
      holds.end({
        requestId: hold.requestId,
        ending: "abandoned",
        costMicro: 0,
        unbilledMicro: 0,
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
    grant,
    placeHold: holds.place,
    endHold: holds.end,
    releaseAbandoned,
    history: records.history,
    findRecord: records.findRecord,
    findRunning: records.findRunning,
    verify: () => verifyBooks(orm),
  };
}
