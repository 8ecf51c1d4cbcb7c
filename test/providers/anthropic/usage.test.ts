// Usage as Anthropic reports it, at once and piece by piece.
import { expect, test } from "bun:test";
import { reportedCounts } from "../../../src/providers/anthropic/usage.ts";
import { UsageCollector } from "../../../src/providers/claude/usage.ts";
import { tokens } from "../../support/usage.ts";
import { START_USAGE } from "./support.ts";

const one = (usage: unknown) => new UsageCollector().add(reportedCounts(usage));
test.each([
  [
    {
      input_tokens: 5,
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 30,
      cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
      output_tokens: 9,
      output_tokens_details: { thinking_tokens: 4 },
    },
    tokens({
      promptTokens: 135,
      completionTokens: 9,
      cachedTokens: 100,
      cacheWriteTokens: 10,
      cacheWrite1hTokens: 20,
      reasoningTokens: 4,
    }),
  ],
  [
    { input_tokens: 5, cache_creation_input_tokens: 30, output_tokens: 9 },
    tokens({ promptTokens: 35, completionTokens: 9, cacheWriteTokens: 30 }),
  ],
  [
    { input_tokens: 5, cache_creation: { ephemeral_1h_input_tokens: 3 }, output_tokens: 9 },
    tokens({ promptTokens: 8, completionTokens: 9, cacheWrite1hTokens: 3 }),
  ],
  [
    {
      input_tokens: 0,
      output_tokens: 0,
      cache_creation: null,
      output_tokens_details: { thinking_tokens: 4 },
    },
    tokens({}),
  ],
  [{ output_tokens: 9 }, null],
  [{ input_tokens: 9 }, null],
  [{ input_tokens: -1, output_tokens: 9 }, null],
  [{ input_tokens: 1, output_tokens: 1.5 }, null],
  [{ input_tokens: 1, output_tokens: "9" }, null],
  [{ input_tokens: 1, output_tokens: 1, cache_read_input_tokens: 1e12 }, null],
  [null, null],
  [undefined, null],
])("%j", (usage, expected) => {
  expect(one(usage)).toEqual(expected);
});

test("reports are cumulative: the largest count wins, and what a later one lacks is kept", () => {
  const collector = new UsageCollector();
  const reader = { add: (usage: unknown) => collector.add(reportedCounts(usage)) };
  reader.add({
    ...START_USAGE,
    cache_creation_input_tokens: 20,
    cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 20 },
  });
  expect(reader.add({ output_tokens: 5 })?.completionTokens).toBe(5);
  expect(
    reader.add({ input_tokens: 12, output_tokens: 8, cache_creation_input_tokens: 20 }),
  ).toEqual(tokens({ promptTokens: 32, completionTokens: 8, cacheWrite1hTokens: 20 }));
  expect(reader.add(undefined)?.completionTokens).toBe(8);
  // Some hosts end a stream with zeros.
  expect(reader.add({ input_tokens: 0, output_tokens: 0 })).toEqual(
    tokens({ promptTokens: 32, completionTokens: 8, cacheWrite1hTokens: 20 }),
  );
  expect(reader.add({ output_tokens: -1 })).toBeNull();
  expect(reader.add({ output_tokens: 9 })).toBeNull();
});
