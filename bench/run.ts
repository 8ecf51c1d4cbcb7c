// `npm run bench`: the executable with everything on, beside a bare proxy, on this machine.
import { parseArgs } from "node:util";
import { busiest, type Effort } from "./compare.ts";
import { CPU_FIGURES } from "./figures/cpu.ts";
import { database } from "./figures/database.ts";
import type { Figure } from "./figures/figure.ts";
import { hotAccount } from "./figures/hot-account.ts";
import { latency } from "./figures/latency.ts";
import { stalls } from "./figures/stalls.ts";
import { start } from "./figures/start.ts";
import { streamMemory } from "./figures/stream-memory.ts";
import { loadText, machineLines } from "./machine.ts";
import { endAll, stop } from "./processes.ts";
import { type Row, tableLines } from "./row.ts";
import { readBooks, startWorld } from "./world.ts";

const FIGURES: readonly Figure[] = [
  ...CPU_FIGURES,
  latency,
  stalls,
  database,
  streamMemory,
  hotAccount,
  start,
];
const NAMES = FIGURES.map(({ name }) => name);
const USAGE = `usage: npm run bench -- [--only <figure,...>] [--seconds <of a sample, default 3>] [--rounds <default 5>]
figures: ${NAMES.join(", ")}`;

const WARM_UNITS = 40_000;
const WARM_SECONDS_MAX = 30;

interface Wish {
  figures: readonly Figure[];
  effort: Effort;
}

function readArguments(): Wish | null {
  const text = { type: "string" } as const;
  try {
    const { values } = parseArgs({
      args: Bun.argv.slice(2),
      options: { only: text, seconds: text, rounds: text },
    });
    const names = values.only?.split(",") ?? NAMES;
    const seconds = Number(values.seconds ?? 3);
    const rounds = Number(values.rounds ?? 5);
    const isWhole = [seconds, rounds].every((value) => Number.isInteger(value) && value > 0);
    if (!isWhole || names.some((name) => !NAMES.includes(name))) return null;
    const figures = FIGURES.filter(({ name }) => names.includes(name));
    const warm = { warmUnits: WARM_UNITS, warmSecondsMax: WARM_SECONDS_MAX };
    return { figures, effort: { seconds, rounds, ...warm } };
  } catch {
    return null;
  }
}

const say = (line: string) => process.stdout.write(`${line}\n`);

/** Prints all figures. Returns whether the books of all that was asked add up. */
async function bench({ figures, effort }: Wish): Promise<boolean> {
  for (const line of machineLines()) say(line);
  const world = await startWorld();
  const rows: Row[] = [];
  for (const figure of figures) {
    rows.push(...(await figure.measure(world, effort)));
    process.stderr.write(`${figure.name} measured, load average ${loadText()}\n`);
  }
  say(`load average at the end: ${loadText()}`);
  for (const [name, share] of busiest) {
    say(`${name}: at most ${Math.round(share * 100)} % of a core`);
  }
  say(`minima (medians) of ${effort.rounds} rounds of ${effort.seconds} s\n`);
  for (const line of tableLines(rows)) say(line);
  await stop(world.product.pid);
  const { ok, requests, open_holds } = await readBooks(world.product);
  const isWhole = ok && open_holds === 0;
  say(`\nbooks of ${requests} requests: ${isWhole ? "they add up" : "THEY ARE WRONG"}`);
  return isWhole;
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
    return (await bench(wish)) ? 0 : 1;
  } finally {
    await endAll();
  }
}

process.exit(await main());
