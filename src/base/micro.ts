// Credits as whole micro-dollars: reading and writing decimal strings without floating point.

/** One credit (1 USD) in micro-dollars, the unit of every stored amount. */
export const MICRO_PER_CREDIT = 1_000_000;

/** The largest amount one field may hold: a thousandth of 2^53, so that sums of many stay exact. */
export const MAX_AMOUNT_MICRO = 9_007_199_254_740;

/** An amount that cannot be read; its message is meant for the person who typed it. */
export class AmountError extends Error {
  override readonly name = "AmountError";
}

/**
 * Reads a decimal amount of credits, as `10`, `10.5` or `0.000001`, into whole micro-dollars.
 * @throws AmountError for signs, exponents, more than 6 decimals, blanks and amounts above {@link MAX_AMOUNT_MICRO}.
 */
export const parseCredits = (text: string): number => parseDecimal(text, 6);

/**
 * Reads the price of one unit in USD, as `0.04` or `0.000015`, into micro-dollars for a million of them.
 * @throws AmountError as {@link parseCredits} does, but takes 12 decimals.
 */
export const parseUnitPrice = (text: string): number => parseDecimal(text, 12);

/** As a whole number of the last decimal. */
function parseDecimal(text: string, decimals: number): number {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null) {
    throw new AmountError(
      `"${text.slice(0, 40)}" is not an amount: write digits with at most ${decimals} decimals, as 5 or 0.25`,
    );
  }
  const [, whole = "", fraction = ""] = match;
  if (fraction.length > decimals) {
    throw new AmountError(`"${text.slice(0, 40)}" has more than ${decimals} decimals`);
  }
  const amount = BigInt(whole + fraction.padEnd(decimals, "0"));
  if (amount > BigInt(MAX_AMOUNT_MICRO)) {
    const most = (MAX_AMOUNT_MICRO / 10 ** decimals).toFixed(6);
    throw new AmountError(`"${text.slice(0, 40)}" is too large: the most is ${most}`);
  }
  return Number(amount);
}

/** Writes micro-dollars as credits with exactly 6 decimals: `5000000` gives `5.000000`, `-1` gives `-0.000001`. */
export function formatCredits(amountMicro: number): string {
  assertMicro(amountMicro);
  const magnitude = Math.abs(amountMicro);
  const fraction = magnitude % MICRO_PER_CREDIT;
  const whole = (magnitude - fraction) / MICRO_PER_CREDIT;
  const text = `${whole}.${String(MICRO_PER_CREDIT + fraction).slice(1)}`;
  return amountMicro < 0 ? `-${text}` : text;
}

/** Throws unless the value is a whole number that a double holds exactly: no amount may ever be rounded silently. */
export function assertMicro(amountMicro: number): void {
  if (!Number.isSafeInteger(amountMicro)) {
    throw new RangeError(`not a whole, exact micro-dollar amount: ${amountMicro}`);
  }
}
