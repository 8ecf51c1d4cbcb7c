// A short run of the streams that stay open; `npm run test:streams` is the long one.
import { expect, test } from "bun:test";
import { memoryChecks, streamsChecks } from "./streams-checks.ts";
import { runStreams } from "./streams-run.ts";

test("300 open streams get their words while 40 readers stall, and all are charged once", async () => {
  const result = await runStreams({
    streams: 300,
    stalled: 40,
    warmUp: { streams: 50, stalled: 0 },
    idleTimeoutMs: 12_000,
    wordEveryMs: 1_000,
    heldMs: 1_500,
    memoryMs: 0,
    binary: null,
  });
  // Memory says nothing yet after so few: the long run looks at it.
  const unsaid = new Set(memoryChecks(result).map(({ name }) => name));
  const checks = streamsChecks(result).filter(({ name }) => !unsaid.has(name));
  expect(checks.filter(({ holds }) => !holds)).toEqual([]);
  expect(checks.length).toBeGreaterThan(10);
}, 120_000);
