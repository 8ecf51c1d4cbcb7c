// Answers kept under the idempotency keys of their clients, so that a request which comes twice is paid once.
import { and, asc, desc, eq, getTableColumns, isNull, lt, sql } from "drizzle-orm";
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

export interface KeptTotals {
  count: number;
  /** Bytes of all bodies. */
  bytes: number;
}

/** Methods that write are synchronous and belong into the transaction of what they accompany. */
export interface AnswerStore {
  /** What is kept under a key that was first used after `sinceMs`. */
  find(accountId: string, keyHash: string, sinceMs: number): KeptAnswer | undefined;
  /** Marks a key as that of a request in progress. Writes, with the request's hold. */
  begin(key: IdempotencyKey, requestId: string, nowMs: number): void;
  /** Keeps the answer, or without a body only that there was one. Writes, with the request's settlement. */
  keep(requestId: string, body: string | null, nowMs: number): void;
  /** Frees the key of a request that has no whole answer. Writes, with the request's settlement. */
  release(requestId: string): void;
  /** Frees the keys that a killed process left in progress. Writes. */
  releaseUnfinished(): void;
  /** Removes what was first used before `beforeMs`, at most so many rows; gives how many. Writes. */
  removeOlder(beforeMs: number, limit: number): number;
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
    find(accountId, keyHash, sinceMs) {
      const kept = find({ accountId, keyHash });
      return kept !== undefined && (kept.endedAtMs === null || kept.createdAtMs > sinceMs)
        ? kept
        : undefined;
    },
    begin({ accountId, keyHash, bodyHash }, requestId, nowMs) {
      forget({ accountId, keyHash });
      approximate.count++;
      const mark = { endedAtMs: null, bodyBytes: 0, body: null };
      insert({ accountId, keyHash, bodyHash, requestId, nowMs, ...mark });
    },
    keep(requestId, body, nowMs) {
      const bodyBytes = body === null ? 0 : Buffer.byteLength(body);
      approximate.bytes += bodyBytes;
      keep({ requestId, body, bodyBytes, nowMs });
    },
    release: (requestId) => release({ requestId }),
    releaseUnfinished() {
      orm.delete(answers).where(isNull(answers.endedAtMs)).run();
    },
    removeOlder(beforeMs, limit) {
      const old = orm
        .select({ requestId: answers.requestId })
        .from(answers)
        .where(and(lt(answers.createdAtMs, beforeMs), sql`${answers.endedAtMs} IS NOT NULL`))
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
