// Figures in Prometheus's text format (version 0.0.4): plain numbers, written as text when somebody looks.

export const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** A metric with all its series. */
export interface Family {
  name: string;
  help: string;
  type: "counter" | "gauge" | "histogram";
  /** Its lines, without the head. */
  lines(): string[];
}

/** One with a series for each combination of its labels' values that has been used. */
export interface Labelled<Names extends readonly string[], Series> extends Family {
  /** The series of these values, one for each name. Who needs it for every request keeps it. */
  of(...values: { [Index in keyof Names]: string }): Series;
}

/** All of them as one text. */
export function exposition(families: readonly Family[]): string {
  const texts = families.map((family) => {
    const { name, help, type } = family;
    return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...family.lines()].join("\n");
  });
  return `${texts.join("\n\n")}\n`;
}

/** A figure that is asked for when somebody looks. */
export const gauge = (name: string, help: string, read: () => number): Family => ({
  ...{ name, help, type: "gauge" as const },
  lines: () => [`${name} ${read()}`],
});

export class Count {
  value = 0;

  /** @throws RangeError for what would not make it grow */
  add(amount: number): void {
    if (!(amount >= 0 && amount < Infinity)) throw new RangeError(`cannot count ${amount}`);
    this.value += amount;
  }
}

/** A figure that only grows. One without labels stands at 0 until it is used. */
export function counter<const Names extends readonly string[]>(
  name: string,
  help: string,
  labelNames: Names,
): Labelled<Names, Count> {
  const series = new Map<string, Count>();
  if (labelNames.length === 0) series.set("", new Count());
  return {
    ...{ name, help, type: "counter" },
    of: (...values) => seriesOf(series, labelsOf(labelNames, values), () => new Count()),
    lines: () => [...series].map(([labels, { value }]) => `${name}${braced(labels)} ${value}`),
  };
}

export class Distribution {
  readonly bounds: readonly number[];
  /** How many values are in each bucket and no lower one. The last is for what is beyond all bounds. */
  readonly counts: number[];
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Array(bounds.length + 1).fill(0);
  }

  /** @throws RangeError for what is no number */
  observe(value: number): void {
    if (!Number.isFinite(value)) throw new RangeError(`cannot observe ${value}`);
    let bucket = 0;
    while (value > (this.bounds[bucket] ?? Infinity)) bucket++;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += value;
  }
}

/**
 * How values spread over buckets.
 * @param bounds the buckets' upper bounds, which belong to them, rising
 */
export function histogram<const Names extends readonly string[]>(
  name: string,
  help: string,
  labelNames: Names,
  bounds: readonly number[],
): Labelled<Names, Distribution> {
  const series = new Map<string, Distribution>();

  function linesOf([labels, { counts, sum }]: [string, Distribution]): string[] {
    let count = 0;
    const buckets = counts.map((inBucket, index) => {
      count += inBucket;
      const le = `le="${bounds[index] ?? "+Inf"}"`;
      return `${name}_bucket${braced(labels === "" ? le : `${le},${labels}`)} ${count}`;
    });
    const of = braced(labels);
    return [...buckets, `${name}_sum${of} ${sum}`, `${name}_count${of} ${count}`];
  }

  return {
    ...{ name, help, type: "histogram" },
    of: (...values) =>
      seriesOf(series, labelsOf(labelNames, values), () => new Distribution(bounds)),
    lines: () => [...series].flatMap(linesOf),
  };
}

function seriesOf<Series>(series: Map<string, Series>, labels: string, make: () => Series): Series {
  let found = series.get(labels);
  if (found === undefined) {
    found = make();
    series.set(labels, found);
  }
  return found;
}

/** As they are written, and so the name of a series among its family's. */
const labelsOf = (names: readonly string[], values: readonly string[]): string =>
  names.map((name, index) => `${name}="${escaped(values[index] ?? "")}"`).join(",");

/** A label's value may hold anything. */
const escaped = (value: string): string =>
  value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');

const braced = (labels: string): string => (labels === "" ? "" : `{${labels}}`);
