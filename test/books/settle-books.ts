// One run from its start to its verdict: upstream, gateway, load, and what the books say afterwards.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  command,
  configure,
  databaseOf,
  type Gateway,
  openAccounts,
  type Place,
  startGateway,
} from "./gateway.ts";
import { type Outcome, type Payers, runLoad } from "./load/run-load.ts";
import { createOperator, type OperatorSums } from "./operator.ts";
import { decimal } from "./price.ts";
import { startUpstream, type Upstream } from "./upstream-process.ts";
import { gather } from "./verdict/case.ts";
import { judge, type Statements, type Verdict } from "./verdict/judge.ts";
import { readLedger } from "./verdict/ledger-rows.ts";

export interface RunOptions {
  seed: number;
  requests: number;
  concurrency: number;
  /** The gateway's program: the executable, or Bun and the source. */
  program: readonly string[];
}

export interface RunResult extends Verdict {
  loadSeconds: number;
}

/** What an account of the poor gets at first, and again at each top-up, for each request of the run. */
const POOR_MICRO_PER_REQUEST = 12;
const POOR_MICRO_MIN = 30_000;
const QUIET_MS = 30_000;

export async function settleBooks(options: RunOptions): Promise<RunResult> {
  const folder = mkdtempSync(join(tmpdir(), "aacflow-books-"));
  const place = { command: options.program, folder };
  const upstream = await startUpstream(options.seed);
  let gateway: Gateway | null = null;
  try {
    await configure(place, upstream.url);
    const credits = poorCredits(options.requests);
    const payers = await openAccounts(place, credits);
    gateway = await startGateway(place);
    const load = await loadWithOperator(options, { place, upstream, gateway, payers, credits });
    const exitCode = await gateway.stop();
    const { sums } = load;
    const statements = await hear(place, { exitCode, sums, errorLines: gateway.errors() });
    const tallies = await upstream.tallies(join(folder, "tallies.json"));
    const ledger = readLedger(databaseOf(place));
    const evidence = gather(options.seed, load.outcomes, tallies, ledger);
    return { ...judge(evidence, statements), loadSeconds: load.seconds };
  } finally {
    await gateway?.stop();
    upstream.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function poorCredits(requests: number): string {
  const amountMicro = Math.max(POOR_MICRO_MIN, requests * POOR_MICRO_PER_REQUEST);
  return (amountMicro / 1e6).toFixed(6);
}

interface Stage {
  place: Place;
  upstream: Upstream;
  gateway: Gateway;
  payers: Payers;
  credits: string;
}

async function loadWithOperator(
  { seed, requests, concurrency }: RunOptions,
  { place, upstream, gateway, payers, credits }: Stage,
): Promise<{ outcomes: Outcome[]; seconds: number; sums: OperatorSums }> {
  const operator = createOperator({ place, payers, credits, requests });
  const startedAt = performance.now();
  const outcomes = await runLoad({
    seed,
    requests,
    concurrency,
    origin: gateway.origin,
    payers,
    upstream,
    onProgress: operator.onProgress,
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const sums = await operator.finish();
  await quiet(gateway, payers);
  const atFirst = [...payers.rich, ...payers.poor].map((account) => decimal(account.credits, 6));
  const granted = atFirst.reduce((sum, amount) => sum + amount, sums.granted);
  return { outcomes, seconds, sums: { ...sums, granted } };
}

/** Waits until nothing is held: clients that have left are settled without them. */
async function quiet({ origin }: Gateway, payers: Payers): Promise<void> {
  const deadline = performance.now() + QUIET_MS;
  for (const { keys } of [...payers.rich, ...payers.poor]) {
    for (;;) {
      const headers = { authorization: `Bearer ${keys[0]}` };
      const response = await fetch(`${origin}/api/v1/ai/credits`, { headers });
      const { held } = (await response.json()) as { held: string };
      if (Number(held) === 0 || performance.now() > deadline) break;
      await Bun.sleep(20);
    }
  }
}

async function hear(place: Place, rest: Omit<Statements, "verify">): Promise<Statements> {
  return { ...rest, verify: await command(place, ["ledger", "verify"]) };
}
