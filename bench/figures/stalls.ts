// How long streams stand still beside completions: while their thread waits for the disk, and between two events.
import { waitsForDisk } from "../accounting.ts";
import { warmUp } from "../compare.ts";
import { ask, type Target, wrk } from "../load.ts";
import { plainRow } from "../row.ts";
import { once, percentile, type Spread, spread } from "../statistics.ts";
import { steady } from "../steady.ts";
import type { Figure } from "./figure.ts";
import { completions, pacedStreams } from "./targets.ts";

/** Enough commits, and so little work that what stands still waits for them and not for the processor. */
const LOAD = steady(500, 16);
const LOOK_EVERY_MS = 1;

interface Stalls {
  /** Of each second, for how long the event loop's thread waited for the disk. */
  diskMs: number;
  /** The longest of these waits, as far as a look each millisecond can tell. */
  longestDiskMs: number;
  /** Between two events of a stream that brings one each 5 ms. */
  gapP99Ms: number;
  longestGapMs: number;
}

/** Looks at a process's first thread until told to stop. */
function watchDisk(pid: number) {
  let isOver = false;
  let looks = 0;
  let waits = 0;
  let longestMs = 0;
  let sinceMs: number | null = null;
  const watching = (async () => {
    while (!isOver) {
      const nowMs = performance.now();
      looks += 1;
      if (waitsForDisk(pid)) {
        waits += 1;
        sinceMs ??= nowMs;
        longestMs = Math.max(longestMs, nowMs - sinceMs + LOOK_EVERY_MS);
      } else sinceMs = null;
      await Bun.sleep(LOOK_EVERY_MS);
    }
  })();
  return async () => {
    isOver = true;
    await watching;
    return { diskMs: (waits / looks) * 1_000, longestDiskMs: longestMs };
  };
}

/** Reads a paced stream of a server that answers completions meanwhile. */
async function stallsOf(load: Target, stream: Target, seconds: number): Promise<Stalls> {
  const loaded = LOAD(load, seconds);
  const stopWatching = watchDisk(load.pid);
  const gaps = await readGaps(stream, (seconds - 1) * 1_000);
  const disk = await stopWatching();
  await loaded;
  return { ...disk, gapP99Ms: percentile(gaps, 99), longestGapMs: Math.max(...gaps) };
}

/** The pauses between the chunks in which a stream arrives; it is asked for again when it ends. */
async function readGaps(stream: Target, forMs: number): Promise<number[]> {
  const gaps: number[] = [];
  const endMs = performance.now() + forMs;
  while (performance.now() < endMs) {
    const { body } = await ask(stream);
    let lastMs: number | null = null;
    for await (const _ of body ?? []) {
      const nowMs = performance.now();
      if (lastMs !== null) gaps.push(nowMs - lastMs);
      lastMs = nowMs;
    }
  }
  return gaps;
}

const longestOf = (values: readonly number[]): Spread => once(Math.max(...values));

export const stalls: Figure = {
  name: "stalls",
  async measure(world, effort) {
    const [bareLoad, productLoad] = completions(world, 1_000);
    const [bareStream, productStream] = pacedStreams(world, "openai");
    const { rounds, seconds } = effort;
    await warmUp(bareLoad, wrk(64), effort);
    await warmUp(productLoad, wrk(64), effort);
    const bare: Stalls[] = [];
    const product: Stalls[] = [];
    for (let round = 0; round < rounds; round++) {
      bare.push(await stallsOf(bareLoad, bareStream, seconds));
      product.push(await stallsOf(productLoad, productStream, seconds));
    }
    const row = (figure: string, unit: string, which: keyof Stalls, atMost: number | null) => {
      // The longest of all rounds is what was promised not to be.
      const all = which === "diskMs" || which === "gapP99Ms" ? spread : longestOf;
      const of = (taken: readonly Stalls[]) => all(taken.map((one) => one[which]));
      return plainRow(figure, unit, { bare: of(bare), product: of(product) }, atMost);
    };
    return [
      row("event loop waits for the disk", "ms a second", "diskMs", 0),
      row("the longest such wait", "ms", "longestDiskMs", 0),
      row("5 ms stream beside it, gap p99", "ms", "gapP99Ms", null),
      row("5 ms stream beside it, longest gap", "ms", "longestGapMs", null),
    ];
  },
};
