// The suites that guard money, quickest first, up to the first failure: what Stryker runs for each mutant.
import { appendFileSync } from "node:fs";

/** The simulation's runs are the same for every mutant, so that a kill can be seen again. */
const SIMULATION = { AACFLOW_SIMULATED_RUNS: "400", AACFLOW_SIMULATED_SEED: "1" };
/** A mutant may hang, also where no timer of a test can fire. A suite takes a few seconds. */
const TEST_TIMEOUT_MS = 8_000;
const SUITE_TIMEOUT_MS = 60_000;

const SUITES = [
  ["test/simulation"],
  // Not estimate.test.ts, which a busy machine may slow down: what fails by itself would count as a kill.
  [
    "test/ledger",
    "test/pricing/cost.test.ts",
    "test/chat/bound.test.ts",
    "test/calls/settle.test.ts",
    "test/calls/leaving.test.ts",
    "test/operator/verify-books.test.ts",
  ],
  [
    "test/money/race.test.ts",
    "test/money/endings.test.ts",
    "test/money/absurd-usage.test.ts",
    "test/money/early-usage.test.ts",
    "test/money/estimate-cap.test.ts",
    "test/money/headers.test.ts",
    "test/money/drain.test.ts",
    "test/money/retries.test.ts",
    "test/money/server-stopped.test.ts",
    "test/money/idempotency.test.ts",
  ],
];

const mutant = process.env.__STRYKER_ACTIVE_MUTANT__ ?? "none";

for (const suite of SUITES) {
  const run = Bun.spawnSync({
    cmd: ["bun", "test", "--bail", "--timeout", String(TEST_TIMEOUT_MS), ...suite],
    env: { ...process.env, ...SIMULATION, NO_COLOR: "1" },
    stdout: "pipe",
    stderr: "pipe",
    timeout: SUITE_TIMEOUT_MS,
  });
  if (run.exitCode === 0) continue;
  note(run.stderr.toString());
  process.exit(1);
}

/** Appends which test failed first, and how, to the log that run.ts names. */
function note(output: string): void {
  const log = process.env.AACFLOW_MUTATION_LOG;
  if (log === undefined) return;
  const test =
    /^\(fail\) (.*?)(?: \[[\d.]+ms\])?$/m.exec(output)?.[1] ?? "(none: it does not load, or hangs)";
  const file = output.slice(0, output.indexOf(`(fail) ${test}`)).match(/^test\/\S+\.ts(?=:$)/gm);
  const reason = /^(?:RunFailed|error): (.*)$/m.exec(output)?.[1]?.slice(0, 160) ?? "";
  const line = { mutant, file: file?.at(-1) ?? "", test, reason };
  appendFileSync(log, `${JSON.stringify(line)}\n`);
}
