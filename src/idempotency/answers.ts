// Answers kept under the idempotency keys of their clients, so that a request which comes twice is paid once.
import { and, asc, desc, eq, getTableColumns, gt, isNull, lt, or, sql } from "drizzle-orm";
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
  /** Null when it is too long: then only that there was one. */
  body: string | null;
  /** What the caller was told of fields that were left out; null for none. */
  ignored: string | null;
}

export interface KeptTotals {
  count: number;
  /** Bytes of all bodies. */
  bytes: number;
}

/** Methods that write are synchronous and belong into the transaction of what they accompany. */
export interface AnswerStore {
  /** What is kept under a key that was first used within the window. */
  find(accountId: string, keyHash: string, window: KeptWindow): KeptAnswer | undefined;
  /** Marks a key as that of a request in progress. Writes, with the request's hold. */
  begin(key: IdempotencyKey, requestId: string, nowMs: number): void;
  /** Keeps the answer. Writes, with the request's settlement. */
  keep(requestId: string, answer: AnswerToKeep, nowMs: number): void;
  /** Frees the key of a request that has no whole answer. Writes, with the request's settlement. */
  release(requestId: string): void;
  /** Frees the keys that a killed process left in progress. Writes. */
  releaseUnfinished(): void;
  /** Removes what was first used outside of the window, at most so many rows; gives how many. Writes. */
  removeOutside(window: KeptWindow, limit: number): number;
  /**
   * Removes ended answers of the account that has the most, oldest first, until so many answers or bytes are gone, and
   * at most `limit` answers; gives how many. One account cannot push out the others' answers so. Writes.
   */
  removeFromLargest(by: keyof KeptTotals, excess: number, limit: number): number;
  /** Counts what is there. */
  totals(): KeptTotals;
  /** The last count and all that has come since: never less than what is there. */
  approximate(): KeptTotals;
}

/** Prepares all statements once. */
export function createAnswerStore({ orm, sqlite }: Database): AnswerStore {
  const find = prepareGet(
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

  const totals = (): KeptTotals => {
    const bytes = sql<number>`COALESCE(SUM(${answers.bodyBytes}), 0)`;
    const row = orm.select({ count: sql<number>`COUNT(*)`, bytes }).from(answers).get();
    approximate = row ?? { count: 0, bytes: 0 };
    return { ...approximate };
  };
  let approximate: KeptTotals = { count: 0, bytes: 0 };
  totals();

  function removeFromLargest(by: keyof KeptTotals, excess: number, limit: number): number {
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
      // A key in progress has to stay, or its twin would be let in.
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
    find(accountId, keyHash, { afterMs, beforeMs }) {
      const kept = find({ accountId, keyHash });
      if (kept === undefined || kept.endedAtMs === null) return kept;
      return kept.createdAtMs > afterMs && kept.createdAtMs < beforeMs ? kept : undefined;
    },
    begin({ accountId, keyHash, bodyHash }, requestId, nowMs) {
      forget({ accountId, keyHash });
      approximate.count++;
      const mark = { endedAtMs: null, bodyBytes: 0, body: null, ignored: null };
      insert({ accountId, keyHash, bodyHash, requestId, nowMs, ...mark });
    },
    keep(requestId, { body, ignored }, nowMs) {
      const bodyBytes = body === null ? 0 : Buffer.byteLength(body);
      approximate.bytes += bodyBytes;
      keep({ requestId, body, ignored, bodyBytes, nowMs });
    },
    release: (requestId) => release({ requestId }),
    releaseUnfinished() {
      orm.delete(answers).where(isNull(answers.endedAtMs)).run();
    },
    removeOutside({ afterMs, beforeMs }, limit) {
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
    },
    removeFromLargest,
    totals,
    approximate: () => approximate,
  };
}
