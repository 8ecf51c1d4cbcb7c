// Prices: the period and the tier that apply, and agreement with the calculator of genai-prices.
import { describe, expect, test } from "bun:test";
import { calcPrice } from "@pydantic/genai-prices";
import { maxRateUpTo, priceAt, rateFor } from "../../src/catalog/price.ts";
import type { Deployment, Price, PricePeriod, Rate } from "../../src/catalog/types.ts";
import { plainUsage } from "../../src/metering/estimate.ts";
import { costMicro } from "../../src/pricing/cost.ts";
import { best, catalog } from "./support.ts";

const flat = (microPerMtok: number): Price => ({
  input: { microPerMtok },
  output: { microPerMtok },
});

function deployment(prices: PricePeriod[]): Deployment {
  return { ...best(catalog(["openai"]), "gpt-4o-mini"), prices };
}

const inputAt = (prices: PricePeriod[], time: string) =>
  priceAt(deployment(prices), new Date(time))?.input.microPerMtok;

describe("priceAt", () => {
  test("gives null for a free deployment", () => {
    expect(priceAt(deployment([]), new Date())).toBeNull();
  });

  test("starts a dated price with its first day in UTC", () => {
    const prices = [{ price: flat(1) }, { price: flat(2), fromDate: "2027-01-01" }];
    expect(inputAt(prices, "2026-12-31T23:59:59.999Z")).toBe(1);
    expect(inputAt(prices, "2027-01-01T00:00:00.000Z")).toBe(2);
  });

  test("charges the first price before any applies, instead of nothing", () => {
    expect(inputAt([{ price: flat(7), fromDate: "2030-01-01" }], "2026-01-01T00:00:00Z")).toBe(7);
  });

  const wrapping: PricePeriod[] = [
    { price: flat(1) },
    { price: flat(2), dailyUtc: ["16:30", "00:30"] },
  ];
  test.each([
    ["16:29:59.999", 1],
    ["16:30:00.000", 2],
    ["23:59:59.999", 2],
    ["00:00:00.000", 2],
    ["00:29:59.999", 2],
    ["00:30:00.000", 1],
    ["12:00:00.000", 1],
  ])("wraps hours around midnight: %s is price %d", (time, expected) => {
    expect(inputAt(wrapping, `2026-05-05T${time}Z`)).toBe(expected);
  });

  test("takes the last of several periods that apply", () => {
    const prices: PricePeriod[] = [
      { price: flat(1) },
      { price: flat(2), fromDate: "2026-01-01" },
      { price: flat(3), dailyUtc: ["01:00", "04:00"] },
    ];
    expect(inputAt(prices, "2026-06-01T02:00:00Z")).toBe(3);
    expect(inputAt(prices, "2026-06-01T04:00:00Z")).toBe(2);
  });
});

describe("tiers", () => {
  const rate: Rate = {
    microPerMtok: 10,
    tiers: [
      { above: 300, microPerMtok: 15 },
      { above: 100, microPerMtok: 20 },
    ],
  };
  test.each([
    [0, 10, 10],
    [100, 10, 10],
    [101, 20, 20],
    [300, 20, 20],
    [301, 15, 20],
  ])("a prompt of %d tokens costs %d, and at most %d up to there", (tokens, exact, most) => {
    expect(rateFor(rate, tokens)).toBe(exact);
    expect(maxRateUpTo(rate, tokens)).toBe(most);
  });
});

test.each([
  "gemini-2.5-flash",
  "gemini-2.5-flash-lite",
  "gemini-2.5-pro",
  "gemini-3-flash-preview",
])("%s: sound and cached sound cost what genai-prices reckons", (id) => {
  const timestamp = new Date("2026-11-22T12:00:00Z");
  const price = priceAt(best(catalog(["google"]), id), timestamp);
  if (price === null) throw new Error("a priced model became free");
  const theirs = calcPrice(
    {
      input_tokens: 2_000_000,
      cache_read_tokens: 1_000_000,
      input_audio_tokens: 334_000,
      cache_audio_read_tokens: 298_000,
      output_tokens: 100_000,
    },
    id,
    { providerId: "google", timestamp },
  );
  const ours = costMicro(
    { price, markupBasisPoints: 0 },
    {
      ...plainUsage(2_000_000, 100_000),
      cachedTokens: 1_000_000,
      promptAudioTokens: 334_000,
      cachedAudioTokens: 298_000,
    },
  );
  expect(ours).toBe(Math.round((theirs?.total_price ?? Number.NaN) * 1e6));
});

describe("the catalogue's prices against genai-prices' calculator", () => {
  const served = catalog(["openai", "anthropic", "google", "deepseek", "xai", "mistral", "groq"]);
  const models = [
    ["openai", "gpt-4o-mini"],
    ["openai", "gpt-4o"],
    ["openai", "gpt-5.6-sol"],
    ["openai", "o3"],
    ["openai", "gpt-audio"],
    ["anthropic", "claude-sonnet-4-6"],
    ["anthropic", "claude-opus-5-5"],
    ["google", "gemini-2.5-pro"],
    ["google", "gemini-2.5-flash"],
    ["google", "gemini-3.8-flash"],
    ["deepseek", "deepseek-v4-pro"],
    ["x-ai", "grok-4.5"],
    ["mistral", "mistral-large-2512"],
    ["groq", "llama-3.3-70b-versatile"],
  ] as const;
  const usages = [
    { input: 1_000, output: 100, read: 0, write: 0, hour: 0 },
    { input: 10_000, output: 1_234, read: 2_000, write: 0, hour: 0 },
    { input: 10_000, output: 1, read: 2_000, write: 3_000, hour: 1_000 },
    { input: 200_000, output: 7, read: 0, write: 0, hour: 0 },
    { input: 300_001, output: 4_567, read: 1, write: 0, hour: 0 },
  ];
  const times = ["2026-11-22T02:00:00Z", "2026-11-22T12:00:00Z", "2027-01-01T00:00:00Z"];

  for (const [providerId, id] of models) {
    test.each(usages)(`${id} for %j`, (usage) => {
      for (const time of times) {
        const timestamp = new Date(time);
        const price = priceAt(best(served, id), timestamp);
        if (price === null) {
          throw new Error("a priced model became free");
        }
        const writes = price.cacheWrite === undefined ? 0 : usage.write;
        const hour = price.cacheWrite1h === undefined ? 0 : Math.min(usage.hour, writes);
        const theirs = calcPrice(
          {
            input_tokens: usage.input,
            output_tokens: usage.output,
            cache_read_tokens: usage.read,
            cache_write_tokens: writes,
            ...(hour === 0 ? {} : { cache_write_1h_tokens: hour }),
          },
          id,
          { providerId, timestamp },
        );
        const at = (rate: Rate | undefined) => rateFor(rate ?? price.input, usage.input);
        const ourPico =
          (usage.input - usage.read - writes) * at(price.input) +
          usage.read * at(price.cacheRead) +
          (writes - hour) * at(price.cacheWrite) +
          hour * at(price.cacheWrite1h) +
          usage.output * rateFor(price.output, usage.input);
        const theirMicro = Math.round((theirs?.total_price ?? Number.NaN) * 1e6);
        expect(Math.abs(Math.round(ourPico / 1e6) - theirMicro)).toBeLessThanOrEqual(1);
      }
    });
  }
});
