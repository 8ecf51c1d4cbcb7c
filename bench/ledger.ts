// Times what an operator runs on grown books: ledger.ts [--requests N] [--data FOLDER]
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { DATABASE_FILE, openDatabase } from "../src/db/open.ts";
import { fillBooks } from "../test/support/fill-books.ts";

const MAIN = join(import.meta.dir, "..", "src", "main.ts");
const COMMANDS = [
  ["ledger", "verify"],
  ["ledger", "report"],
  ["ledger", "report", "--since=24h"],
];
const REPEATS = 3;

const { values } = parseArgs({
  args: Bun.argv.slice(2),
  options: {
    requests: { type: "string", default: "1000000" },
    accounts: { type: "string", default: "1000" },
    /** Kept, and used again as it is; else a folder that is thrown away. */
    data: { type: "string" },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);
const seconds = (sinceMs: number) => ((performance.now() - sinceMs) / 1_000).toFixed(2);

function fill(dataDir: string): void {
  const startedMs = performance.now();
  const database = openDatabase(dataDir, { busyTimeoutMs: 1_000 });
  fillBooks(database, { requests: Number(values.requests), accounts: Number(values.accounts) });
  database.close();
  say(`filled in ${seconds(startedMs)} s`);
}

async function time(args: readonly string[], dataDir: string): Promise<void> {
  for (let repeat = 1; repeat <= REPEATS; repeat++) {
    const startedMs = performance.now();
    const child = Bun.spawn([process.execPath, MAIN, ...args, "--data", dataDir], {
      stdout: repeat === REPEATS ? "inherit" : "ignore",
    });
    if ((await child.exited) !== 0) throw new Error(`${args.join(" ")} failed`);
    const megabytes = Math.round((child.resourceUsage()?.maxRSS ?? 0) / 1_048_576);
    say(`aacflow ${args.join(" ")}: ${seconds(startedMs)} s, ${megabytes} MB`);
  }
}

const dataDir = values.data ?? mkdtempSync(join(tmpdir(), "aacflow-bench-"));
try {
  if (!existsSync(join(dataDir, DATABASE_FILE))) fill(dataDir);
  for (const args of COMMANDS) await time(args, dataDir);
} finally {
  if (values.data === undefined) rmSync(dataDir, { recursive: true, force: true });
}
