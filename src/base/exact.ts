// Exact whole-number arithmetic on tokens and rates: plain numbers as long as they are exact, BigInt beyond.

/** A whole number that is not rounded: a `number` below 2^53, else a `bigint`. */
export type Exact = number | bigint;

/** Micro-dollars per million tokens: what a sum of tokens times rates is divided by at the end. */
export const TOKENS_PER_RATE = 1_000_000;
const WHOLE_IN_BASIS_POINTS = 10_000;

/** `sum + a * b`. @throws RangeError for what is not whole. */
export function addProduct(sum: Exact, a: Exact, b: Exact): Exact {
  if (typeof sum === "number" && typeof a === "number" && typeof b === "number") {
    assertWhole(a);
    assertWhole(b);
    const product = a * b;
    const total = sum + product;
    if (Number.isSafeInteger(product) && Number.isSafeInteger(total)) return total;
  }
  return BigInt(sum) + BigInt(a) * BigInt(b);
}

/** `a - b`. */
export function minus(a: Exact, b: Exact): Exact {
  if (typeof a === "number" && typeof b === "number") {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return BigInt(a) - BigInt(b);
}

/** How often `by`, which is more than zero, goes into `value`, which is not negative. */
export function wholeTimes(value: Exact, by: Exact): Exact {
  if (typeof value === "number" && typeof by === "number") return (value - (value % by)) / by;
  return BigInt(value) / BigInt(by);
}

/**
 * A sum of tokens times rates, turned into micro-dollars: marked up, then rounded up once.
 * @param tokenRates tokens x micro-dollars per million tokens; not negative.
 */
export function roundUpToMicro(tokenRates: Exact, markupBasisPoints: number): number {
  const factor = WHOLE_IN_BASIS_POINTS + markupBasisPoints;
  const isPlain = markupBasisPoints === 0;
  const markedUp = isPlain ? tokenRates : addProduct(0, tokenRates, factor);
  const divisor = isPlain ? TOKENS_PER_RATE : TOKENS_PER_RATE * WHOLE_IN_BASIS_POINTS;
  if (typeof markedUp === "number") {
    const rest = markedUp % divisor;
    return (markedUp - rest) / divisor + (rest > 0 ? 1 : 0);
  }
  const by = BigInt(divisor);
  return Number((markedUp + by - 1n) / by);
}

/**
 * The most that tokens times rates may be, for a cost of at most `amountMicro`: the inverse of roundUpToMicro,
 * so roundUpToMicro(tokenRatesWithin(x)) never exceeds x.
 */
export function tokenRatesWithin(amountMicro: number, markupBasisPoints: number): Exact {
  if (markupBasisPoints === 0) return addProduct(0, amountMicro, TOKENS_PER_RATE);
  const times = TOKENS_PER_RATE * WHOLE_IN_BASIS_POINTS;
  const most = addProduct(0, amountMicro, times);
  return wholeTimes(most, WHOLE_IN_BASIS_POINTS + markupBasisPoints);
}

function assertWhole(value: number): void {
  if (!Number.isSafeInteger(value)) throw new RangeError(`not a whole, exact number: ${value}`);
}
