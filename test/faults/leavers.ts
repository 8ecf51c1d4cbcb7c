// A program: thousands of clients leave a server in every way. Its last line is "N passed, N failed".
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { tell } from "./checks.ts";
import { leaverChecks } from "./leavers-checks.ts";
import { type LeaversOptions, type LeaversResult, runLeavers } from "./leavers-run.ts";

const USAGE = "usage: leavers.ts [--clients N] [--seed S]; AACFLOW_BINARY names an executable";
const WARM_UP = 2_000;
const USUAL = { warmUp: WARM_UP, atOnce: 200, memoryMs: 5_000, memoryBackMs: 120_000 };
/** Clients between two lines of progress. */
const PROGRESS = 2_000;
const MIB = 1_048_576;

const say = (line: string) => process.stdout.write(`${line}\n`);

function readOptions(): LeaversOptions | null {
  const options = {
    clients: { type: "string", default: "10000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
  } as const;
  const binary = process.env.AACFLOW_BINARY ? resolve(process.env.AACFLOW_BINARY) : null;
  try {
    const { values } = parseArgs({ args: Bun.argv.slice(2), options });
    const [clients = Number.NaN, seed = Number.NaN] = [values.clients, values.seed].map(Number);
    const isUsable = clients >= 1 && [clients, seed].every(Number.isSafeInteger);
    return isUsable ? { clients, seed, binary, ...USUAL } : null;
  } catch {
    return null;
  }
}

function report(result: LeaversResult, seconds: number): number {
  const mib = (bytes: number) => (bytes / MIB).toFixed(1);
  say(`memory ${mib(result.rssBefore)} MiB, then ${mib(result.rssAfter)} MiB`);
  say(`descriptors ${result.descriptorsBefore}, then ${result.descriptorsAfter}`);
  say(`the slowest call upstream was closed after ${result.slowestCancelMs.toFixed(0)} ms`);
  say(`endings ${JSON.stringify(result.remains.endings)}, in ${seconds.toFixed(0)} s`);
  return tell(leaverChecks(result), say);
}

async function main(): Promise<number> {
  const options = readOptions();
  if (options === null || (options.binary !== null && !existsSync(options.binary))) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  say(`seed ${options.seed}, ${WARM_UP} clients to warm up, then ${options.clients}`);
  const startMono = performance.now();
  const onRound = (done: number) => {
    if (done % PROGRESS === 0) say(`${done} clients`);
  };
  const result = await runLeavers({ ...options, onRound });
  return report(result, (performance.now() - startMono) / 1000);
}

process.exit(await main());
