// `bun test/books/run.ts`: a load of every behaviour, and whether the books agree with what the upstream reported.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { checkLines, countFailed, tableLines } from "./report.ts";
import { type RunOptions, settleBooks } from "./settle-books.ts";

const USAGE = "usage: run.ts [--requests <n>] [--seed <n>] [--binary <path>] [--concurrency <n>]";
const ROOT = join(import.meta.dir, "..", "..");

function readArguments(): RunOptions | null {
  const options = {
    requests: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    binary: { type: "string", default: join(ROOT, "dist", "aacflow") },
    concurrency: { type: "string", default: "96" },
  } as const;
  try {
    const { values } = parseArgs({ args: Bun.argv.slice(2), options });
    const binary = resolve(values.binary);
    const figures = [values.requests, values.seed, values.concurrency].map(Number);
    const [requests = 0, seed = 0, concurrency = 0] = figures;
    const areWhole = figures.every((figure) => Number.isSafeInteger(figure) && figure > 0);
    if (!areWhole || !existsSync(binary)) return null;
    return { requests, seed, concurrency, program: [binary] };
  } catch {
    return null;
  }
}

async function main(): Promise<number> {
  const options = readArguments();
  if (options === null) {
    process.stderr.write(`${USAGE}\nbuild the executable first: npm run build\n`);
    return 2;
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => process.exit(130));
  const { requests, seed } = options;
  process.stdout.write(`books: ${requests} requests, seed ${seed}\n`);
  const result = await settleBooks(options);
  const failed = countFailed(result);
  const rate = (requests / result.loadSeconds).toFixed(0);
  const lines = [
    ...tableLines(result.sums),
    `${requests} requests in ${result.loadSeconds.toFixed(1)} s, ${rate} a second`,
    ...checkLines(result.checks),
    `${result.checks.length - failed} passed, ${failed} failed`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  return failed === 0 ? 0 : 1;
}

process.exit(await main());
