// The price of a request, worked out from docs/billing.md alone: nothing of the server's own code is used here.

/** USD per million tokens, as the configuration has them. */
export interface BookPrice {
  inputPerMtok: string;
  outputPerMtok: string;
  cacheReadPerMtok?: string;
  cacheWritePerMtok?: string;
  cacheWrite1hPerMtok?: string;
  outputReasoningPerMtok?: string;
}

/** A price and its markup in percent, as decimal strings; null is a free model's. */
export type Tariff = { price: BookPrice; markupPercent: string } | null;

/** Tokens of one request. `input` and `output` are totals, the others parts of them. */
export interface Usage {
  input: number;
  cached: number;
  written: number;
  written1h: number;
  output: number;
  reasoning: number;
}

/** Micro-dollars, each kind of token at its own rate, marked up, rounded up once. */
export function priced(tariff: Tariff, usage: Usage): bigint {
  if (tariff === null) return 0n;
  const { price } = tariff;
  const usual = usage.input - usage.cached - usage.written - usage.written1h;
  const write = price.cacheWritePerMtok ?? price.inputPerMtok;
  const sum =
    times(usual, price.inputPerMtok) +
    times(usage.cached, price.cacheReadPerMtok ?? price.inputPerMtok) +
    times(usage.written, write) +
    times(usage.written1h, price.cacheWrite1hPerMtok ?? write) +
    times(usage.output - usage.reasoning, price.outputPerMtok) +
    times(usage.reasoning, price.outputReasoningPerMtok ?? price.outputPerMtok);
  return roundedUp(sum, tariff.markupPercent);
}

/** The most that so many tokens can cost, without marks for a cache that is kept for an hour. */
export function pricedAtMost(tariff: Tariff, input: number, output: number): bigint {
  if (tariff === null) return 0n;
  const { price } = tariff;
  const inputRates = [price.inputPerMtok, price.cacheReadPerMtok, price.cacheWritePerMtok];
  const outputRates = [price.outputPerMtok, price.outputReasoningPerMtok];
  const sum = BigInt(input) * dearest(inputRates) + BigInt(output) * dearest(outputRates);
  return roundedUp(sum, tariff.markupPercent);
}

const dearest = (rates: (string | undefined)[]): bigint =>
  rates.reduce((most, rate) => {
    const value = rate === undefined ? 0n : decimal(rate, 6);
    return value > most ? value : most;
  }, 0n);

const times = (tokens: number, rate: string): bigint => BigInt(tokens) * decimal(rate, 6);

/** @param sum tokens times micro-dollars per million tokens */
function roundedUp(sum: bigint, markupPercent: string): bigint {
  const marked = sum * (10_000n + decimal(markupPercent, 2));
  const divisor = 1_000_000n * 10_000n;
  return marked / divisor + (marked % divisor === 0n ? 0n : 1n);
}

/** A decimal string as a whole number of its last place. */
export function decimal(text: string, places: number): bigint {
  const [whole = "", fraction = ""] = text.split(".");
  return BigInt(whole + fraction.padEnd(places, "0"));
}
