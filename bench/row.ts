// One figure of the benchmark, as it is printed.
import type { Sample } from "./load.ts";
import { type Spread, spread } from "./statistics.ts";

export interface Row {
  figure: string;
  unit: string;
  /** Null where there is nothing to compare with. */
  bare: Spread | null;
  product: Spread;
  /** What the target speaks of: a ratio of the minima, or a figure in `unit`. */
  result: number;
  isRatio: boolean;
  /** Null where the figure only explains another. */
  atMost: number | null;
}

/** The processor time of a request, or of an event, as a multiple of the bare proxy's. */
export function cpuRow(
  figure: string,
  unit: string,
  samples: readonly [readonly Sample[], readonly Sample[]],
  atMost: number,
): Row {
  const of = (taken: readonly Sample[]) => spread(taken.map(({ cpuUs }) => cpuUs));
  const [bare, product] = [of(samples[0]), of(samples[1])];
  return { figure, unit, bare, product, result: product.min / bare.min, isRatio: true, atMost };
}

/** A figure that stands for itself, in its own unit. */
export function plainRow(
  figure: string,
  unit: string,
  spreads: { bare: Spread | null; product: Spread },
  atMost: number | null,
): Row {
  return { figure, unit, ...spreads, result: spreads.product.min, isRatio: false, atMost };
}

const HEAD = ["figure", "unit", "bare", "product", "result", "at most", ""];

/** A table of all figures: minimum and, in brackets, median over the rounds. */
export function tableLines(rows: readonly Row[]): string[] {
  const lines = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines.map((line) =>
    line
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function cells({ figure, unit, bare, product, result, isRatio, atMost }: Row): string[] {
  const scale = isRatio ? "x " : "";
  return [
    figure,
    unit,
    bare === null ? "-" : spreadText(bare),
    spreadText(product),
    scale + digits(result),
    atMost === null ? "-" : scale + digits(atMost),
    atMost === null ? "" : result <= atMost ? "reached" : "not reached",
  ];
}

const spreadText = ({ min, median }: Spread) => `${digits(min)} (${digits(median)})`;

/** Three digits that matter. */
function digits(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}
