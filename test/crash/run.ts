// A program: runs the crash loop on the compiled executable. Its last line is "N passed, N failed", in cycles.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { crashLoop, type LoopOptions, type LoopResult } from "./loop.ts";

const USAGE = "usage: run.ts [--cycles N] [--seed S] [--first N] [--binary PATH]";
const DEFAULT_CYCLES = 200;
const SEED_LIMIT = 2 ** 31;
/** Cycles between two lines of progress. */
const PROGRESS = 50;

function readOptions(): LoopOptions | null {
  const options = {
    cycles: { type: "string", default: String(DEFAULT_CYCLES) },
    seed: { type: "string", default: String(Math.floor(Math.random() * SEED_LIMIT)) },
    first: { type: "string", default: "1" },
    binary: { type: "string", default: process.env.AACFLOW_BINARY ?? "dist/aacflow" },
  } as const;
  try {
    const { values } = parseArgs({ args: Bun.argv.slice(2), options });
    const [cycles, seed, first] = [values.cycles, values.seed, values.first].map(Number);
    if (!isCount(cycles) || !isCount(seed) || !isCount(first)) return null;
    return { cycles, seed, first, binary: resolve(values.binary) };
  } catch {
    return null;
  }
}

const isCount = (value: number | undefined): value is number =>
  Number.isSafeInteger(value) && value !== undefined && value >= 0;

const say = (line: string) => process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const options = readOptions();
  if (options === null) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const { seed, cycles, first, binary } = options;
  if (!existsSync(binary)) {
    process.stderr.write(`there is no ${binary}: run "npm run build" first\n`);
    return 2;
  }
  say(`seed ${seed}, ${cycles} cycles`);
  const startMono = performance.now();
  const result = await crashLoop({
    ...options,
    onCycle(cycle) {
      const done = cycle - first + 1;
      if (done % PROGRESS === 0) say(`${done} cycles, ${secondsSince(startMono)} s`);
    },
  });
  report(result, options, secondsSince(startMono));
  return result.failure === null ? 0 : 1;
}

const secondsSince = (startMono: number): string =>
  ((performance.now() - startMono) / 1000).toFixed(1);

const listed = (times: Record<string, number>): string =>
  Object.entries(times)
    .map((entry) => entry.join(" "))
    .join(", ");

function report(result: LoopResult, { seed, first }: LoopOptions, seconds: string): void {
  const { passed, failure, answered, entries, counts, endings } = result;
  if (failure !== null) {
    const { cycle, error, folder } = failure;
    say(`cycle ${cycle}: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
    say(`data folder: ${folder}`);
    say(
      `again: npm run test:crash -- --seed ${seed} --first ${first} --cycles ${cycle - first + 1}`,
    );
    say(`that cycle alone: npm run test:crash -- --seed ${seed} --first ${cycle} --cycles 1`);
  }
  const { replayed, ranAgain, backups } = counts;
  say(`${seconds} s: ${answered} requests answered to the end, ${backups} backups proved`);
  say(`keys asked again: ${replayed} replayed, ${ranAgain} run again`);
  say(`entries: ${listed(entries)}`);
  say(`endings: ${listed(endings)}`);
  say(`${passed} passed, ${failure === null ? 0 : 1} failed`);
}

process.exit(await main());
