// The suites' one seeded randomness: the same seed gives the same plan on every machine.

export interface Random {
  /** At least 0, less than 1. */
  next(): number;
  /** A whole number from 0 up to, but not including, `limit`. */
  below(limit: number): number;
  /** A whole number, both ends included. */
  between(min: number, max: number): number;
  /** True with this probability, from 0 to 1. */
  chance(probability: number): boolean;
  /** @throws RangeError when there is nothing to pick from */
  pick<T>(choices: readonly T[]): T;
  /** That many bytes. */
  bytes(length: number): Uint8Array;
}

/** @param parts the seed, and what tells one stream of figures from another */
export function createRandom(...parts: number[]): Random {
  let state = parts.reduce((mixed, part) => scramble(mixed ^ (part + 0x9e3779b9)), 0x1234567);
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    return scramble(state) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    next,
    below,
    between: (min, max) => min + below(max - min + 1),
    chance: (probability) => next() < probability,
    pick<T>(choices: readonly T[]): T {
      if (choices.length === 0) throw new RangeError("nothing to pick from");
      return choices[below(choices.length)] as T;
    },
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
  };
}

/** Spreads every bit over all 32. */
function scramble(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
