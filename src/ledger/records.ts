// Reading what was written: an account's entries, newest first, and the record of one request.
import { and, desc, eq, gte, lt, or, type SQL, sql } from "drizzle-orm";
import type { BunSQLiteDatabase } from "drizzle-orm/bun-sqlite";
import { entries, holds, requests } from "../db/tables/money.ts";
import type { Ending } from "./ending.ts";

export type Entry = typeof entries.$inferSelect;
export type RequestRecord = typeof requests.$inferSelect;
export type RunningRequest = typeof holds.$inferSelect;

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

  /** Rows stand in the order in which their requests ended, so that the newest page needs no index. */
  const place = sql<number>`rowid`;
  const placeOf = (id: string) => sql`(SELECT rowid FROM requests WHERE id = ${id})`;

  return {
    /** Requests that have ended, the last ones first; `before` is a request's id. */
    findRequests(
      filter: RequestFilter,
      { limit, before }: { limit: number; before: string | null },
    ): RequestPage {
      const rows = orm
        .select()
        .from(requests)
        .where(
          and(
            matching(requests, filter),
            filter.ending === null ? undefined : eq(requests.ending, filter.ending),
            filter.sinceMs === null ? undefined : gte(requests.startedAtMs, filter.sinceMs),
            before === null ? undefined : lt(place, placeOf(before)),
          ),
        )
        .orderBy(desc(place))
        .limit(limit + 1)
        .all();
      const page = rows.slice(0, limit);
      const nextBefore = rows.length > limit ? (page.at(-1)?.id ?? null) : null;
      return { requests: page, nextBefore };
    },
    /** Requests in progress, the last ones first. */
    findAllRunning(filter: Omit<RequestFilter, "ending">, limit: number): RunningRequest[] {
      return orm
        .select()
        .from(holds)
        .where(
          and(
            matching(holds, filter),
            filter.sinceMs === null ? undefined : gte(holds.createdAtMs, filter.sinceMs),
          ),
        )
        .orderBy(desc(holds.createdAtMs))
        .limit(limit)
        .all();
    },
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

type Wanted = Pick<RequestFilter, "accountId" | "keyId" | "model" | "providerId">;

/** What requests in progress and requests that have ended have in common. */
function matching(
  table: typeof requests | typeof holds,
  { accountId, keyId, model, providerId }: Wanted,
): SQL | undefined {
  return and(
    accountId === null ? undefined : eq(table.accountId, accountId),
    keyId === null ? undefined : eq(table.keyId, keyId),
    model === null ? undefined : or(eq(table.modelId, model), eq(table.upstreamModel, model)),
    providerId === null ? undefined : eq(table.providerId, providerId),
  );
}

export type RecordStatements = ReturnType<typeof prepareRecords>;
