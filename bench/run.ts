// `bun run bench`: the gateway with everything on, beside a bare proxy and nginx, on this machine.
import { parseArgs } from "node:util";
import { describeMachine } from "./machine.ts";
import { measure, type Sample, type Scenario } from "./measure.ts";
import {
  checkMoney,
  type Gateway,
  type MoneyCheck,
  type Peer,
  startBareProxy,
  startGateway,
  startNginx,
  startUpstream,
} from "./peers.ts";
import { endAll, peakMegabytes, stop } from "./processes.ts";
import { addedLines, ratios, type Table, tableLines, toTables } from "./report.ts";
import { CHUNKS, SMALL_REQUEST, STREAM_REQUEST } from "./work.ts";

const USAGE = "usage: bun run bench [--seconds <measured seconds, default 70>] [--json]";
const ROUNDS = 5;
/** For each server and scenario: code gets its speed only after some thousand calls. */
const WARM_UP_SECONDS = 2;
/** Below this the clock of processor time is too coarse. */
const SAMPLE_SECONDS_MIN = 0.3;

const SCENARIOS: readonly Scenario[] = [
  { name: "Completions of 1 kB", body: SMALL_REQUEST, connections: 64 },
  { name: `Streams of ${CHUNKS} chunks`, body: STREAM_REQUEST, connections: 32 },
  { name: "Completions, one at a time", body: SMALL_REQUEST, connections: 1 },
  { name: "Streams, one at a time", body: STREAM_REQUEST, connections: 1 },
];

interface Wish {
  seconds: number;
  json: boolean;
}

function readArguments(): Wish | null {
  const options = { seconds: { type: "string" }, json: { type: "boolean" } } as const;
  try {
    const { values } = parseArgs({ args: Bun.argv.slice(2), options });
    const seconds = Number(values.seconds ?? 70);
    return seconds > 0 ? { seconds, json: values.json ?? false } : null;
  } catch {
    return null;
  }
}

async function main(): Promise<number> {
  const wish = readArguments();
  if (wish === null || process.platform !== "linux") {
    const reason = wish === null ? USAGE : "the benchmark reads /proc, so it runs on Linux only";
    process.stderr.write(`${reason}\n`);
    return 2;
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void endAll().finally(() => process.exit(130)));
  }
  try {
    return await bench(wish);
  } finally {
    await endAll();
  }
}

async function bench({ seconds, json }: Wish): Promise<number> {
  const upstream = await startUpstream();
  const nginx = await startNginx(upstream);
  const bare = await startBareProxy(upstream);
  const gateway = await startGateway(upstream);
  const peers: Peer[] = [upstream, ...(nginx === null ? [] : [nginx]), bare, gateway];
  const samples = await measureAll(peers, seconds);

  const memory = memoryOf(peers);
  await stop(gateway.pid);
  const money = checkMoney(await gateway.readBooks(), answeredBy(gateway, samples.all));
  const tables = toTables(SCENARIOS, samples.measured);
  const result = {
    machine: describeMachine(gateway.program),
    tables,
    ratios: ratios(tables, gateway.name),
    peakMemoryMb: memory,
    money,
  };
  if (json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  else process.stdout.write(lines(result, nginx === null).join("\n"));
  return money.ok ? 0 : 1;
}

async function measureAll(peers: readonly Peer[], seconds: number) {
  const each = seconds / (ROUNDS * SCENARIOS.length * peers.length);
  const secondsPerSample = Math.max(each, SAMPLE_SECONDS_MIN);
  const servers = peers.filter(({ pid }) => pid !== null);
  const scenarios = SCENARIOS;
  const warmUp = { scenarios, peers: servers, rounds: 1, secondsPerSample: WARM_UP_SECONDS };
  const warm = await Array.fromAsync(measure(warmUp));
  const measured = await Array.fromAsync(
    measure({ scenarios, peers, rounds: ROUNDS, secondsPerSample }),
  );
  return { measured, all: [...warm, ...measured] };
}

const answeredBy = ({ name }: Gateway, samples: readonly Sample[]) =>
  samples.reduce((sum, { peer, requests }) => sum + (peer === name ? requests : 0), 0);

function memoryOf(peers: readonly Peer[]): Record<string, number> {
  return Object.fromEntries(
    peers.flatMap(({ name, pid }) =>
      pid === null ? [] : [[name, Math.round(peakMegabytes(pid))]],
    ),
  );
}

interface Result {
  machine: Record<string, string>;
  tables: Table[];
  ratios: ReturnType<typeof ratios>;
  peakMemoryMb: Record<string, number>;
  money: MoneyCheck;
}

function lines(result: Result, isNginxAbsent: boolean): string[] {
  const { money } = result;
  const verdict = money.ok ? "the books add up" : "THE BOOKS ARE WRONG";
  return [
    ...Object.entries(result.machine).map(([name, value]) => `${name}: ${value}`),
    "",
    `Medians of ${ROUNDS} rounds [lowest-highest]. CPU is the server's own, per completion or stream.`,
    "",
    ...result.tables.flatMap((table) => tableLines(table, isNginxAbsent)),
    ...result.ratios.map(
      ({ scenario, to, requestsPerSecond, cpuPerRequest }) =>
        `${scenario}: ${requestsPerSecond.toFixed(2)} x the rate and ` +
        `${cpuPerRequest.toFixed(2)} x the CPU of ${to}`,
    ),
    ...result.tables.flatMap(addedLines),
    "",
    `Peak memory: ${Object.entries(result.peakMemoryMb)
      .map(([name, megabytes]) => `${name} ${megabytes} MB`)
      .join(", ")}`,
    `Money: ${money.requests} requests, expected ${money.expected}, charged ${money.charged}: ${verdict}`,
    "",
  ];
}

process.exit(await main());
