// The benchmark's figures: medians over the rounds, their spread, and ratios to the yardsticks.
import type { Sample, Scenario } from "./measure.ts";
import { type Spread, spread } from "./statistics.ts";

export interface Row {
  peer: string;
  requests: number;
  requestsPerSecond: Spread;
  cpuPerRequestUs: Spread | null;
  p50Ms: Spread;
  p99Ms: Spread;
  firstByteMs: Spread;
}

export interface Table {
  scenario: string;
  connections: number;
  rows: Row[];
}

export function toTables(scenarios: readonly Scenario[], samples: readonly Sample[]): Table[] {
  return scenarios.map(({ name, connections }) => {
    const own = samples.filter(({ scenario }) => scenario === name);
    const peers = [...new Set(own.map(({ peer }) => peer))];
    const rows = peers.map((peer) =>
      toRow(
        peer,
        own.filter((sample) => sample.peer === peer),
      ),
    );
    return { scenario: name, connections, rows };
  });
}

function toRow(peer: string, samples: readonly Sample[]): Row {
  const of = (pick: (sample: Sample) => number) => spread(samples.map(pick));
  const isMeasured = samples.every(({ cpuPerRequestUs }) => cpuPerRequestUs !== null);
  return {
    peer,
    requests: samples.reduce((sum, { requests }) => sum + requests, 0),
    requestsPerSecond: of(({ requestsPerSecond }) => requestsPerSecond),
    cpuPerRequestUs: isMeasured ? of(({ cpuPerRequestUs }) => cpuPerRequestUs ?? 0) : null,
    p50Ms: of(({ p50Ms }) => p50Ms),
    p99Ms: of(({ p99Ms }) => p99Ms),
    firstByteMs: of(({ firstByteP50Ms }) => firstByteP50Ms),
  };
}

export interface Ratios {
  scenario: string;
  to: string;
  requestsPerSecond: number;
  cpuPerRequest: number;
}

/** The subject's medians as multiples of the others'. */
export function ratios(tables: readonly Table[], subject: string): Ratios[] {
  return tables.flatMap(({ scenario, rows }) => {
    const own = rows.find(({ peer }) => peer === subject);
    if (own?.cpuPerRequestUs == null) return [];
    const { requestsPerSecond, cpuPerRequestUs } = own;
    return rows.flatMap((row) =>
      row.peer === subject || row.cpuPerRequestUs === null
        ? []
        : [
            {
              scenario,
              to: row.peer,
              requestsPerSecond: requestsPerSecond.median / row.requestsPerSecond.median,
              cpuPerRequest: cpuPerRequestUs.median / row.cpuPerRequestUs.median,
            },
          ],
    );
  });
}

/** How much later the first byte comes through each server than from the upstream itself. */
export function addedLines({ scenario, connections, rows }: Table): string[] {
  const direct = rows.find(({ cpuPerRequestUs }) => cpuPerRequestUs === null);
  if (connections !== 1 || direct === undefined) return [];
  const added = rows
    .filter((row) => row !== direct)
    .map(
      ({ peer, firstByteMs }) =>
        `${peer} ${(firstByteMs.median - direct.firstByteMs.median).toFixed(2)} ms`,
    );
  return [`${scenario}: added until the first byte: ${added.join(", ")}`];
}

const HEAD = ["", "per second", "CPU us each", "p50 ms", "p99 ms", "first byte ms"];

/** Each cell is a median with the lowest and the highest round in brackets. */
export function tableLines({ scenario, connections, rows }: Table, isNginxAbsent: boolean) {
  const body = rows.map((row) => [
    row.peer,
    cell(row.requestsPerSecond, 0),
    row.cpuPerRequestUs === null ? "-" : cell(row.cpuPerRequestUs, 0),
    cell(row.p50Ms, 2),
    cell(row.p99Ms, 2),
    cell(row.firstByteMs, 2),
  ]);
  if (isNginxAbsent) body.push(["nginx", "not installed", "", "", "", ""]);
  const plural = connections === 1 ? "connection" : "connections";
  return [`${scenario}, ${connections} ${plural}`, ...align([HEAD, ...body]), ""];
}

const cell = ({ median, min, max }: Spread, digits: number) =>
  `${median.toFixed(digits)} [${min.toFixed(digits)}-${max.toFixed(digits)}]`;

function align(rows: readonly string[][]): string[] {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((text, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? text.padEnd(width) : text.padStart(width);
      })
      .join("  "),
  );
}
