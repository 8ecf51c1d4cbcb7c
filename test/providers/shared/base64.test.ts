// Base64 is told from what is none by its length once decoded: the same texts as by a pattern.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { base64Text, isBase64 } from "../../../src/providers/shared/media-source.ts";

const PATTERN = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)$/;

test("any text", () => {
  const unit = fc.constantFrom(..."ABz09+/==-_ \n\t%.é好😀\0\ufeff");
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
      expect(isBase64(text)).toBe(PATTERN.test(text));
    }),
    { numRuns: 50_000 },
  );
});

test.each(["-", "_", " ", "\n", "=", "é", "好"])("200 kB with %p anywhere are none", (wrong) => {
  const right = "QUJD".repeat(50_000);
  expect(isBase64(right)).toBe(true);
  for (const at of [0, 1, 63, 64, 65_535, 65_536, 131_071, 199_996]) {
    expect(isBase64(right.slice(0, at) + wrong + right.slice(at + 1))).toBe(false);
  }
});

test("a text of several pieces is decoded as if it were one", () => {
  for (const text of ["\ufeffa", "好".repeat(60_000), "😀é".repeat(40_000), "a".repeat(49_151)]) {
    for (const bytes of [
      Buffer.from(text),
      Buffer.from(text).subarray(1),
      Buffer.from(`é${text}`),
    ]) {
      expect(base64Text(bytes.toString("base64")) === bytes.toString("utf8")).toBe(true);
    }
  }
});
