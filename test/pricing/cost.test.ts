// What a request costs: exact, rounded once, every part at its own rate and counted once.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { TokenUsage } from "../../src/base/chat.ts";
import { addProduct, roundUpToMicro, tokenRatesWithin } from "../../src/base/exact.ts";
import type { Price } from "../../src/catalog/types.ts";
import { plainUsage } from "../../src/metering/estimate.ts";
import { costMicro, providerBasisMicro } from "../../src/pricing/cost.ts";

const usd = (perMtok: number) => ({ microPerMtok: perMtok * 1_000_000 });
const gpt4oMini: Price = {
  input: { microPerMtok: 150_000 },
  output: { microPerMtok: 600_000 },
  cacheRead: { microPerMtok: 75_000 },
};
const sonnet: Price = {
  input: usd(3),
  output: usd(15),
  cacheRead: { microPerMtok: 300_000 },
  cacheWrite: { microPerMtok: 3_750_000 },
  cacheWrite1h: usd(6),
};
const usage = (more: Partial<TokenUsage>): TokenUsage => ({ ...plainUsage(0, 0), ...more });
const cost = (price: Price, used: TokenUsage, markupBasisPoints = 0) =>
  costMicro({ price, markupBasisPoints }, used);

describe("cost", () => {
  test.each([
    ["plain", gpt4oMini, usage({ promptTokens: 1000, completionTokens: 100 }), 210],
    [
      "cached input at its own price, counted once",
      gpt4oMini,
      usage({ promptTokens: 1000, completionTokens: 100, cachedTokens: 500 }),
      173, // 172.5
    ],
    [
      "cache reads and writes",
      sonnet,
      usage({
        promptTokens: 10_000,
        completionTokens: 100,
        cachedTokens: 2000,
        cacheWriteTokens: 3000,
      }),
      28_350,
    ],
    [
      "an hour's cache write",
      sonnet,
      usage({
        promptTokens: 10_000,
        completionTokens: 100,
        cachedTokens: 2000,
        cacheWriteTokens: 2000,
        cacheWrite1hTokens: 1000,
      }),
      30_600,
    ],
    [
      "audio from the cache is paid for as cached, only the rest of it as audio",
      { input: usd(1), output: usd(2), cacheRead: { microPerMtok: 100_000 }, inputAudio: usd(10) },
      usage({
        promptTokens: 2_000,
        cachedTokens: 1_000,
        promptAudioTokens: 334,
        cachedAudioTokens: 298,
      }),
      1_424, // 1000 cached, 36 of sound, 964 of text
    ],
    [
      "audio from the cache has a price of its own where there is one",
      {
        input: usd(1),
        output: usd(2),
        cacheRead: { microPerMtok: 100_000 },
        cacheReadAudio: usd(3),
        inputAudio: usd(10),
      },
      usage({
        promptTokens: 2_000,
        cachedTokens: 1_000,
        promptAudioTokens: 334,
        cachedAudioTokens: 298,
      }),
      2_289, // 70.2 for cached text, 894 for cached sound, 360 for fresh sound, 964 for fresh text
    ],
    [
      "also where fresh audio has none, and reads of text have none",
      { input: usd(1), output: usd(2), cacheReadAudio: usd(3) },
      usage({ promptTokens: 10, cachedTokens: 5, promptAudioTokens: 6, cachedAudioTokens: 4 }),
      4 * 3 + 6,
    ],
    [
      "no more audio from the cache than there was anything from it",
      { input: usd(1), output: usd(2), cacheReadAudio: usd(3), inputAudio: usd(10) },
      usage({ promptTokens: 10, cachedTokens: 2, promptAudioTokens: 4, cachedAudioTokens: 5 }),
      2 * 3 + 8,
    ],
    ["the smallest use costs one micro-dollar", gpt4oMini, plainUsage(1, 0), 1],
    ["nothing costs nothing", gpt4oMini, plainUsage(0, 0), 0],
    [
      "more cached than prompt does not make the input negative",
      gpt4oMini,
      usage({ promptTokens: 100, cachedTokens: 5000 }),
      8, // 100 x 0.075
    ],
    [
      "reasoning and audio at their own price where they have one",
      {
        input: usd(1),
        output: usd(2),
        outputReasoning: usd(4),
        inputAudio: usd(10),
        outputAudio: usd(20),
      },
      usage({
        promptTokens: 100,
        promptAudioTokens: 40,
        completionTokens: 100,
        completionAudioTokens: 30,
        reasoningTokens: 50,
      }),
      60 * 1 + 40 * 10 + 30 * 20 + 50 * 4 + 20 * 2,
    ],
    [
      "reasoning at the output price where it has none",
      { input: usd(1), output: usd(2) },
      usage({ promptTokens: 0, completionTokens: 100, reasoningTokens: 90 }),
      200,
    ],
  ] satisfies [string, Price, TokenUsage, number][])("%s", (_, price, used, expected) => {
    expect(cost(price, used)).toBe(expected);
  });

  test("a tier's rate holds for the whole request once the prompt passes it", () => {
    const tiered: Price = {
      input: { microPerMtok: 1_250_000, tiers: [{ above: 200_000, microPerMtok: 2_500_000 }] },
      output: { microPerMtok: 10_000_000, tiers: [{ above: 200_000, microPerMtok: 15_000_000 }] },
    };
    expect(cost(tiered, plainUsage(200_000, 100))).toBe(250_000 + 1000);
    expect(cost(tiered, plainUsage(200_001, 100))).toBe(500_003 + 1500);
  });

  test("a free model costs nothing", () => {
    expect(costMicro(null, plainUsage(1_000_000, 1_000_000))).toBe(0);
  });

  test("a markup is part of the one rounding", () => {
    // 0.15 + 10 % is 0.165, which rounds up to 1; rounding before the markup would give 2.
    expect(cost(gpt4oMini, plainUsage(1, 0), 1000)).toBe(1);
    expect(cost(gpt4oMini, plainUsage(1000, 100), 1250)).toBe(237); // 236.25
  });
});

