// The money tables as they are, read without any code of the ledger's.
import type { Database as Sqlite } from "bun:sqlite";

export interface AccountRow {
  id: string;
  balance: number;
  held: number;
}
export interface EntryRow {
  seq: number;
  accountId: string;
  kind: string;
  amount: number;
  balanceAfter: number;
  requestId: string | null;
}
export interface HoldRow {
  requestId: string;
  accountId: string;
  amount: number;
}
export interface RecordRow {
  id: string;
  accountId: string;
  ending: string;
  httpStatus: number | null;
  usageJson: string | null;
  usageSource: string;
  priceJson: string | null;
  held: number;
  charged: number;
  shortfall: number;
  unbilled: number;
  stream: number;
  errorCode: string | null;
  firstEventMs: number | null;
  durationMs: number | null;
}
export interface AnswerRow {
  requestId: string;
  accountId: string;
  keyHash: string;
  bodyHash: string;
  endedAtMs: number | null;
  body: string | null;
}
export interface Rows {
  accounts: AccountRow[];
  entries: EntryRow[];
  holds: HoldRow[];
  records: RecordRow[];
  answers: AnswerRow[];
}

/** The row that has a key; undefined where nobody has it. */
export const answerUnder = (
  key: Pick<AnswerRow, "accountId" | "keyHash"> | null,
  answers: readonly AnswerRow[],
): AnswerRow | undefined =>
  answers.find((one) => one.accountId === key?.accountId && one.keyHash === key.keyHash);

/** All tables as they are now, in the order in which their rows were made. */
export function readRows(sqlite: Sqlite): Rows {
  return {
    accounts: sqlite
      .query<AccountRow, []>(
        "SELECT id, balance_micro AS balance, held_micro AS held FROM accounts ORDER BY name",
      )
      .all(),
    entries: sqlite
      .query<EntryRow, []>(
        `SELECT seq, account_id AS accountId, kind, amount_micro AS amount,
          balance_after_micro AS balanceAfter, request_id AS requestId FROM entries ORDER BY seq`,
      )
      .all(),
    holds: sqlite
      .query<HoldRow, []>(
        `SELECT request_id AS requestId, account_id AS accountId, amount_micro AS amount
          FROM holds ORDER BY request_id`,
      )
      .all(),
    records: sqlite
      .query<RecordRow, []>(
        `SELECT id, account_id AS accountId, ending, http_status AS httpStatus,
          usage_json AS usageJson, usage_source AS usageSource, price_json AS priceJson,
          held_micro AS held, charged_micro AS charged, shortfall_micro AS shortfall,
          unbilled_micro AS unbilled, stream, error_code AS errorCode,
          first_event_ms AS firstEventMs, duration_ms AS durationMs FROM requests ORDER BY rowid`,
      )
      .all(),
    answers: sqlite
      .query<AnswerRow, []>(
        `SELECT request_id AS requestId, account_id AS accountId, key_hash AS keyHash,
          body_hash AS bodyHash, ended_at_ms AS endedAtMs, CAST(body AS TEXT) AS body
          FROM answers ORDER BY rowid`,
      )
      .all(),
  };
}

type Row = Record<string, string | number | Uint8Array | null>;

/** Whole tables with all their columns, by name. */
export type Snapshot = Record<string, Row[]>;

const KEYS = {
  accounts: "id",
  entries: "seq",
  holds: "request_id",
  prices: "id",
  terms: "id",
  records: "id",
  answers: "request_id",
} as const;

/** The state that a transaction in progress would commit. */
export function snapshot(sqlite: Sqlite): Snapshot {
  const tables = Object.keys(KEYS).map((table) => [
    table,
    sqlite.query<Row, []>(`SELECT * FROM ${table}`).all(),
  ]);
  return Object.fromEntries(tables) as Snapshot;
}

/** Brings the tables to a state that was refused, as recovery does with a log that held it all the same. */
export function revive(sqlite: Sqlite, state: Snapshot): void {
  sqlite.transaction(() => {
    sqlite.run("DELETE FROM answers");
    for (const [table, key] of Object.entries(KEYS)) {
      const rows = state[table] ?? [];
      for (const row of rows) {
        const names = Object.keys(row);
        const isThere = sqlite
          .query(`SELECT 1 FROM ${table} WHERE ${key} = ?`)
          .get(row[key] ?? null);
        if (isThere !== null) continue;
        sqlite
          .query(`INSERT INTO ${table} (${names}) VALUES (${names.map(() => "?")})`)
          .run(...Object.values(row));
      }
    }
    const open = new Set((state.holds ?? []).map((row) => row.request_id));
    for (const { requestId } of readRows(sqlite).holds) {
      if (!open.has(requestId)) {
        sqlite.query("DELETE FROM holds WHERE request_id = ?").run(requestId);
      }
    }
    for (const { id, balance_micro, held_micro } of state.accounts ?? []) {
      sqlite
        .query("UPDATE accounts SET balance_micro = ?, held_micro = ? WHERE id = ?")
        .run(balance_micro ?? 0, held_micro ?? 0, id ?? "");
    }
  })();
}
