// Amounts: decimal strings to whole micro-dollars and back, without floating point.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  AmountError,
  formatCredits,
  MAX_AMOUNT_MICRO,
  parseCredits,
} from "../../src/base/micro.ts";

describe("amounts", () => {
  test.each([
    ["0", 0],
    ["5", 5_000_000],
    ["5.00", 5_000_000],
    ["0.000001", 1],
    ["10.5", 10_500_000],
    ["007.10", 7_100_000],
    ["9007199.254740", MAX_AMOUNT_MICRO],
  ])("%s is %i micro-dollars", (text, micro) => {
    expect(parseCredits(text)).toBe(micro);
  });

  test.each([
    "1e3",
    "NaN",
    "-5",
    "+5",
    "0.0000001",
    "",
    " 5",
    "5.",
    ".5",
    "5,00",
    "Infinity",
    "0x10",
    "٥",
    "9007199.254741",
    "99999999999999999999",
  ])("%p is refused", (text) => {
    expect(() => parseCredits(text)).toThrow(AmountError);
  });

  test("what is written reads back the same", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MAX_AMOUNT_MICRO }), (micro) => {
        const text = formatCredits(micro);
        expect(text).toMatch(/^\d+\.\d{6}$/);
        expect(parseCredits(text)).toBe(micro);
      }),
    );
  });

  test("negative amounts keep their sign, also below one credit", () => {
    expect(formatCredits(-1)).toBe("-0.000001");
    expect(formatCredits(-1_500_000)).toBe("-1.500000");
  });

  test("an amount that a double cannot hold exactly is never written", () => {
    expect(() => formatCredits(2 ** 53)).toThrow(RangeError);
    expect(() => formatCredits(0.5)).toThrow(RangeError);
    expect(() => formatCredits(Number.NaN)).toThrow(RangeError);
  });
});
