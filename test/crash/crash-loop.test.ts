// A short run of the crash loop; `npm run test:crash` is the long one.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { cleanUp, installBinary } from "../support/executable.ts";
import { crashLoop, type LoopOptions } from "./loop.ts";

setDefaultTimeout(300_000);

/** What is tried depends on when a process dies: as many cycles as it takes, but no more than these. */
const MIN_CYCLES = 10;
const MAX_CYCLES = 60;
const SEED = 1;

let binary = "";
beforeAll(async () => {
  binary = await installBinary();
});
afterAll(cleanUp);

/** Whether crashes met what they are for: open holds, answers read on, keys that come again in both ways. */
const isEnough: LoopOptions["isEnough"] = ({ passed, counts, endings }) =>
  passed >= MIN_CYCLES &&
  (endings.abandoned ?? 0) > 0 &&
  (endings.drained ?? 0) > 0 &&
  counts.replayed > 0 &&
  counts.ranAgain > 0;

test(`crashes under load lose, invent and double nothing (seed ${SEED})`, async () => {
  const result = await crashLoop({ binary, seed: SEED, first: 1, cycles: MAX_CYCLES, isEnough });
  expect(result.failure).toBeNull();
  expect(isEnough?.(result)).toBe(true);
  expect(result.answered).toBeGreaterThan(0);
});
