// Reading what was written: an account's entries, newest first, and the record of one request.
import { and, desc, eq, lt, sql } from "drizzle-orm";
import type { BunSQLiteDatabase } from "drizzle-orm/bun-sqlite";
import { entries, holds, requests } from "../db/tables/money.ts";

export type Entry = typeof entries.$inferSelect;
export type RequestRecord = typeof requests.$inferSelect;
export type RunningRequest = typeof holds.$inferSelect;

export interface HistoryPage {
  entries: Entry[];
  /** Give it as `before` for the next page; null on the last one. */
  nextBefore: number | null;
}

/** Queries over entries and records, prepared where they are hot. */
export function prepareRecords(orm: BunSQLiteDatabase) {
  const record = orm
    .select()
    .from(requests)
    .where(eq(requests.id, sql.placeholder("id")))
    .prepare();
  const running = orm
    .select()
    .from(holds)
    .where(eq(holds.requestId, sql.placeholder("id")))
    .prepare();

  return {
    findRecord: (id: string): RequestRecord | undefined => record.get({ id }),
    findRunning: (id: string): RunningRequest | undefined => running.get({ id }),
    /** Entries of one account, or of all, with `seq` below `before` where that is given. */
    history(options: { accountId: string | null; limit: number; before: number | null }) {
      const conditions = [
        options.accountId === null ? undefined : eq(entries.accountId, options.accountId),
        options.before === null ? undefined : lt(entries.seq, options.before),
      ];
      const rows = orm
        .select()
        .from(entries)
        .where(and(...conditions))
        .orderBy(desc(entries.seq))
        .limit(options.limit + 1)
        .all();
      const page = rows.slice(0, options.limit);
      const nextBefore = rows.length > options.limit ? (page.at(-1)?.seq ?? null) : null;
      return { entries: page, nextBefore } satisfies HistoryPage;
    },
  };
}

export type RecordStatements = ReturnType<typeof prepareRecords>;
