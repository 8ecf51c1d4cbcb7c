// Recomputes every invariant of the books from the rows alone.
import { sql } from "drizzle-orm";
import type { BunSQLiteDatabase } from "drizzle-orm/bun-sqlite";

/** One thing that does not add up. */
export interface Discrepancy {
  accountId: string;
  accountName: string;
  rule: string;
  detail: string;
}

export interface VerifyReport {
  accounts: number;
  entries: number;
  requests: number;
  openHolds: number;
  grantedMicro: number;
  chargedMicro: number;
  balanceMicro: number;
  heldMicro: number;
  shortfallMicro: number;
  discrepancies: Discrepancy[];
}

interface Rule {
  rule: string;
  /** Gives id, name and detail for each account that breaks the rule. */
  query: string;
}

const RULES: Rule[] = [
  {
    rule: "the balance is the sum of the entries",
    query: `SELECT a.id, a.name, 'balance ' || a.balance_micro || ', entries ' || COALESCE(e.total, 0) AS detail
      FROM accounts a
      LEFT JOIN (SELECT account_id, SUM(amount_micro) AS total FROM entries GROUP BY account_id) e
        ON e.account_id = a.id
      WHERE a.balance_micro <> COALESCE(e.total, 0)`,
  },
  {
    rule: "what is held is the sum of the open holds",
    query: `SELECT a.id, a.name, 'held ' || a.held_micro || ', holds ' || COALESCE(h.total, 0) AS detail
      FROM accounts a
      LEFT JOIN (SELECT account_id, SUM(amount_micro) AS total FROM holds GROUP BY account_id) h
        ON h.account_id = a.id
      WHERE a.held_micro <> COALESCE(h.total, 0)`,
  },
  {
    rule: "0 <= held <= balance",
    query: `SELECT id, name, 'held ' || held_micro || ', balance ' || balance_micro AS detail
      FROM accounts WHERE held_micro < 0 OR held_micro > balance_micro`,
  },
  {
    rule: "each entry's balance follows from the one before",
    query: `SELECT a.id, a.name, 'entry ' || x.seq || ' says ' || x.balance_after_micro || ', not ' || x.running AS detail
      FROM (SELECT seq, account_id, balance_after_micro,
          SUM(amount_micro) OVER (PARTITION BY account_id ORDER BY seq) AS running FROM entries) x
      JOIN accounts a ON a.id = x.account_id
      WHERE x.balance_after_micro <> x.running`,
  },
  {
    rule: "grants and refunds come in, charges go out",
    query: `SELECT a.id, a.name, 'entry ' || e.seq || ' is a ' || e.kind || ' of ' || e.amount_micro AS detail
      FROM entries e JOIN accounts a ON a.id = e.account_id
      WHERE e.kind <> 'adjustment' AND (e.kind = 'charge') <> (e.amount_micro < 0)`,
  },
  {
    rule: "each charge belongs to the request that says so",
    query: `SELECT a.id, a.name, 'entry ' || e.seq || ' of ' || COALESCE(e.request_id, 'no request') AS detail
      FROM entries e JOIN accounts a ON a.id = e.account_id
      LEFT JOIN requests r ON r.id = e.request_id AND r.account_id = e.account_id
      WHERE e.kind = 'charge' AND (r.id IS NULL OR r.charged_micro <> -e.amount_micro)`,
  },
  {
    rule: "each request that was charged has its entry",
    query: `SELECT a.id, a.name, r.id || ' charged ' || r.charged_micro AS detail
      FROM requests r JOIN accounts a ON a.id = r.account_id
      LEFT JOIN entries e ON e.request_id = r.id AND e.kind = 'charge'
      WHERE r.charged_micro <> 0 AND e.seq IS NULL`,
  },
  {
    rule: "no request is both ended and in progress",
    query: `SELECT a.id, a.name, h.request_id AS detail
      FROM holds h JOIN requests r ON r.id = h.request_id JOIN accounts a ON a.id = h.account_id`,
  },
];

interface Totals {
  accounts: number;
  entries: number;
  requests: number;
  openHolds: number;
  grantedMicro: number;
  chargedMicro: number;
  balanceMicro: number;
  heldMicro: number;
  shortfallMicro: number;
}

const TOTALS = `SELECT
  (SELECT COUNT(*) FROM accounts) AS accounts,
  (SELECT COUNT(*) FROM entries) AS entries,
  (SELECT COUNT(*) FROM requests) AS requests,
  (SELECT COUNT(*) FROM holds) AS openHolds,
  (SELECT COALESCE(SUM(amount_micro), 0) FROM entries WHERE kind = 'grant') AS grantedMicro,
  (SELECT COALESCE(-SUM(amount_micro), 0) FROM entries WHERE kind = 'charge') AS chargedMicro,
  (SELECT COALESCE(SUM(balance_micro), 0) FROM accounts) AS balanceMicro,
  (SELECT COALESCE(SUM(held_micro), 0) FROM accounts) AS heldMicro,
  (SELECT COALESCE(SUM(shortfall_micro), 0) FROM requests) AS shortfallMicro`;

/**
 * Checks all books. All queries see one state, because they run in one read transaction, so it can be called while
 * a server is writing.
 */
export function verifyBooks(orm: BunSQLiteDatabase): VerifyReport {
  return orm.transaction((tx) => {
    // Drizzle's `get` of raw SQL gives a row without its names.
    const [totals] = tx.all<Totals>(sql.raw(TOTALS));
    if (totals === undefined) throw new Error("the totals' query gave no row");
    const discrepancies = RULES.flatMap(({ rule, query }) =>
      tx
        .all<{ id: string; name: string; detail: string }>(sql.raw(query))
        .map((row) => ({ accountId: row.id, accountName: row.name, rule, detail: row.detail })),
    );
    return { ...totals, discrepancies };
  });
}
