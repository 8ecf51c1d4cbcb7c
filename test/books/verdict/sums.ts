// The sums of each class: what the upstream's usage costs, and what was charged.
import { type BookClass, CLASSES } from "../classes.ts";
import { priced } from "../price.ts";
import { FIXED_USAGE } from "../usage.ts";
import type { Evidence, RecordCase, SentCase } from "./case.ts";

export interface ClassSums {
  book: BookClass;
  requests: number;
  /** Requests that reached the upstream, and how often they did so. */
  met: number;
  meetings: number;
  records: number;
  /** Refused with 402. */
  unaffordable: number;
  /** Of the rows whose usage was reported. */
  expected: bigint;
  charged: bigint;
  writtenOff: bigint;
  estimatedRows: number;
  estimated: bigint;
  /** Holds of the estimated rows: the most that they may be charged. */
  estimatedMost: bigint;
  freeRows: number;
}

const sum = (amounts: bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);

export function sumClasses({ sent, records }: Evidence): ClassSums[] {
  const sentOf = Map.groupBy(sent, ({ plan }) => plan.book.id);
  const recordsOf = Map.groupBy(records, ({ book }) => book.id);
  return CLASSES.map((book) =>
    sumClass(book, sentOf.get(book.id) ?? [], recordsOf.get(book.id) ?? []),
  );
}

function sumClass(
  book: BookClass,
  sent: readonly SentCase[],
  records: readonly RecordCase[],
): ClassSums {
  const bySource = Map.groupBy(records, ({ record }) => record.source);
  const rows = (source: "reported" | "estimated" | "none") =>
    (bySource.get(source) ?? []).map(({ record }) => record);
  const tallies = sent.flatMap(({ tally }) => (tally === null ? [] : [tally]));
  return {
    book,
    requests: sent.length,
    met: tallies.length,
    meetings: tallies.reduce((total, { met }) => total + met, 0),
    records: records.length,
    unaffordable: sent.filter(({ outcome }) => outcome.status === 402).length,
    expected: expectedOf(book, sent, rows("reported").length),
    charged: sum(rows("reported").map(({ charged }) => charged)),
    writtenOff: sum(records.map(({ record }) => record.shortfall)),
    estimatedRows: rows("estimated").length,
    estimated: sum(rows("estimated").map(({ charged }) => charged)),
    estimatedMost: sum(rows("estimated").map(({ held }) => held)),
    freeRows: rows("none").length,
  };
}

/**
 * What the upstream's own count says. Where a class may end in several ways, only the requests that the books have as
 * reported are asked for.
 */
function expectedOf(book: BookClass, sent: readonly SentCase[], reportedRows: number): bigint {
  if (book.usage === "fixed") return priced(book.tariff, FIXED_USAGE) * BigInt(reportedRows);
  if (!book.sources.includes("reported")) return 0n;
  const isExact = book.sources.length === 1;
  const counted = sent.filter(({ record }) => isExact || record?.source === "reported");
  return sum(
    counted.map(({ tally }) => {
      const reported = tally?.reported ?? null;
      return reported === null ? 0n : priced(book.tariff, reported) * BigInt(tally?.reports ?? 0);
    }),
  );
}

/** Zero where the books are right. */
export const differenceOf = ({ expected, charged, writtenOff }: ClassSums): bigint =>
  charged + writtenOff - expected;
