// Every behaviour for every dialect through the real server; prints the matrix of what was run.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { expectQuietBooks } from "../chat/support.ts";
import { ANSWERS } from "./behaviours/answers.ts";
import { FAILURES } from "./behaviours/failures.ts";
import { type Bench, openBench } from "./bench.ts";
import { DRIVERS } from "./drivers/all.ts";
import { Matrix } from "./matrix.ts";

const BEHAVIOURS = Object.entries({ ...ANSWERS, ...FAILURES });

const matrix = new Matrix(DRIVERS.map(({ name }) => name));

afterAll(() => {
  process.stdout.write(`\n${matrix}${matrix.size} cells\n\n`);
});

describe.each(DRIVERS.map((driver) => [driver.name, driver] as const))("%s", (name, driver) => {
  let bench: Bench;

  beforeAll(async () => {
    bench = await openBench(driver);
  });

  afterAll(async () => {
    await expectQuietBooks(bench.server);
    await bench.close();
  });

  test.each(BEHAVIOURS)("%s", async (row, run) => {
    matrix.set(row, name, "FAILED");
    matrix.set(row, name, await run(bench));
  });
});

test("no cell was left out", () => {
  expect(matrix.size).toBe(DRIVERS.length * BEHAVIOURS.length);
});
