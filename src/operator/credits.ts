// Credits: granting, refunding and correcting them, and where they went.
import type { Entry } from "../ledger/port.ts";
import type { Store } from "../store.ts";
import { accountByName, accountNames } from "./accounts.ts";

export interface GrantWish {
  /** The account's name. */
  account: string;
  /** More than zero. */
  amountMicro: number;
  note: string | null;
}

export interface AdjustWish {
  /** The account's name. */
  account: string;
  /** Signed, never zero. */
  amountMicro: number;
  /** Why. */
  note: string;
}

export interface RefundWish {
  requestId: string;
  /** Null for all that is left of the charge. */
  amountMicro: number | null;
  note: string | null;
}

/** What was refunded, and of what. */
export interface CreditsRefunded {
  /** The account's name. */
  account: string;
  amountMicro: number;
  chargedMicro: number;
  /** What has been given back of the charge in all. */
  refundedMicro: number;
  balanceMicro: number;
}

export interface HistoryWish {
  /** Only this account's; null for all. */
  account: string | null;
  /** Entries on a page. */
  limit: number;
  /** Only entries older than this sequence number; null for the newest. */
  before: number | null;
}

export interface NamedEntry extends Entry {
  /** The account's name. */
  account: string;
}

export interface CreditHistory {
  entries: NamedEntry[];
  /** Give it as `before` for the next page; null on the last one. */
  nextBefore: number | null;
}

/**
 * Adds credits to an account.
 * @returns its new balance
 * @throws OperatorError when there is no such account, or its balance would be too large.
 */
export async function grantCredits(
  { ledger }: Store,
  { account, amountMicro, note }: GrantWish,
): Promise<{ balanceMicro: number }> {
  const { id: accountId } = await accountByName(ledger, account);
  const atMs = Date.now();
  const { balanceMicro } = await ledger.grant({ accountId, amountMicro, note, atMs });
  return { balanceMicro };
}

/**
 * Corrects an account's balance either way, with a reason.
 * @returns its new balance
 * @throws OperatorError when there is no such account, or it would take more than is available.
 */
export async function adjustCredits(
  { ledger }: Store,
  { account, amountMicro, note }: AdjustWish,
): Promise<{ balanceMicro: number }> {
  const { id: accountId } = await accountByName(ledger, account);
  const atMs = Date.now();
  const { balanceMicro } = await ledger.adjust({ accountId, amountMicro, note, atMs });
  return { balanceMicro };
}

/**
 * Gives back what a request was charged, or a part of it.
 * @throws OperatorError when it has not ended, was not charged, or less than the amount is left of its charge.
 */
export async function refundCredits({ ledger }: Store, wish: RefundWish): Promise<CreditsRefunded> {
  const { accountId, ...refunded } = await ledger.refund({ ...wish, atMs: Date.now() });
  const account = (await ledger.findAccount(accountId))?.name ?? accountId;
  const { amountMicro, chargedMicro, refundedMicro, balanceMicro } = refunded;
  return { account, amountMicro, chargedMicro, refundedMicro, balanceMicro };
}

/** Returns a page of the ledger's entries, newest first. @throws OperatorError when there is no such account. */
export async function creditHistory(
  { ledger }: Store,
  { account, limit, before }: HistoryWish,
): Promise<CreditHistory> {
  const names = await accountNames(ledger);
  const accountId = account === null ? null : (await accountByName(ledger, account)).id;
  const page = await ledger.history({ accountId, limit, before });
  const entries = page.entries.map((entry) => ({
    ...entry,
    account: names.get(entry.accountId) ?? entry.accountId,
  }));
  return { entries, nextBefore: page.nextBefore };
}
