// ULIDs: 26 characters that sort by the time they were made at, ten of time and sixteen at random.

/** Crockford's base 32: no I, L, O or U, and in the order of ASCII. */
const DIGITS = Buffer.from("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
const TIME_DIGITS = 10;
const ALL_DIGITS = 26;

/**
 * Returns a maker of ids, each greater than the one before, also where the clock stands or goes back. All of one
 * millisecond count up from a place at random, so that those of other processes do not meet them.
 * @param nowMs the time in epoch milliseconds
 */
export function createUlids(nowMs: () => number): () => string {
  const values = new Uint8Array(ALL_DIGITS);
  const random = values.subarray(TIME_DIGITS);
  /** The values as text, changed with them: what ids of one millisecond have in common is written once. */
  const text = Buffer.alloc(ALL_DIGITS);
  let lastMs = -1;

  function set(place: number, value: number): void {
    values[place] = value;
    text[place] = DIGITS[value] as number;
  }

  function begin(atMs: number): void {
    lastMs = atMs;
    crypto.getRandomValues(random);
    let rest = atMs;
    for (let place = TIME_DIGITS - 1; place >= 0; place--) {
      set(place, rest % 32);
      rest = Math.floor(rest / 32);
    }
    for (let place = TIME_DIGITS; place < ALL_DIGITS; place++) {
      set(place, (values[place] as number) % 32);
    }
    // In the lower half, so that counting up never comes to the end.
    set(TIME_DIGITS, (values[TIME_DIGITS] as number) % 16);
  }

  function countUp(): void {
    let place = ALL_DIGITS - 1;
    for (; values[place] === 31; place--) set(place, 0);
    set(place, (values[place] as number) + 1);
  }

  return () => {
    const atMs = nowMs();
    if (atMs > lastMs) begin(atMs);
    else countUp();
    return text.toString("latin1");
  };
}
