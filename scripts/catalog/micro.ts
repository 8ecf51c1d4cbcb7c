// Prices as the sources print them (dollars in floating point) into whole micro-dollars, once and
// exactly.

/**
 * Dollars per million tokens into micro-dollars per million tokens.
 * @throws RangeError when the number has more than 6 decimals or is negative: rounding a price
 * needs a person.
 */
export function toMicroPerMtok(usdPerMtok: number): number {
  const micro = Math.round(usdPerMtok * 1e6);
  // A quotient of two exact integers is the double nearest to the decimal, hence equal to the
  // source's literal.
  if (micro < 0 || !Number.isSafeInteger(micro) || micro / 1e6 !== usdPerMtok) {
    throw new RangeError(`${usdPerMtok} is not a price with at most 6 decimals`);
  }
  return micro;
}
