// The books as the database has them, read from the file when the gateway has ended.
import { Database } from "bun:sqlite";
import type { Ending, Source } from "../classes.ts";
import type { Usage } from "../price.ts";

export interface RecordRow {
  id: string;
  account: string;
  model: string;
  stream: boolean;
  ending: Ending;
  source: Source;
  usage: Usage | null;
  held: bigint;
  charged: bigint;
  shortfall: bigint;
  unbilled: bigint;
  /** The account's balance after the charge, by its entry; null when nothing was charged. */
  balanceAfter: bigint | null;
}

export interface AccountRow {
  name: string;
  balance: bigint;
  held: bigint;
  granted: bigint;
  refunded: bigint;
  adjusted: bigint;
  charged: bigint;
}

export interface LedgerRows {
  records: RecordRow[];
  accounts: AccountRow[];
  openHolds: number;
}

interface RawRecord extends Omit<RecordRow, "stream" | "usage"> {
  stream: bigint;
  usageJson: string | null;
}

const RECORDS = `SELECT r.id, a.name AS account, r.model_id AS model, r.stream, r.ending,
    r.usage_source AS source, r.usage_json AS usageJson, r.held_micro AS held,
    r.charged_micro AS charged, r.shortfall_micro AS shortfall, r.unbilled_micro AS unbilled,
    e.balance_after_micro AS balanceAfter
  FROM requests r JOIN accounts a ON a.id = r.account_id
  LEFT JOIN entries e ON e.request_id = r.id AND e.kind = 'charge'`;

const ACCOUNTS = `SELECT a.name, a.balance_micro AS balance, a.held_micro AS held,
    COALESCE(SUM(CASE WHEN e.kind = 'grant' THEN e.amount_micro END), 0) AS granted,
    COALESCE(SUM(CASE WHEN e.kind = 'refund' THEN e.amount_micro END), 0) AS refunded,
    COALESCE(SUM(CASE WHEN e.kind = 'adjustment' THEN e.amount_micro END), 0) AS adjusted,
    COALESCE(-SUM(CASE WHEN e.kind = 'charge' THEN e.amount_micro END), 0) AS charged
  FROM accounts a LEFT JOIN entries e ON e.account_id = a.id GROUP BY a.id ORDER BY a.name`;

export function readLedger(file: string): LedgerRows {
  const sqlite = new Database(file, { readonly: true, safeIntegers: true });
  try {
    const records = sqlite.query<RawRecord, []>(RECORDS).all();
    const holds = sqlite.query<{ count: bigint }, []>("SELECT COUNT(*) AS count FROM holds").get();
    return {
      records: records.map(({ usageJson, stream, ...row }) => ({
        ...row,
        stream: stream === 1n,
        usage: usageJson === null ? null : readUsage(usageJson),
      })),
      accounts: sqlite.query<AccountRow, []>(ACCOUNTS).all(),
      openHolds: Number(holds?.count),
    };
  } finally {
    sqlite.close();
  }
}

function readUsage(json: string): Usage {
  const tokens = JSON.parse(json) as Record<string, number>;
  return {
    input: tokens.promptTokens ?? Number.NaN,
    cached: tokens.cachedTokens ?? Number.NaN,
    written: tokens.cacheWriteTokens ?? Number.NaN,
    written1h: tokens.cacheWrite1hTokens ?? Number.NaN,
    output: tokens.completionTokens ?? Number.NaN,
    reasoning: tokens.reasoningTokens ?? Number.NaN,
  };
}
