// The operator's report: how requests ended, what was written off, and what moved the balances, since a moment.
import type { Database as Sqlite } from "bun:sqlite";
import { ENDINGS, type UsageSource } from "./ending.ts";

/** A number of requests, and what they came to. */
export interface Tally {
  requests: number;
  amountMicro: number;
}

export interface LedgerReport {
  /** Epoch milliseconds; null for all there is. */
  sinceMs: number | null;
  /** Charged, by the way the requests ended; every known way is there. */
  endings: ({ ending: string } & Tally)[];
  /** Charged, of all of them. */
  ended: Tally;
  /** Charged, of those whose usage is an estimate. */
  estimated: Tally;
  /** Cost beyond what the account could pay. */
  shortfall: Tally;
  /** What estimates came to beyond their holds. */
  unbilled: Tally;
  /** Shortfall and unbilled: cost that nobody paid. */
  writtenOffMicro: number;
  /** Holds that a start released, because the server before it had been killed. */
  abandoned: Tally;
  grantedMicro: number;
  chargedMicro: number;
  refundedMicro: number;
  adjustedUpMicro: number;
  /** Not negative, as what was charged. */
  adjustedDownMicro: number;
  /** By how much all balances together have changed. */
  netMicro: number;
}

interface EndingRow {
  ending: string;
  source: UsageSource;
  requests: number;
  charged: number;
  held: number;
  shortfalls: number;
  shortfall: number;
  unbilleds: number;
  unbilled: number;
}

/** A row for each ending and source of usage, few whatever the number of requests. */
const BY_ENDING = `SELECT ending, usage_source AS source, COUNT(*) AS requests,
    SUM(charged_micro) AS charged, SUM(held_micro) AS held,
    SUM(shortfall_micro > 0) AS shortfalls, SUM(shortfall_micro) AS shortfall,
    SUM(unbilled_micro > 0) AS unbilleds, SUM(unbilled_micro) AS unbilled
  FROM records WHERE ended_at_ms >= ? GROUP BY ending, usage_source`;

/** Without groups, because grouping a million entries would sort them. */
const BY_KIND = `SELECT
    SUM(CASE kind WHEN 'grant' THEN amount_micro ELSE 0 END) AS grantedMicro,
    SUM(CASE kind WHEN 'charge' THEN -amount_micro ELSE 0 END) AS chargedMicro,
    SUM(CASE kind WHEN 'refund' THEN amount_micro ELSE 0 END) AS refundedMicro,
    SUM(CASE WHEN kind = 'adjustment' AND amount_micro > 0 THEN amount_micro ELSE 0 END)
      AS adjustedUpMicro,
    SUM(CASE WHEN kind = 'adjustment' AND amount_micro < 0 THEN -amount_micro ELSE 0 END)
      AS adjustedDownMicro,
    SUM(amount_micro) AS netMicro
  FROM entries WHERE created_at_ms >= ?`;

type EntrySums = Pick<
  LedgerReport,
  | "grantedMicro"
  | "chargedMicro"
  | "refundedMicro"
  | "adjustedUpMicro"
  | "adjustedDownMicro"
  | "netMicro"
>;

/** Reports on the requests that ended and the entries that were written since then, read from one state. */
export function reportOn(sqlite: Sqlite, sinceMs: number | null): LedgerReport {
  // Earlier than any time that a row can hold.
  const from = sinceMs ?? Number.MIN_SAFE_INTEGER;
  const readOneState = sqlite.transaction(() => {
    const rows = sqlite.prepare<EndingRow, [number]>(BY_ENDING).all(from);
    const sums = sqlite.prepare<Record<keyof EntrySums, number | null>, [number]>(BY_KIND);
    return { sinceMs, ...endingSums(rows), ...entrySums(sums.get(from)) };
  });
  return readOneState.deferred();
}

function endingSums(rows: EndingRow[]): Omit<LedgerReport, keyof EntrySums | "sinceMs"> {
  const others = rows.map(({ ending }) => ending);
  const shortfall = tally(rows, "shortfalls", "shortfall");
  const unbilled = tally(rows, "unbilleds", "unbilled");
  const where = (matches: (row: EndingRow) => boolean) =>
    tally(rows.filter(matches), "requests", "charged");
  return {
    endings: [...new Set<string>([...ENDINGS, ...others])].map((ending) => ({
      ending,
      ...where((row) => row.ending === ending),
    })),
    ended: where(() => true),
    estimated: where(({ source }) => source === "estimated"),
    shortfall,
    unbilled,
    writtenOffMicro: shortfall.amountMicro + unbilled.amountMicro,
    abandoned: tally(
      rows.filter(({ ending }) => ending === "abandoned"),
      "requests",
      "held",
    ),
  };
}

type Figure = Exclude<keyof EndingRow, "ending" | "source">;

function tally(rows: EndingRow[], count: Figure, amount: Figure): Tally {
  const sum = (figure: Figure) => rows.reduce((total, row) => total + row[figure], 0);
  return { requests: sum(count), amountMicro: sum(amount) };
}

/** Where there are no entries, SQL's sums are null. */
function entrySums(sums: Record<keyof EntrySums, number | null> | null): EntrySums {
  return {
    grantedMicro: sums?.grantedMicro ?? 0,
    chargedMicro: sums?.chargedMicro ?? 0,
    refundedMicro: sums?.refundedMicro ?? 0,
    adjustedUpMicro: sums?.adjustedUpMicro ?? 0,
    adjustedDownMicro: sums?.adjustedDownMicro ?? 0,
    netMicro: sums?.netMicro ?? 0,
  };
}
