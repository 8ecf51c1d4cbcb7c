// Verifying what rows of different tables say of each other: charges, refunds, requests and holds.
import type { Database as Sqlite } from "bun:sqlite";
import type { Findings } from "../findings.ts";

interface Rule {
  rule: string;
  /** Returns the account's id and a detail for each row that breaks the rule. */
  query: string;
}

const RULES: Rule[] = [
  {
    rule: "each charge belongs to the request that says so",
    query: `SELECT e.account_id AS accountId,
        'entry ' || e.seq || ' of ' || COALESCE(e.request_id, 'no request') AS detail
      FROM entries e
      LEFT JOIN records r ON r.id = e.request_id
      LEFT JOIN terms t ON t.id = r.terms_id AND t.account_id = e.account_id
      WHERE e.kind = 'charge' AND (t.id IS NULL OR r.charged_micro <> -e.amount_micro)`,
  },
  {
    rule: "each request that was charged has its entry",
    query: `SELECT COALESCE(t.account_id, '') AS accountId, r.id || ' charged ' || r.charged_micro AS detail
      FROM records r LEFT JOIN terms t ON t.id = r.terms_id LEFT JOIN entries e ON e.request_id = r.id AND e.kind = 'charge'
      WHERE r.charged_micro <> 0 AND e.seq IS NULL`,
  },
  {
    rule: "each refund belongs to an ended request of its account",
    query: `SELECT e.account_id AS accountId,
        'entry ' || e.seq || ' of ' || COALESCE(e.request_id, 'no request') AS detail
      FROM entries e
      LEFT JOIN records r ON r.id = e.request_id
      LEFT JOIN terms t ON t.id = r.terms_id AND t.account_id = e.account_id
      WHERE e.kind = 'refund' AND t.id IS NULL`,
  },
  {
    rule: "the refunds of a request do not exceed its charge",
    query: `SELECT e.account_id AS accountId,
        r.id || ' charged ' || r.charged_micro || ', refunded ' || SUM(e.amount_micro) AS detail
      FROM entries e JOIN records r ON r.id = e.request_id
      WHERE e.kind = 'refund' GROUP BY r.id HAVING SUM(e.amount_micro) > r.charged_micro`,
  },
  {
    rule: "no request is both ended and in progress",
    query: `SELECT h.account_id AS accountId, h.request_id AS detail
      FROM holds h JOIN records r ON r.id = h.request_id`,
  },
];

/** Runs each rule inside the caller's read transaction. */
export function checkLinks(sqlite: Sqlite, findings: Findings): void {
  for (const { rule, query } of RULES) {
    const rows = sqlite.prepare<{ accountId: string; detail: string }, []>(query).iterate();
    for (const { accountId, detail } of rows) findings.add(rule, accountId, detail);
  }
}
