// Answers kept under the idempotency keys of their clients, so that a request which comes twice is paid once.
import { and, asc, desc, eq, getTableColumns, gt, isNull, lt, not, or, sql } from "drizzle-orm";
import type { Later } from "../base/later.ts";
import { prepareGet, prepareRun } from "../db/hot-statement.ts";
import type { Database } from "../db/open.ts";
import { answers } from "../db/tables/answers.ts";

export type KeptAnswer = typeof answers.$inferSelect;

/** A client's key for one request, as hashes: what a client sends is never stored or compared as it is. */
export interface IdempotencyKey {
  accountId: string;
  /** SHA-256 in hex. */
  keyHash: string;
  /** SHA-256 of the request's body in hex. */
  bodyHash: string;
}

export type KeyHashes = Omit<IdempotencyKey, "accountId">;

/**
 * The moments at which an answer that still counts was first asked for, in epoch milliseconds. It ends as far in the
 * future as it begins in the past: a clock that was put back makes answers of the future, which count, but not for ever.
 */
export interface KeptWindow {
  afterMs: number;
  beforeMs: number;
}

/** The window of answers that are kept for `keepMs`. */
export const keptWindow = (nowMs: number, keepMs: number): KeptWindow => ({
  afterMs: nowMs - keepMs,
  beforeMs: nowMs + keepMs,
});

/** What is kept of a whole answer. */
export interface AnswerToKeep {
  /** Without its usage and what it cost. Null when it is too long: then only that there was one. */
  body: string | null;
  /** What the caller was told of fields that were left out; null for none. */
  ignored: string | null;
}

export interface KeptTotals {
  count: number;
  /** Bytes of all bodies. */
  bytes: number;
}

export interface AnswerReads {
  /** What is kept under a key that was first used within the window. */
  find(accountId: string, keyHash: string, window: KeptWindow): KeptAnswer | undefined;
  /** Counts what is there. */
  totals(): KeptTotals;
}

/** What removes answers, as commands by themselves. */
export type AnswerCommands = {
  /** Removes what was first used outside of the window, at most so many rows; returns how many. */
  removeAnswersOutside: (window: KeptWindow, limit: number) => number;
  /**
   * Removes ended answers of the account that has the most, oldest first, until so many answers or bytes are gone, and
   * at most `limit` answers; returns how many. One account cannot push out the others' answers so.
   */
  removeAnswersOfLargest: (by: keyof KeptTotals, excess: number, limit: number) => number;
};

/** Kept answers, as everything else asks for them and removes them. */
export type AnswerPort = {
  [K in keyof AnswerReads]: Later<AnswerReads[K]>;
} & {
  [K in keyof AnswerCommands]: Later<AnswerCommands[K]>;
};

/** All that is done with kept answers on one connection; what writes belongs into a transaction. */
export interface AnswerStore extends AnswerReads, AnswerCommands {
  /** Whether a request has the key. */
  isInUse(accountId: string, key: KeyHashes & KeptWindow): boolean;
  /** Marks a key as that of a request in progress. Writes, with the request's hold. */
  begin(accountId: string, key: KeyHashes, requestId: string, nowMs: number): void;
  /** Keeps the answer. Writes, with the request's settlement. */
  keep(requestId: string, answer: AnswerToKeep, nowMs: number): void;
  /** Frees the key of a request that has no whole answer. Writes, with the request's settlement. */
  release(requestId: string): void;
  /** Frees the keys in progress of requests that have no hold, which no request of a sound process is. Writes. */
  releaseUnheld(): void;
}

