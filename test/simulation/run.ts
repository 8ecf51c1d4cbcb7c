// Simulates many runs: `bun test/simulation/run.ts --runs 10000 --seed 1`. Run i of them has the seed S + i.
import { parseArgs } from "node:util";
import { explain, runSeed } from "./seeds.ts";

/** Each failure takes a while to shrink. */
const MAX_EXPLAINED = 3;

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "3000" },
    /** A fresh one where it is left out. */
    seed: { type: "string" },
    /** Prints the trace of each run. */
    trace: { type: "boolean", default: false },
  },
});
const runs = whole("runs", values.runs);
const first = values.seed === undefined ? freshSeed() : whole("seed", values.seed);
let failed = 0;
let steps = 0;
const startedMs = performance.now();
for (let seed = first; seed < first + runs; seed++) {
  try {
    const run = await runSeed(seed);
    steps += run.steps;
    if (values.trace) print(`seed ${seed}\n  ${run.trace.join("\n  ")}`);
  } catch (error) {
    failed++;
    const isExplained = failed <= MAX_EXPLAINED;
    print(isExplained ? await explain(seed) : `seed ${seed} fails: ${firstLine(error)}`);
  }
}
const seconds = (performance.now() - startedMs) / 1000;
print(`seeds ${first} to ${first + runs - 1}: ${steps} steps, each followed by all rules`);
print(`${seconds.toFixed(1)} s, ${Math.round((runs / seconds) * 60)} runs a minute`);
print(`${runs - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function whole(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} must be a whole number`);
  return Number(text);
}

function freshSeed(): number {
  return Math.floor(Math.random() * 1e9);
}

function firstLine(error: unknown): string {
  return String(error).split("\n")[0] ?? "";
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
