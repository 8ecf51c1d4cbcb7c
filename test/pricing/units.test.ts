// Prices of what is not counted in tokens: exact as tokens are, and within what a hold was made for.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { roundUpToMicro } from "../../src/base/exact.ts";
import { UNITS, type UnitCounts } from "../../src/base/units.ts";
import type { Price } from "../../src/catalog/types.ts";
import { plainUsage } from "../../src/metering/estimate.ts";
import { boundRates } from "../../src/pricing/bound.ts";
import { costMicro } from "../../src/pricing/cost.ts";

const FREE = { microPerMtok: 0 };
const MILLION = 1_000_000;

test.each([
  ["an image for $0.04", { images: 40_000 * MILLION }, { images: 3 }, 120_000],
  ["a minute of speech for $0.006", { seconds: 100 * MILLION }, { seconds: 61 }, 6_100],
  ["a million characters for $15", { characters: 15 * MILLION }, { characters: 33 }, 495],
  ["a million characters for $0.60, rounded up", { characters: 600_000 }, { characters: 1 }, 1],
  ["a page for $0.001", { pages: 1_000 * MILLION }, { pages: 12 }, 12_000],
  ["a search for $0.01", { requests: 10_000 * MILLION }, { requests: 1 }, 10_000],
  ["a request, which any use is", { requests: 10_000 * MILLION }, {}, 10_000],
  ["a request that was counted as none", { requests: 10_000 * MILLION }, { requests: 0 }, 10_000],
  ["what has no price of its own", { images: 40_000 * MILLION }, { pages: 9 }, 0],
])("%s", (_what, units, used, micro) => {
  const price: Price = { input: FREE, output: FREE, units };
  expect(costMicro({ price, markupBasisPoints: 0 }, { ...plainUsage(0, 0), ...used })).toBe(micro);
});

test("beside tokens they are one sum, marked up and rounded once", () => {
  const price: Price = {
    input: { microPerMtok: 1_500_000 },
    output: FREE,
    units: { requests: 500_000 },
  };
  const usage = { ...plainUsage(1, 0), requests: 1 };
  // 1.5 and 0.5, with a tenth.
  expect(costMicro({ price, markupBasisPoints: 1_000 }, usage)).toBe(3);
});

test("a use within its bound never costs more than the bound", () => {
  const counts: fc.Arbitrary<UnitCounts> = fc.record(
    Object.fromEntries(UNITS.map((unit) => [unit, fc.nat(10_000)])),
    { requiredKeys: [] },
  );
  const rate = fc.nat(90 * MILLION).map((microPerMtok) => ({ microPerMtok }));
  fc.assert(
    fc.property(counts, counts, fc.nat(9_999), fc.nat(9_999), rate, (prices, units, ...rest) => {
      const [promptTokens, completionTokens, token] = rest;
      const price: Price = { input: token, output: token, units: prices };
      const rates = boundRates(price, { inputTokens: promptTokens, units });
      const most =
        BigInt(rates.inputTokenRates) + BigInt(rates.outputTokenRate) * BigInt(completionTokens);
      const usage = { ...plainUsage(promptTokens, completionTokens), ...units };
      expect(costMicro({ price, markupBasisPoints: 500 }, usage)).toBeLessThanOrEqual(
        roundUpToMicro(most, 500),
      );
    }),
  );
});