/** Prepares all statements once. */
export function createAnswerStore({ orm, sqlite }: Database): AnswerStore {
  const select = prepareGet(
    sqlite,
    orm
      .select()
      .from(answers)
      .where(
        and(
          eq(answers.accountId, sql.placeholder("accountId")),
          eq(answers.keyHash, sql.placeholder("keyHash")),
        ),
      ),
    getTableColumns(answers),
  );
  // A key that is too old to count may still have its row.
  const forget = prepareRun(
    sqlite,
    orm
      .delete(answers)
      .where(
        and(
          eq(answers.accountId, sql.placeholder("accountId")),
          eq(answers.keyHash, sql.placeholder("keyHash")),
        ),
      ),
  );
  const insert = prepareRun(
    sqlite,
    orm.insert(answers).values({
      accountId: sql.placeholder("accountId"),
      keyHash: sql.placeholder("keyHash"),
      bodyHash: sql.placeholder("bodyHash"),
      requestId: sql.placeholder("requestId"),
      createdAtMs: sql.placeholder("nowMs"),
      endedAtMs: sql.placeholder("endedAtMs"),
      bodyBytes: sql.placeholder("bodyBytes"),
      body: sql.placeholder("body"),
      ignored: sql.placeholder("ignored"),
    }),
  );
  const keep = prepareRun(
    sqlite,
    orm
      .update(answers)
      .set({
        endedAtMs: sql`${sql.placeholder("nowMs")}`,
        bodyBytes: sql`${sql.placeholder("bodyBytes")}`,
        body: sql`${sql.placeholder("body")}`,
        ignored: sql`${sql.placeholder("ignored")}`,
      })
      .where(eq(answers.requestId, sql.placeholder("requestId"))),
  );
  const release = prepareRun(
    sqlite,
    orm.delete(answers).where(eq(answers.requestId, sql.placeholder("requestId"))),
  );

  function find(accountId: string, keyHash: string, { afterMs, beforeMs }: KeptWindow) {
    const kept = select({ accountId, keyHash });
    if (kept === undefined || kept.endedAtMs === null) return kept;
    return kept.createdAtMs > afterMs && kept.createdAtMs < beforeMs ? kept : undefined;
  }

  function totals(): KeptTotals {
    const bytes = sql<number>`COALESCE(SUM(${answers.bodyBytes}), 0)`;
    const row = orm.select({ count: sql<number>`COUNT(*)`, bytes }).from(answers).get();
    return row ?? { count: 0, bytes: 0 };
  }

  function removeAnswersOutside({ afterMs, beforeMs }: KeptWindow, limit: number): number {
    const old = orm
      .select({ requestId: answers.requestId })
      .from(answers)
      .where(
        and(
          or(lt(answers.createdAtMs, afterMs), gt(answers.createdAtMs, beforeMs)),
          sql`${answers.endedAtMs} IS NOT NULL`,
        ),
      )
      .limit(limit)
      .all();
    for (const { requestId } of old) release({ requestId });
    return old.length;
  }

  function removeAnswersOfLargest(by: keyof KeptTotals, excess: number, limit: number): number {
    const size = by === "count" ? sql`COUNT(*)` : sql`SUM(${answers.bodyBytes})`;
    const largest = orm
      .select({ accountId: answers.accountId })
      .from(answers)
      .groupBy(answers.accountId)
      .orderBy(desc(size))
      .limit(1)
      .get();
    if (largest === undefined) return 0;
    const oldest = orm
      .select({ requestId: answers.requestId, bytes: answers.bodyBytes })
      .from(answers)
      // A key in progress has to stay, or its duplicate would be let in.
      .where(and(eq(answers.accountId, largest.accountId), sql`${answers.endedAtMs} IS NOT NULL`))
      .orderBy(asc(answers.createdAtMs))
      .limit(limit)
      .all();
    let removed = 0;
    let left = excess;
    for (const { requestId, bytes } of oldest) {
      if (left <= 0) break;
      release({ requestId });
      removed++;
      left -= by === "count" ? 1 : bytes;
    }
    return removed;
  }

  return {
    find,
    totals,
    isInUse: (accountId, key) => find(accountId, key.keyHash, key) !== undefined,
    begin(accountId, { keyHash, bodyHash }, requestId, nowMs) {
      forget({ accountId, keyHash });
      const mark = { endedAtMs: null, bodyBytes: 0, body: null, ignored: null };
      insert({ accountId, keyHash, bodyHash, requestId, nowMs, ...mark });
    },
    keep(requestId, { body, ignored }, nowMs) {
      const bodyBytes = body === null ? 0 : Buffer.byteLength(body);
      keep({ requestId, body, ignored, bodyBytes, nowMs });
    },
    release: (requestId) => release({ requestId }),
    releaseUnheld() {
      const isHeld = sql`${answers.requestId} IN (SELECT request_id FROM holds)`;
      orm
        .delete(answers)
        .where(and(isNull(answers.endedAtMs), not(isHeld)))
        .run();
    },
    removeAnswersOutside,
    removeAnswersOfLargest,
  };
}
