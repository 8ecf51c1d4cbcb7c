// Thousands of simulated lives of the house: whatever happens in whatever order, the books and the answers are right.
import { expect, setDefaultTimeout, test } from "bun:test";
import { ENDINGS } from "../../src/ledger/ending.ts";
import { PLANS, SEEDS } from "./regressions.ts";
import { explain, runSeed } from "./seeds.ts";
import { simulate } from "./simulate.ts";

// Busy machines are several times slower.
setDefaultTimeout(180_000);

/** Both are set where the same runs are repeated for each of many mutants of the code. */
const { AACFLOW_SIMULATED_RUNS, AACFLOW_SIMULATED_SEED } = process.env;
const RUNS = Number(AACFLOW_SIMULATED_RUNS ?? 1_500);
const FIRST = Number(AACFLOW_SIMULATED_SEED ?? Math.floor(Math.random() * 1e9));

/** Fewer need not reach everything. */
const ENOUGH_RUNS = 300;

/** The run's trace; what fails is shrunk, with its seed in the message, unless the seed was asked for. */
async function mustPass(seed: number): Promise<string[]> {
  try {
    return (await runSeed(seed)).trace;
  } catch (error) {
    if (AACFLOW_SIMULATED_SEED !== undefined) throw error;
    throw new Error(await explain(seed));
  }
}

test("runs of a fresh seed break no rule, and reach every ending", async () => {
  const reached = new Set<string>();
  for (let seed = FIRST; seed < FIRST + RUNS; seed++) {
    for (const line of await mustPass(seed)) {
      const ending = / ends (\w+):/.exec(line)?.[1];
      if (ending !== undefined) reached.add(ending);
    }
  }
  if (RUNS >= ENOUGH_RUNS) expect([...reached].sort()).toEqual([...ENDINGS].sort());
});

test("seeds and plans that are kept break no rule", async () => {
  for (const seed of SEEDS) await mustPass(seed);
  for (const { plan } of PLANS) await simulate(plan);
});

test("one seed is one run, to the letter", async () => {
  for (const seed of SEEDS) {
    expect((await runSeed(seed)).trace).toEqual((await runSeed(seed)).trace);
  }
});
