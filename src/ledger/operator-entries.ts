// The entries that an operator makes: grants, refunds of what a request was charged, and adjustments.
import { and, eq, sql } from "drizzle-orm";
import { formatCredits, MAX_AMOUNT_MICRO } from "../base/micro.ts";
import { OperatorError } from "../base/operator-error.ts";
import type { Database } from "../db/open.ts";
import { entries } from "../db/tables/money.ts";
import type { Account, AccountStatements, Balance, EntryToPost } from "./accounts.ts";
import type { RecordStatements, RequestRecord } from "./records.ts";

export interface Grant {
  accountId: string;
  amountMicro: number;
  note: string | null;
  atMs: number;
}

export interface Refund {
  requestId: string;
  /** What to give back; null for all that is left of the charge. */
  amountMicro: number | null;
  note: string | null;
  atMs: number;
}

export interface Refunded extends Balance {
  accountId: string;
  /** What was given back now. */
  amountMicro: number;
  chargedMicro: number;
  /** What has been given back of the charge in all. */
  refundedMicro: number;
}

export interface Adjustment {
  accountId: string;
  /** Signed, never zero. */
  amountMicro: number;
  /** Why; a correction without a reason is refused. */
  note: string;
  atMs: number;
}

/** Statements for the operator's entries; each function runs inside a transaction of the caller's. */
export function prepareOperatorEntries(
  { orm }: Database,
  accounts: AccountStatements,
  records: RecordStatements,
) {
  const refunded = orm
    .select({ totalMicro: sql<number>`COALESCE(SUM(${entries.amountMicro}), 0)` })
    .from(entries)
    .where(
      // The kind in the statement's text, since a bound one could not use the index on refunds.
      and(eq(entries.requestId, sql.placeholder("requestId")), sql`${entries.kind} = 'refund'`),
    )
    .prepare();

  function accountOf(id: string): Account {
    const account = accounts.find(id);
    if (account === undefined) throw new OperatorError(`there is no account ${id}`);
    return account;
  }

  function post(
    account: Account,
    entry: Omit<EntryToPost, "accountId" | "balanceAfterMicro">,
  ): Balance {
    const balanceMicro = account.balanceMicro + entry.amountMicro;
    if (balanceMicro > MAX_AMOUNT_MICRO) {
      throw new OperatorError("the balance would be more than the ledger can hold");
    }
    const money = { balanceMicro, heldMicro: account.heldMicro };
    accounts.setMoney(account.id, money);
    accounts.post({ ...entry, accountId: account.id, balanceAfterMicro: balanceMicro });
    return money;
  }

  function grant({ accountId, ...given }: Grant): Balance {
    const account = accountOf(accountId);
    if (given.amountMicro <= 0)
      throw new OperatorError("an amount to grant must be more than zero");
    return post(account, { ...given, kind: "grant", requestId: null });
  }

  const refundedOf = (requestId: string): number => refunded.get({ requestId })?.totalMicro ?? 0;

  function refund({ requestId, note, atMs, ...wish }: Refund): Refunded {
    const record = chargedRecord(records, requestId);
    const { chargedMicro, accountId } = record;
    const beforeMicro = refundedOf(requestId);
    const amountMicro = amountToRefund(requestId, wish.amountMicro, chargedMicro - beforeMicro);
    const money = post(accountOf(accountId), {
      kind: "refund",
      amountMicro,
      requestId,
      note,
      atMs,
    });
    const refundedMicro = beforeMicro + amountMicro;
    return { ...money, accountId, amountMicro, chargedMicro, refundedMicro };
  }

  function adjust({ accountId, ...adjustment }: Adjustment): Balance {
    const account = accountOf(accountId);
    const { amountMicro, note } = adjustment;
    if (amountMicro === 0) throw new OperatorError("an adjustment must not be zero");
    if (note.trim() === "") throw new OperatorError("an adjustment needs a note that says why");
    const availableMicro = account.balanceMicro - account.heldMicro;
    if (-amountMicro > availableMicro) {
      throw new OperatorError(
        `${formatCredits(-amountMicro)} credits are more than is available: ` +
          `${formatCredits(availableMicro)} available, ` +
          `${formatCredits(account.heldMicro)} held by requests in progress`,
      );
    }
    return post(account, { ...adjustment, kind: "adjustment", requestId: null });
  }

  return { grant, refund, adjust, refundedOf };
}

function chargedRecord(records: RecordStatements, requestId: string): RequestRecord {
  const record = records.findRecord(requestId);
  if (record === undefined) {
    const running = records.findRunning(requestId) !== undefined;
    throw new OperatorError(
      running
        ? `request ${requestId} is still in progress: it can be refunded once it has ended`
        : `there is no request ${requestId}`,
    );
  }
  if (record.chargedMicro === 0) {
    throw new OperatorError(`nothing was charged for request ${requestId}`);
  }
  return record;
}

function amountToRefund(requestId: string, wishMicro: number | null, leftMicro: number): number {
  if (leftMicro <= 0) {
    throw new OperatorError(`the whole charge of request ${requestId} has been refunded already`);
  }
  if (wishMicro === null) return leftMicro;
  if (wishMicro <= 0) throw new OperatorError("an amount to refund must be more than zero");
  if (wishMicro <= leftMicro) return wishMicro;
  throw new OperatorError(
    `${formatCredits(wishMicro)} credits are more than is left of the charge of request ` +
      `${requestId}: ${formatCredits(leftMicro)}`,
  );
}
