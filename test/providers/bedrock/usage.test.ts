// Converse's usage: the cache's tokens are added to the input, and absurd counts are none.
import { expect, test } from "bun:test";
import { reportedCounts } from "../../../src/providers/bedrock/usage.ts";
import { UsageCollector } from "../../../src/providers/claude/usage.ts";
import { tokens } from "../../support/usage.ts";

const parseUsage = (usage: unknown) => new UsageCollector().add(reportedCounts(usage));

const NONE = tokens();

test.each([
  [
    { inputTokens: 5, outputTokens: 2, totalTokens: 7 },
    { ...NONE, promptTokens: 5, completionTokens: 2 },
  ],
  [
    { inputTokens: 0, outputTokens: 0 },
    { ...NONE, promptTokens: 0, completionTokens: 0 },
  ],
  [
    { inputTokens: 5, outputTokens: 2, cacheReadInputTokens: 100, cacheWriteInputTokens: 40 },
    {
      ...NONE,
      promptTokens: 145,
      completionTokens: 2,
      cachedTokens: 100,
      cacheWriteTokens: 40,
    },
  ],
  [
    {
      inputTokens: 1,
      outputTokens: 1,
      cacheWriteInputTokens: 40,
      cacheDetails: [
        { ttl: "1h", inputTokens: 30 },
        { ttl: "5m", inputTokens: 10 },
      ],
    },
    {
      ...NONE,
      promptTokens: 41,
      completionTokens: 1,
      cacheWriteTokens: 10,
      cacheWrite1hTokens: 30,
    },
  ],
])("%j", (given, expected) => {
  expect(parseUsage(given)).toEqual(expected);
});

test.each([
  undefined,
  null,
  {},
  { inputTokens: 5 },
  { outputTokens: 5 },
  { inputTokens: -1, outputTokens: 5 },
  { inputTokens: 1.5, outputTokens: 5 },
  { inputTokens: "1", outputTokens: 5 },
  { inputTokens: 1e12, outputTokens: 5 },
  { inputTokens: 1, outputTokens: 5, cacheReadInputTokens: -3 },
  { inputTokens: 1, outputTokens: 5, cacheDetails: [{ ttl: "1h", inputTokens: -3 }] },
])("%j is none", (given) => {
  expect(parseUsage(given)).toBeNull();
});
