// Holds and settlements on SQLite: each request's hold is taken before it goes upstream, and ended once.
import type { SQLQueryBindings, Database as Sqlite } from "bun:sqlite";
import type {
  AnswerToKeep,
  KeyToBegin,
  LedgerCommands,
  OpenHold,
  Release,
  Reserve,
  Settle,
} from "../port.ts";
import { assertCost, endHold, type Settlement, takeHold } from "../rules.ts";
import type { AccountBook } from "./account-book.ts";
import type { HoldBook, OwnHold } from "./hold-book.ts";
import type { TermsBook } from "./terms-book.ts";
import { writeUsage } from "./usage-text.ts";

/** The idempotency keys of requests, kept in the transactions of their holds and settlements. */
export interface KeyMarks {
  /** Whether a request has the key. */
  isInUse(accountId: string, key: KeyToBegin): boolean;
  /** Marks the key as that of a request in progress. */
  begin(accountId: string, key: KeyToBegin, requestId: string, nowMs: number): void;
  /** Keeps the answer. */
  keep(requestId: string, answer: AnswerToKeep, nowMs: number): void;
  /** Frees the key of a request that has no whole answer. */
  release(requestId: string): void;
  /** Frees the keys in progress of requests that have no hold. */
  releaseUnheld(): void;
}

export interface RequestParts {
  book: AccountBook;
  terms: TermsBook;
  holds: HoldBook;
  keys: KeyMarks;
  /** The process that these holds are of. */
  ownerId: string;
}

/** Prepares the statements once; each function belongs into a batch's transaction. */
export function prepareRequests(
  sqlite: Sqlite,
  { book, terms, holds, keys, ownerId }: RequestParts,
): Pick<LedgerCommands, "reserve" | "settle" | "releaseOrphans" | "renewLease"> {
  const orphans = sqlite.prepare<Omit<OpenHold, "stream"> & { stream: number }, SQLQueryBindings[]>(
    `SELECT request_id AS requestId, account_id AS accountId, key_id AS keyId, amount_micro AS amountMicro,
      model_id AS modelId, stream, created_at_ms AS createdAtMs FROM holds
    WHERE owner_id <> ?1
      AND (?2 OR owner_id NOT IN (SELECT id FROM owners WHERE lease_ends_at_ms > ?3))`,
  );
  const forgetOwners = sqlite.prepare<unknown, SQLQueryBindings[]>(
    "DELETE FROM owners WHERE id <> ?1 AND (?2 OR lease_ends_at_ms <= ?3)",
  );
  const putLease = sqlite.prepare<unknown, [string, number]>(
    `INSERT INTO owners (id, lease_ends_at_ms) VALUES (?1, ?2)
      ON CONFLICT (id) DO UPDATE SET lease_ends_at_ms = ?2`,
  );
  const insertRecord = sqlite.prepare(
    `INSERT INTO records (id, terms_id, stream, ending, http_status, error_code, usage, usage_source, attempts,
        held_micro, charged_micro, shortfall_micro, unbilled_micro, provider_cost_micro,
        started_at_ms, first_event_ms, duration_ms, ended_at_ms)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );

  function accountOf(accountId: string) {
    const account = book.find(accountId);
    if (account === undefined) throw new Error(`no account ${accountId}`);
    return account;
  }

  function reserve(request: Reserve) {
    const { requestId, accountId, keyId, keyed, modelId, stream } = request;
    // A duplicate may have come first since it was looked for, even in the same batch.
    if (keyed !== null && keys.isInUse(accountId, keyed)) return { kind: "key_in_use" } as const;
    const account = accountOf(accountId);
    const held = takeHold(account, request.wish);
    if (held === null) {
      const { balanceMicro, heldMicro } = account;
      return { kind: "short", balanceMicro, heldMicro } as const;
    }
    const { amountMicro, balanceMicro, heldMicro } = held;
    holds.take(requestId, { accountId, keyId, amountMicro, modelId, stream }, request.atMs);
    book.set(accountId, held);
    if (keyed !== null) keys.begin(accountId, keyed, requestId, request.atMs);
    return { kind: "held", amountMicro, balanceMicro, heldMicro } as const;
  }

  function settle(end: Settle): Settlement | null {
    assertCost(end.costMicro);
    const { requestId, atMs, answer } = end;
    const hold = holds.end(requestId);
    if (hold === undefined) return null;
    const { accountId, amountMicro } = hold;
    const settlement = endHold(accountOf(accountId), amountMicro, end.costMicro);
    const { balanceMicro, chargedMicro } = settlement;
    book.set(accountId, settlement);
    if (chargedMicro > 0) {
      book.post({
        accountId,
        kind: "charge",
        amountMicro: -chargedMicro,
        balanceAfterMicro: balanceMicro,
        requestId,
        note: null,
        createdAtMs: atMs,
      });
    }
    record(end, hold, settlement);
    if (answer === "free") keys.release(requestId);
    else if (answer !== null) keys.keep(requestId, answer, atMs);
    return settlement;
  }

  function record(end: Settle, hold: OwnHold, { chargedMicro, shortfallMicro }: Settlement): void {
    insertRecord.run(
      end.requestId,
      terms.idOf(hold, end.terms),
      hold.stream,
      end.ending,
      end.httpStatus,
      end.errorCode,
      end.usage === null ? null : writeUsage(end.usage),
      end.usageSource,
      end.attempts,
      hold.amountMicro,
      chargedMicro,
      shortfallMicro,
      end.unbilledMicro,
      end.providerCostMicro,
      end.startedAtMs,
      end.firstEventMs,
      end.durationMs,
      end.atMs,
    );
  }

  function releaseOrphans({ atMs, isAlone }: Release): OpenHold[] {
    const released = orphans.all(ownerId, isAlone, atMs).map((row) => {
      const hold = { ...row, stream: Boolean(row.stream) };
      settle({ ...ABANDONED, requestId: hold.requestId, startedAtMs: hold.createdAtMs, atMs });
      return hold;
    });
    forgetOwners.run(ownerId, isAlone, atMs);
    keys.releaseUnheld();
    return released;
  }

  function renewLease({ endsAtMs }: { endsAtMs: number }): void {
    putLease.run(ownerId, endsAtMs);
  }

  return { reserve, settle, releaseOrphans, renewLease };
}

/** How a request ends whose process is gone: without a charge, since nobody can say what it delivered. */
export const ABANDONED: Omit<Settle, "requestId" | "startedAtMs" | "atMs"> = {
  terms: null,
  ending: "abandoned",
  costMicro: 0,
  unbilledMicro: 0,
  providerCostMicro: null,
  httpStatus: null,
  errorCode: null,
  usage: null,
  usageSource: "none",
  attempts: 0,
  firstEventMs: null,
  durationMs: null,
  answer: "free",
};