const tokens = fc.integer({ min: 0, max: 10_000_000 });
const rate = fc.record({ microPerMtok: fc.integer({ min: 0, max: 600_000_000 }) });
const price = fc.record(
  {
    input: rate,
    output: rate,
    cacheRead: rate,
    cacheReadAudio: rate,
    cacheWrite: rate,
    cacheWrite1h: rate,
    inputAudio: rate,
    outputAudio: rate,
    outputReasoning: rate,
  },
  { requiredKeys: ["input", "output"] },
) as fc.Arbitrary<Price>;
const anyUsage = fc.record({
  promptTokens: tokens,
  completionTokens: tokens,
  cachedTokens: tokens,
  cacheWriteTokens: tokens,
  cacheWrite1hTokens: tokens,
  promptAudioTokens: tokens,
  cachedAudioTokens: tokens,
  completionAudioTokens: tokens,
  reasoningTokens: tokens,
  acceptedPredictionTokens: tokens,
  rejectedPredictionTokens: tokens,
});

describe("for any price and usage, cost", () => {
  test("is a whole number of micro-dollars, never negative, never more than the dearest rate", () => {
    fc.assert(
      fc.property(price, anyUsage, fc.integer({ min: 0, max: 100_000 }), (one, used, markup) => {
        const micro = cost(one, used, markup);
        expect(Number.isSafeInteger(micro)).toBe(true);
        expect(micro).toBeGreaterThanOrEqual(0);
        const dearest = Math.max(...Object.values(one).map(({ microPerMtok }) => microPerMtok));
        const all = BigInt(used.promptTokens + used.completionTokens) * BigInt(dearest);
        expect(micro).toBeLessThanOrEqual(roundUpToMicro(all, markup));
      }),
    );
  });

  test("grows with every token", () => {
    fc.assert(
      fc.property(price, tokens, tokens, (one, prompt, completion) => {
        const less = cost(one, plainUsage(prompt, completion));
        expect(cost(one, plainUsage(prompt + 1, completion))).toBeGreaterThanOrEqual(less);
        expect(cost(one, plainUsage(prompt, completion + 1))).toBeGreaterThanOrEqual(less);
      }),
    );
  });

  test("what an amount buys never costs more than the amount, and one more unit does", () => {
    const amount = fc.integer({ min: 0, max: 1_000_000_000_000 });
    fc.assert(
      fc.property(amount, fc.integer({ min: 0, max: 100_000 }), (micro, markup) => {
        const buys = tokenRatesWithin(micro, markup);
        expect(roundUpToMicro(buys, markup)).toBeLessThanOrEqual(micro);
        expect(roundUpToMicro(addProduct(buys, 1, 1), markup)).toBeGreaterThan(micro);
      }),
    );
  });
});

describe("what the provider says that a call cost", () => {
  const pinned = { price: gpt4oMini, markupBasisPoints: 1_000 };
  const used = plainUsage(1_000, 100);
  // 150 + 60, and a tenth more.
  const OURS = 231;

  test("is the basis where it is more than the price, marked up, rounded up", () => {
    const basis = providerBasisMicro(pinned, used, 2_167.75);
    expect(basis).toBe(2_168);
    expect(costMicro(pinned, used, basis)).toBe(2_385);
    expect(costMicro(pinned, used, null)).toBe(OURS);
  });

  test.each([209.9, 210, 0, -1, Number.NaN, Number.NEGATIVE_INFINITY, 100_000_001])(
    "%p is not",
    (micro) => expect(providerBasisMicro(pinned, used, micro)).toBeNull(),
  );

  test("is nothing to a free model", () => {
    expect(providerBasisMicro(null, used, 2_000)).toBeNull();
    expect(costMicro(null, used, 2_000)).toBe(0);
  });
});
