// Token counts of any provider: what can be a count, and parts that stay within their totals.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  MAX_TOKENS_PER_REQUEST,
  TokenCounts,
  tokenUsage,
} from "../../../src/providers/shared/token-counts.ts";
import { tokens } from "../../support/usage.ts";

describe("a count", () => {
  test.each<[unknown[], number | null, boolean]>([
    [[3], 3, false],
    [[0, 3], 0, false],
    [[undefined, null, 3], 3, false],
    [[], null, false],
    [[null], null, false],
    [[MAX_TOKENS_PER_REQUEST], MAX_TOKENS_PER_REQUEST, false],
    [[MAX_TOKENS_PER_REQUEST + 1], null, true],
    [[-1], null, true],
    [[1.5, 3], null, true],
    [["3"], null, true],
    [[true], null, true],
    [[{}], null, true],
  ])("the first of %j", (values, count, absurd) => {
    const counts = new TokenCounts();
    expect(counts.first(...values)).toBe(count);
    expect(counts.absurd).toBe(absurd);
  });

  test("that is left out is zero, and one that was absurd is remembered", () => {
    const counts = new TokenCounts();
    expect([counts.orZero(), counts.orZero(null), counts.orZero(-1), counts.orZero(4)]).toEqual([
      0, 0, 0, 4,
    ]);
    expect(counts.absurd).toBe(true);
  });
});

describe("usage", () => {
  test("of totals alone", () => {
    expect(tokenUsage({ promptTokens: 5, completionTokens: 2 })).toEqual(
      tokens({ promptTokens: 5, completionTokens: 2 }),
    );
  });

  test("has no part larger than its total, and none counted twice", () => {
    const count = fc.nat({ max: 1_000 });
    const parts = fc.record({
      promptTokens: count,
      completionTokens: count,
      cachedTokens: count,
      cacheWriteTokens: count,
      cacheWrite1hTokens: count,
      promptAudioTokens: count,
      cachedAudioTokens: count,
      completionAudioTokens: count,
      reasoningTokens: count,
    });
    fc.assert(
      fc.property(parts, (given) => {
        const usage = tokenUsage(given);
        const { cachedTokens, cacheWriteTokens, cacheWrite1hTokens, promptTokens } = usage;
        expect(cachedTokens + cacheWriteTokens + cacheWrite1hTokens).toBeLessThanOrEqual(
          promptTokens,
        );
        expect(usage.promptAudioTokens).toBeLessThanOrEqual(promptTokens);
        expect(usage.cachedAudioTokens ?? 0).toBeLessThanOrEqual(
          Math.min(usage.promptAudioTokens, cachedTokens),
        );
        for (const part of [usage.completionAudioTokens, usage.reasoningTokens]) {
          expect(part).toBeLessThanOrEqual(usage.completionTokens);
        }
      }),
    );
  });
});
