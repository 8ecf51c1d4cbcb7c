// The crash loop: cycle after cycle on one data folder, until one fails.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endAll, firstLine, startScript } from "../support/children.ts";
import { createRandom } from "../support/random.ts";
import { rows, withBooks } from "./books.ts";
import { newWatermark } from "./check.ts";
import { checkAnswers } from "./check-answers.ts";
import { type Run, runCycle } from "./cycle.ts";
import { makeHouse, openAccount, serve } from "./house.ts";
import { planCycle } from "./plan.ts";
import { addAnswers, noAnswers, noPromises } from "./promises.ts";

export interface LoopOptions {
  binary: string;
  seed: number;
  cycles: number;
  /** The number of the first cycle; each has its own plan. */
  first: number;
  /** Ends the loop before its last cycle: what it was to try has been tried. */
  isEnough?: (tried: Pick<LoopResult, "passed" | "counts" | "endings">) => boolean;
  /** Told of every cycle that passed. */
  onCycle?: (cycle: number, run: Run) => void;
}

export interface LoopResult {
  passed: number;
  failure: { cycle: number; error: unknown; folder: string } | null;
  /** Answers whose final figure reached a client. */
  answered: number;
  /** Entries that the operator ordered, by kind. */
  entries: Record<string, number>;
  /** Keys that were asked again after a restart, by how; and backups that were proved. */
  counts: Run["counts"];
  /** Records by ending. */
  endings: Record<string, number>;
}

const RICH_CREDITS = "1000000";
const POOR_CREDITS = "0.004";
/** So short that some answers do not end within it. */
const DRAIN_TIMEOUT_MS = 120;

/** Runs the cycles. The folder of a failed run is kept. */
export async function crashLoop(options: LoopOptions): Promise<LoopResult> {
  const folder = mkdtempSync(join(tmpdir(), "aacflow-crash-"));
  try {
    const run = await openRun(options.binary, folder);
    const result = await runCycles(options, run, folder);
    if (result.failure === null) rmSync(folder, { recursive: true });
    return result;
  } finally {
    await endAll();
  }
}

async function openRun(binary: string, folder: string): Promise<Run> {
  const { url: upstreamUrl } = await firstLine<{ url: string }>(
    startScript(join(import.meta.dir, "upstream.ts")),
  );
  const house = makeHouse({ binary, folder, upstreamUrl, drainTimeoutMs: DRAIN_TIMEOUT_MS });
  const accounts = {
    rich: await openAccount(house, "rich", RICH_CREDITS),
    poor: await openAccount(house, "poor", POOR_CREDITS),
  };
  const mark = newWatermark();
  const serving = await serve(house);
  return {
    house,
    upstreamUrl,
    accounts,
    promises: noPromises(),
    mark,
    serving,
    again: noAnswers(),
    counts: { replayed: 0, ranAgain: 0, backups: 0 },
  };
}

async function runCycles(options: LoopOptions, run: Run, folder: string): Promise<LoopResult> {
  const { seed, first, cycles, isEnough } = options;
  let passed = 0;
  let failure: LoopResult["failure"] = null;
  let isLast = false;
  for (let cycle = first; !isLast && failure === null; cycle++) {
    try {
      await runCycle(run, planCycle(seed, cycle), createRandom(seed, cycle, 1));
      passed++;
      isLast =
        passed === cycles ||
        isEnough?.({ passed, counts: run.counts, endings: countEndings(run) }) === true;
      // At the end everything that was ever answered is looked at again.
      if (isLast) {
        addAnswers(run.promises, run.again);
        withBooks(run.house.dataDir, (books) => checkAnswers(books, run.promises));
      }
      options.onCycle?.(cycle, run);
    } catch (error) {
      failure = { cycle, error, folder };
    }
  }
  const { told, entries } = run.promises;
  const endings = failure === null ? countEndings(run) : {};
  const kinds: Record<string, number> = {};
  for (const { kind } of entries.values()) kinds[kind] = (kinds[kind] ?? 0) + 1;
  return { passed, failure, answered: told.size, entries: kinds, counts: run.counts, endings };
}

function countEndings({ house }: Run): Record<string, number> {
  const sql = "SELECT ending, COUNT(*) AS times FROM requests GROUP BY ending ORDER BY ending";
  const found = withBooks(house.dataDir, (books) =>
    rows<{ ending: string; times: number }>(books, sql),
  );
  return Object.fromEntries(found.map(({ ending, times }) => [ending, times]));
}
