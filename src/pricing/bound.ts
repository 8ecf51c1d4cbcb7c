// The most that a use can cost, as figures of which a hold is made: pure integers, no API's shapes.
import { addProduct, type Exact } from "../base/exact.ts";
import { UNITS, type UnitCounts, usedOf } from "../base/units.ts";
import { maxRateUpTo } from "../catalog/price.ts";
import type { Price, Rate } from "../catalog/types.ts";

/** The most that a request can use, its output tokens apart. */
export interface MostUsed {
  inputTokens: number;
  /** Whether input may be written to a cache for an hour. */
  writesLongCache?: boolean;
  /** Whether the answer may be speech. */
  speaks?: boolean;
  /** Answers that are asked for at once; 1 where it is left out. */
  choices?: number;
  units?: UnitCounts;
}

/** In tokens times micro-dollars per million tokens, before markup. */
export interface BoundRates {
  /** Of all that does not grow with the output. */
  inputTokenRates: Exact;
  /** Of one output token, in all choices. */
  outputTokenRate: Exact;
}

/** @returns what that costs at most at a price */
export function boundRates(price: Price, most: MostUsed): BoundRates {
  const { inputTokens, choices = 1, units = {} } = most;
  let inputTokenRates = addProduct(0, inputTokens, inputRate(price, most));
  if (price.units !== undefined) {
    for (const unit of UNITS) {
      const used = usedOf(unit, units);
      inputTokenRates = addProduct(inputTokenRates, used, price.units[unit] ?? 0);
    }
  }
  return { inputTokenRates, outputTokenRate: addProduct(0, outputRate(price, most), choices) };
}

/** The dearest rate that an input token can meet: a provider may read any of it from its cache, or write it there. */
function inputRate(price: Price, { inputTokens, writesLongCache = false }: MostUsed): number {
  let most = maxRateUpTo(price.input, inputTokens);
  most = dearer(most, price.cacheRead, inputTokens);
  most = dearer(most, price.cacheReadAudio, inputTokens);
  most = dearer(most, price.cacheWrite, inputTokens);
  if (writesLongCache) most = dearer(most, price.cacheWrite1h, inputTokens);
  return dearer(most, price.inputAudio, inputTokens);
}

function outputRate(price: Price, { inputTokens, speaks = false }: MostUsed): number {
  const most = dearer(maxRateUpTo(price.output, inputTokens), price.outputReasoning, inputTokens);
  return speaks ? dearer(most, price.outputAudio, inputTokens) : most;
}

const dearer = (most: number, rate: Rate | undefined, promptTokens: number): number =>
  rate === undefined ? most : Math.max(most, maxRateUpTo(rate, promptTokens));
