// The verdict as text: a table of the classes, what is wrong, and the count of the checks.

import type { Check, Verdict } from "./verdict/judge.ts";
import { type ClassSums, differenceOf } from "./verdict/sums.ts";

const FAULTS_SHOWN = 5;

const HEADINGS = [
  "class",
  "requests",
  "402",
  "records",
  "expected",
  "charged",
  "written off",
  "difference",
  "estimated rows",
  "estimated",
  "holds of those",
  "free rows",
];

export function tableLines(sums: readonly ClassSums[]): string[] {
  const rows = [HEADINGS, ...sums.map(cells), totals(sums)];
  const widths = HEADINGS.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  "),
  );
}

function cells(sums: ClassSums): string[] {
  return [
    sums.book.id,
    sums.requests,
    sums.unaffordable,
    sums.records,
    sums.expected,
    sums.charged,
    sums.writtenOff,
    differenceOf(sums),
    sums.estimatedRows,
    sums.estimated,
    sums.estimatedMost,
    sums.freeRows,
  ].map(String);
}

function totals(sums: readonly ClassSums[]): string[] {
  const columns = sums.map((one) => cells(one).slice(1).map(BigInt));
  const total = HEADINGS.slice(1).map((_, column) =>
    columns.reduce((amount, row) => amount + (row[column] ?? 0n), 0n),
  );
  return ["total (micro-dollars)", ...total.map(String)];
}

export function checkLines(checks: readonly Check[]): string[] {
  return checks.flatMap(({ name, faults }) =>
    faults.length === 0
      ? []
      : [
          `FAIL  ${name} (${faults.length})`,
          ...faults.slice(0, FAULTS_SHOWN).map((fault) => `      ${fault}`),
        ],
  );
}

export const countFailed = ({ checks }: Verdict): number =>
  checks.filter(({ faults }) => faults.length > 0).length;
