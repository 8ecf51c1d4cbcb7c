// The ledger's port: what moves money and what is known of it, as plain data that may cross a thread, a process or a
// network. No callback goes in or out.
import type { TokenUsage } from "../base/chat.ts";
import type { Later } from "../base/later.ts";
import type { Ending, UsageSource } from "./ending.ts";
import type { LedgerReport } from "./report.ts";
import type { Balance, HoldWish, Settlement } from "./rules.ts";

export interface Account extends Balance {
  id: string;
  name: string;
  createdAtMs: number;
}

/** A client's idempotency key, as it must be free for a request to be held. */
export interface KeyToBegin {
  /** SHA-256 in hex. */
  keyHash: string;
  /** SHA-256 of the request's body in hex. */
  bodyHash: string;
  /** The key's earlier use counts when it began between these moments, in epoch milliseconds. */
  afterMs: number;
  beforeMs: number;
}

/** A request that asks for its hold. */
export interface Reserve {
  requestId: string;
  accountId: string;
  keyId: string;
  modelId: string;
  stream: boolean;
  /** Epoch milliseconds. */
  atMs: number;
  /** Null for a free model: its hold is 0, and marks the request as one in progress. */
  wish: HoldWish | null;
  /** Null without an idempotency key. */
  keyed: KeyToBegin | null;
}

export type Reserved =
  | ({ kind: "held"; amountMicro: number } & Balance)
  /** Too little is available. */
  | ({ kind: "short" } & Balance)
  /** Another request has the idempotency key. */
  | { kind: "key_in_use" };

/** Where a request went, and at what price: of the candidate that answered, or was tried last. */
export interface Terms {
  providerId: string;
  upstreamModel: string;
  /** The pinned price as JSON; null for a free model. */
  priceJson: string | null;
}

/** What is kept of a whole answer for a request that comes again. */
export interface AnswerToKeep {
  /** Without its usage and what it cost, which are in the record. Null when it is too long: then only that there was one. */
  body: string | null;
  /** What the caller was told of fields that were left out; null for none. */
  ignored: string | null;
}

/** How a request ended, for its charge and its record. */
export interface Settle {
  requestId: string;
  terms: Terms | null;
  /** How often a provider was called for it. */
  attempts: number;
  ending: Ending;
  /** What is to be paid, already rounded up to a whole micro-dollar. */
  costMicro: number;
  /** What an estimate came to beyond that, because it may not exceed the hold; for the operator's report. */
  unbilledMicro: number;
  /** What the provider said that it cost, before any markup, where that is the basis of the cost; else null. */
  providerCostMicro: number | null;
  httpStatus: number | null;
  errorCode: string | null;
  usage: TokenUsage | null;
  usageSource: UsageSource;
  startedAtMs: number;
  firstEventMs: number | null;
  durationMs: number | null;
  /** Epoch milliseconds. */
  atMs: number;
  /** What becomes of the idempotency key: it has its answer, or is free again. Null without one. */
  answer: AnswerToKeep | "free" | null;
}

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

/** Which holds are released: those of all other processes, or only of those whose lease is over. */
export interface Release {
  atMs: number;
  /** Only one process at a time has the store, and this one has it: all others are gone. */
  isAlone: boolean;
}

/** A hold that is open, and the request that has it. */
export interface OpenHold {
  requestId: string;
  accountId: string;
  keyId: string;
  amountMicro: number;
  modelId: string;
  stream: boolean;
  createdAtMs: number;
}

/** A request that has ended, as it is in the books. */
export interface RequestRecord {
  id: string;
  accountId: string;
  keyId: string;
  modelId: string;
  /** Where it went; null for a request that was abandoned, whose server could not say. */
  providerId: string | null;
  upstreamModel: string | null;
  stream: boolean;
  ending: string;
  httpStatus: number | null;
  errorCode: string | null;
  /** Null where nothing was used. */
  usage: TokenUsage | null;
  usageSource: UsageSource;
  /** How often a provider was called for it. */
  attempts: number;
  priceJson: string | null;
  heldMicro: number;
  /** What was taken from the balance. */
  chargedMicro: number;
  /** What it cost beyond what the account could pay; written off. */
  shortfallMicro: number;
  /** What an estimate came to beyond the hold; never charged. */
  unbilledMicro: number;
  providerCostMicro: number | null;
  startedAtMs: number;
  /** From arrival to the provider's first event. */
  firstEventMs: number | null;
  durationMs: number | null;
  endedAtMs: number;
}

