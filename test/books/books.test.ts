// A small run of the books: every behaviour at least once, on the executable where there is one, else on the source.
import { expect, test } from "bun:test";
import { usualCommand } from "../support/program.ts";
import { priced, type Usage } from "./price.ts";
import { tableLines } from "./report.ts";
import { settleBooks } from "./settle-books.ts";

const REQUESTS = 2_000;
const TIMEOUT_MS = 120_000;

test(
  `the charges of ${REQUESTS} mixed requests are what the upstream's own count costs`,
  async () => {
    const options = { seed: 1, requests: REQUESTS, concurrency: 48, program: usualCommand() };
    const { checks, sums } = await settleBooks(options);
    const failed = checks.filter(({ faults }) => faults.length > 0);
    expect(failed, tableLines(sums).join("\n")).toEqual([]);
    expect(checks.length).toBeGreaterThan(100);
  },
  TIMEOUT_MS,
);

const NONE: Usage = { input: 0, cached: 0, written: 0, written1h: 0, output: 0, reasoning: 0 };
const price = { inputPerMtok: "3", outputPerMtok: "15", cacheReadPerMtok: "0.3" };

test.each([
  ["nothing", NONE, "0", 0n],
  ["input and output at their rates", { ...NONE, input: 100, output: 10 }, "0", 450n],
  ["a cached part at its own", { ...NONE, input: 100, cached: 40, output: 10 }, "0", 342n],
  ["a part without a rate at that of its whole", { ...NONE, input: 10, written: 10 }, "0", 30n],
  ["a markup, then rounded up once", { ...NONE, input: 7, cached: 3 }, "12.5", 15n],
])("the price that the books are held against: %s", (_name, usage, markupPercent, expected) => {
  expect(priced({ price, markupPercent }, usage)).toBe(expected);
});
