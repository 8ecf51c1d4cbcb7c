// A short run of the crowd of clients that leave; `npm run test:leavers` is the long one.
import { expect, test } from "bun:test";
import { leaverChecks } from "./leavers-checks.ts";
import { runLeavers } from "./leavers-run.ts";

test("500 clients that leave in every way are in the books once, and nowhere else", async () => {
  const options = { warmUp: 250, clients: 250, atOnce: 50, seed: 1, memoryMs: 0, binary: null };
  const result = await runLeavers(options);
  // Memory says nothing yet after so few: the long run looks at it.
  const checks = leaverChecks(result).filter(({ name }) => name !== "memory is flat");
  expect(checks.filter(({ holds }) => !holds)).toEqual([]);
  expect(checks.length).toBeGreaterThan(5);
}, 60_000);