export interface Entry {
  seq: number;
  accountId: string;
  kind: "grant" | "charge" | "refund" | "adjustment";
  /** Signed: what comes in is positive, what goes out negative. */
  amountMicro: number;
  balanceAfterMicro: number;
  requestId: string | null;
  note: string | null;
  createdAtMs: number;
}

export interface HistoryPage {
  entries: Entry[];
  /** Give it as `before` for the next page; null on the last one. */
  nextBefore: number | null;
}

/** Which requests are looked for; null matches all. */
export interface RequestFilter {
  accountId: string | null;
  keyId: string | null;
  /** As it was asked for, or as its provider calls it. */
  model: string | null;
  providerId: string | null;
  ending: Ending | null;
  /** Epoch milliseconds: those that arrived then or later. */
  sinceMs: number | null;
}

export interface RequestPage {
  requests: RequestRecord[];
  /** Give it as `before` for the next page; null on the last one. */
  nextBefore: string | null;
}

/** What asks the books, and changes nothing. */
export interface LedgerReads {
  findAccount(id: string): Account | undefined;
  findAccountByName(name: string): Account | undefined;
  listAccounts(): Account[];
  history(options: { accountId: string | null; limit: number; before: number | null }): HistoryPage;
  findRecord(requestId: string): RequestRecord | undefined;
  findRunning(requestId: string): OpenHold | undefined;
  /** Requests that have ended, the last ones first; `before` is a request's id. */
  findRequests(filter: RequestFilter, page: { limit: number; before: string | null }): RequestPage;
  /** Requests in progress, the last ones first; none when a provider is asked for, since theirs is not settled. */
  findAllRunning(filter: Omit<RequestFilter, "ending">, limit: number): OpenHold[];
  /** What has been given back of a request's charge. */
  refundedMicro(requestId: string): number;
  /** Sums up the requests that ended and the entries that were written since then; null for all. */
  report(sinceMs: number | null): LedgerReport;
}

/** What changes the books: what each takes, and what comes of it. */
export type LedgerCommands = {
  /** Takes a request's hold, and its idempotency key with it. */
  reserve: (request: Reserve) => Reserved;
  /** Ends a request exactly once; null when it had ended. */
  settle: (end: Settle) => Settlement | null;
  /** Opens an account of that name. @throws OperatorError when there is one. */
  openAccount: (account: { id: string; name: string; atMs: number }) => Account;
  /** Adds credit. @throws OperatorError when the amount is not positive or the balance would grow too large. */
  grant: (grant: Grant) => Balance;
  /**
   * Gives back what a request was charged, or a part of it.
   * @throws OperatorError when it has not ended, was not charged, or less than the amount is left of its charge.
   */
  refund: (refund: Refund) => Refunded;
  /**
   * Corrects a balance either way, with a reason.
   * @throws OperatorError when it is zero, has no note, takes more than is available, or makes the balance too large.
   */
  adjust: (adjustment: Adjustment) => Balance;
  /** Releases the holds of processes that are gone, without a charge, and says what they were. */
  releaseOrphans: (release: Release) => OpenHold[];
  /** Says that this process is alive, at least until then. */
  renewLease: (lease: { endsAtMs: number }) => void;
};

/**
 * The ledger as everything else asks it. What a command writes is on the disk before it resolves. A command rejects with
 * OperatorError for a rule that it breaks, and with an ApiError 503 when the store cannot take it.
 */
export type LedgerPort = {
  [K in keyof LedgerCommands]: Later<LedgerCommands[K]>;
} & {
  [K in keyof LedgerReads]: Later<LedgerReads[K]>;
};
