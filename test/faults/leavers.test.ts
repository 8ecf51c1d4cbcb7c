// A short run of the crowd of clients that leave; `npm run test:leavers` is the long one.
import { expect, test } from "bun:test";
import { leaverChecks } from "./leavers-checks.ts";
import { runLeavers } from "./leavers-run.ts";

test("500 clients that leave in every way are in the books once, and nowhere else", async () => {
  const size = { warmUp: 250, clients: 250, atOnce: 50 };
  const unmeasured = { memoryMs: 0, memoryBackMs: 0 };
  const result = await runLeavers({ ...size, ...unmeasured, seed: 1, binary: null });
  // Memory says nothing yet after so few: the long run looks at it.
  const checks = leaverChecks(result).filter(({ name }) => name !== "memory is flat");
  expect(checks.filter(({ holds }) => !holds)).toEqual([]);
  expect(checks.length).toBeGreaterThan(5);
}, 60_000);
