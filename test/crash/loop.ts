// The crash loop: cycle after cycle on one data folder, until one fails.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rows, withBooks } from "./books.ts";
import { checkAnswers, newWatermark } from "./check.ts";
import { firstLine, killAll, startScript } from "./children.ts";
import { type Run, runCycle } from "./cycle.ts";
import { makeHouse, openAccount, serve } from "./house.ts";
import { planCycle } from "./plan.ts";
import { noPromises } from "./promises.ts";
import { createRandom, cycleSeed } from "./random.ts";

export interface LoopOptions {
  binary: string;
  seed: number;
  cycles: number;
  /** The number of the first cycle; each has its own plan. */
  first: number;
  /** Told of every cycle that passed. */
  onCycle?: (cycle: number, run: Run) => void;
}

export interface LoopResult {
  passed: number;
  failure: { cycle: number; error: unknown; folder: string } | null;
  /** Answers whose final figure reached a client. */
  answered: number;
  grants: number;
  /** Records by ending. */
  endings: Record<string, number>;
}

const RICH_CREDITS = "1000000";
const POOR_CREDITS = "0.004";

/** Runs the cycles. The folder of a failed run is kept. */
export async function crashLoop(options: LoopOptions): Promise<LoopResult> {
  const folder = mkdtempSync(join(tmpdir(), "aacflow-crash-"));
  try {
    const run = await openRun(options.binary, folder);
    const result = await runCycles(options, run, folder);
    if (result.failure === null) rmSync(folder, { recursive: true });
    return result;
  } finally {
    await killAll();
  }
}

async function openRun(binary: string, folder: string): Promise<Run> {
  const { url: upstreamUrl } = await firstLine<{ url: string }>(startScript("upstream.ts"));
  const house = makeHouse({ binary, folder, upstreamUrl });
  const accounts = {
    rich: await openAccount(house, "rich", RICH_CREDITS),
    poor: await openAccount(house, "poor", POOR_CREDITS),
  };
  const mark = newWatermark();
  const serving = await serve(house);
  return { house, upstreamUrl, accounts, promises: noPromises(), mark, serving };
}

async function runCycles(options: LoopOptions, run: Run, folder: string): Promise<LoopResult> {
  const { seed, first, cycles } = options;
  let passed = 0;
  let failure: LoopResult["failure"] = null;
  for (let cycle = first; cycle < first + cycles && failure === null; cycle++) {
    try {
      await runCycle(run, planCycle(seed, cycle), createRandom(cycleSeed(cycle, seed)));
      // At the end everything that was ever answered is looked at again.
      if (cycle === first + cycles - 1) {
        withBooks(run.house.dataDir, (books) => checkAnswers(books, run.promises));
      }
      passed++;
      options.onCycle?.(cycle, run);
    } catch (error) {
      failure = { cycle, error, folder };
    }
  }
  const { told, grants } = run.promises;
  const endings = failure === null ? countEndings(run) : {};
  return { passed, failure, answered: told.size, grants: grants.size, endings };
}

function countEndings({ house }: Run): Record<string, number> {
  const sql = "SELECT ending, COUNT(*) AS times FROM requests GROUP BY ending ORDER BY ending";
  const found = withBooks(house.dataDir, (books) =>
    rows<{ ending: string; times: number }>(books, sql),
  );
  return Object.fromEntries(found.map(({ ending, times }) => [ending, times]));
}
