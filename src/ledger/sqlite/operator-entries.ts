// The operator's accounts and entries on SQLite: opening accounts, grants, refunds and adjustments.
import type { Database as Sqlite } from "bun:sqlite";
import { OperatorError } from "../../base/operator-error.ts";
import type {
  Account,
  Adjustment,
  Entry,
  Grant,
  LedgerCommands,
  LedgerReads,
  Refund,
  Refunded,
} from "../port.ts";
import {
  afterAdjustment,
  afterGrant,
  afterRefund,
  amountToRefund,
  type Balance,
  type Refundable,
} from "../rules.ts";
import type { AccountBook } from "./account-book.ts";

type Reads = Pick<
  LedgerReads,
  "findAccountByName" | "findRecord" | "findRunning" | "refundedMicro"
>;

/** Prepares the statements once; each function belongs into a batch's transaction. */
export function prepareOperatorEntries(
  sqlite: Sqlite,
  book: AccountBook,
  reads: Reads,
): Pick<LedgerCommands, "openAccount" | "grant" | "refund" | "adjust"> {
  const insertAccount = sqlite.prepare<unknown, [string, string, number]>(
    "INSERT INTO accounts (id, name, created_at_ms) VALUES (?, ?, ?)",
  );

  function openAccount({ id, name, atMs }: { id: string; name: string; atMs: number }): Account {
    if (reads.findAccountByName(name) !== undefined) {
      throw new OperatorError(`there is an account "${name}" already`);
    }
    insertAccount.run(id, name, atMs);
    return { id, name, createdAtMs: atMs, balanceMicro: 0, heldMicro: 0 };
  }

  function moneyOf(accountId: string): Balance {
    const money = book.find(accountId);
    if (money === undefined) throw new OperatorError(`there is no account ${accountId}`);
    return money;
  }

  /** Changes an account, and writes the entry that says why. */
  function post(money: Balance, entry: Omit<Entry, "seq" | "balanceAfterMicro">): Balance {
    const { balanceMicro, heldMicro } = money;
    book.post({ ...entry, balanceAfterMicro: balanceMicro });
    book.set(entry.accountId, money);
    return { balanceMicro, heldMicro };
  }

  function grant({ accountId, amountMicro, note, atMs }: Grant): Balance {
    return post(afterGrant(moneyOf(accountId), amountMicro), {
      accountId,
      kind: "grant",
      amountMicro,
      requestId: null,
      note,
      createdAtMs: atMs,
    });
  }

  function refundable(requestId: string): Refundable & { accountId: string } {
    const record = reads.findRecord(requestId);
    const isRunning = record === undefined && reads.findRunning(requestId) !== undefined;
    return {
      requestId,
      accountId: record?.accountId ?? "",
      state: record === undefined ? (isRunning ? "running" : "unknown") : "ended",
      chargedMicro: record?.chargedMicro ?? 0,
      refundedMicro: reads.refundedMicro(requestId),
    };
  }

  function refund({ requestId, note, atMs, ...wish }: Refund): Refunded {
    const request = refundable(requestId);
    const { accountId, chargedMicro } = request;
    const amountMicro = amountToRefund(request, wish.amountMicro);
    const money = post(afterRefund(moneyOf(accountId), amountMicro), {
      accountId,
      kind: "refund",
      amountMicro,
      requestId,
      note,
      createdAtMs: atMs,
    });
    const refundedMicro = request.refundedMicro + amountMicro;
    return { ...money, accountId, amountMicro, chargedMicro, refundedMicro };
  }

  function adjust({ accountId, amountMicro, note, atMs }: Adjustment): Balance {
    return post(afterAdjustment(moneyOf(accountId), amountMicro, note), {
      accountId,
      kind: "adjustment",
      amountMicro,
      requestId: null,
      note,
      createdAtMs: atMs,
    });
  }

  return { openAccount, grant, refund, adjust };
}
