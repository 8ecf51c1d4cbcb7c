// Asking the books on SQLite: accounts, entries, and requests that have ended or are in progress.
import { and, desc, eq, getTableColumns, gte, lt, or, type SQL, sql } from "drizzle-orm";
import { lazy } from "../../base/lazy.ts";
import type { Database } from "../../db/open.ts";
import { accounts, entries, holds, prices, records, terms } from "../../db/tables/money.ts";
import type {
  HistoryPage,
  LedgerReads,
  RequestFilter,
  RequestPage,
  RequestRecord,
} from "../port.ts";
import { reportOn } from "../report.ts";
import { readUsage } from "./usage-text.ts";

/** What is told of a hold: whose process it is of is no matter of the books. */
const { ownerId: _, ...OPEN_HOLD } = getTableColumns(holds);

/** Prepares what is hot once, when it is first asked. */
export function createReads({ orm, sqlite }: Database): LedgerReads {
  const accountById = lazy(() =>
    orm
      .select()
      .from(accounts)
      .where(eq(accounts.id, sql.placeholder("id")))
      .prepare(),
  );
  const accountByName = lazy(() =>
    orm
      .select()
      .from(accounts)
      .where(eq(accounts.name, sql.placeholder("name")))
      .prepare(),
  );
  const selectRecords = () =>
    orm
      .select({ record: records, terms, priceJson: prices.json })
      .from(records)
      .innerJoin(terms, eq(terms.id, records.termsId))
      .leftJoin(prices, eq(prices.id, terms.priceId));
  const record = lazy(() =>
    selectRecords()
      .where(eq(records.id, sql.placeholder("id")))
      .prepare(),
  );
  const running = lazy(() =>
    orm
      .select(OPEN_HOLD)
      .from(holds)
      .where(eq(holds.requestId, sql.placeholder("id")))
      .prepare(),
  );
  const refunded = lazy(() =>
    orm
      .select({ totalMicro: sql<number>`COALESCE(SUM(${entries.amountMicro}), 0)` })
      .from(entries)
      .where(
        // The kind in the statement's text, since a bound one could not use the index on refunds.
        and(eq(entries.requestId, sql.placeholder("requestId")), sql`${entries.kind} = 'refund'`),
      )
      .prepare(),
  );

  /** Rows stand in the order in which their requests ended, so that the newest page needs no index. */
  const place = sql<number>`${records}.rowid`;
  const placeOf = (id: string) => sql`(SELECT rowid FROM records WHERE id = ${id})`;

  function findRequests(
    filter: RequestFilter,
    { limit, before }: { limit: number; before: string | null },
  ): RequestPage {
    const { ending, model, providerId, sinceMs } = filter;
    const rows = selectRecords()
      .where(
        and(
          ownedBy(terms, filter),
          model === null ? undefined : or(eq(terms.modelId, model), eq(terms.upstreamModel, model)),
          providerId === null ? undefined : eq(terms.providerId, providerId),
          ending === null ? undefined : eq(records.ending, ending),
          sinceMs === null ? undefined : gte(records.startedAtMs, sinceMs),
          before === null ? undefined : lt(place, placeOf(before)),
        ),
      )
      .orderBy(desc(place))
      .limit(limit + 1)
      .all();
    const page = rows.slice(0, limit).map(recordOf);
    const nextBefore = rows.length > limit ? (page.at(-1)?.id ?? null) : null;
    return { requests: page, nextBefore };
  }

  function history(options: { accountId: string | null; limit: number; before: number | null }) {
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
  }

  return {
    findAccount: (id) => accountById().get({ id }),
    findAccountByName: (name) => accountByName().get({ name }),
    listAccounts: () => orm.select().from(accounts).orderBy(accounts.name).all(),
    findRequests,
    findAllRunning(filter, limit) {
      const { model, providerId, sinceMs } = filter;
      if (providerId !== null) return [];
      return orm
        .select(OPEN_HOLD)
        .from(holds)
        .where(
          and(
            ownedBy(holds, filter),
            model === null ? undefined : eq(holds.modelId, model),
            sinceMs === null ? undefined : gte(holds.createdAtMs, sinceMs),
          ),
        )
        .orderBy(desc(holds.createdAtMs))
        .limit(limit)
        .all();
    },
    findRecord(id) {
      const row = record().get({ id });
      return row === undefined ? undefined : recordOf(row);
    },
    findRunning: (id) => running().get({ id }),
    history,
    refundedMicro: (requestId) => refunded().get({ requestId })?.totalMicro ?? 0,
    report: (sinceMs) => reportOn(sqlite, sinceMs),
  };
}

interface RecordRow {
  record: typeof records.$inferSelect;
  terms: typeof terms.$inferSelect;
  priceJson: string | null;
}

function recordOf({ record, terms: of, priceJson }: RecordRow): RequestRecord {
  const { termsId: _, usage, ...facts } = record;
  const { accountId, keyId, modelId, providerId, upstreamModel } = of;
  const interned = { accountId, keyId, modelId, providerId, upstreamModel, priceJson };
  return { ...facts, ...interned, usage: usage === null ? null : readUsage(usage) };
}

function ownedBy(
  table: typeof terms | typeof holds,
  { accountId, keyId }: Pick<RequestFilter, "accountId" | "keyId">,
): SQL | undefined {
  return and(
    accountId === null ? undefined : eq(table.accountId, accountId),
    keyId === null ? undefined : eq(table.keyId, keyId),
  );
}
