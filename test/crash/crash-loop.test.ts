// A short run of the crash loop; `npm run test:crash` is the long one.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { cleanUp, installBinary } from "../binary/support.ts";
import { crashLoop } from "./loop.ts";

setDefaultTimeout(180_000);

const CYCLES = 10;
const SEED = 1;

let binary = "";
beforeAll(async () => {
  binary = await installBinary();
});
afterAll(cleanUp);

test(`${CYCLES} crashes under load lose, invent and double nothing (seed ${SEED})`, async () => {
  const result = await crashLoop({ binary, seed: SEED, first: 1, cycles: CYCLES });
  expect(result).toMatchObject({ failure: null, passed: CYCLES });
  // Otherwise nothing was tried.
  expect(result.answered).toBeGreaterThan(CYCLES);
  expect(result.endings.abandoned).toBeGreaterThan(0);
  expect(result.endings.drained).toBeGreaterThan(0);
  expect(result.counts.replayed).toBeGreaterThan(0);
  expect(result.counts.ranAgain).toBeGreaterThan(0);
});
