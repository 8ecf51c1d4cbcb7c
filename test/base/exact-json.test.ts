// Whole numbers beyond 2^53 keep their digits from text to text; everything else is plain JSON.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { exactInteger, isExactNumber, parseExactJson } from "../../src/base/exact-json.ts";

describe("parseExactJson", () => {
  test.each([
    '{"id":2512292042121000001}',
    "[9223372036854775807,-9223372036854775808]",
    '{"a":{"b":[12345678901234567890123456789]}}',
  ])("keeps the digits of %s", (text) => {
    expect(JSON.stringify(parseExactJson(text))).toBe(text);
  });

  test("gives any other value as JSON.parse does", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        // A whole number of any length reads the same again, which is all that is asked of it.
        expect(JSON.stringify(parseExactJson(text))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
    const digits = '{"s":"1234567890123456789","f":0.12345678901234567,"e":1e300}';
    expect(parseExactJson(digits)).toEqual(JSON.parse(digits));
  });

  test("throws for what is no JSON", () => {
    expect(() => parseExactJson("{1234567890123456789}")).toThrow(SyntaxError);
  });
});

test("an exact number is told from objects, and has its value", () => {
  const [big] = parseExactJson("[9223372036854775807]") as unknown[];
  expect(isExactNumber(big)).toBe(true);
  expect(exactInteger(big)).toBe(9223372036854775807n);
  expect([isExactNumber({}), isExactNumber(1), exactInteger(1)]).toEqual([false, false, null]);
});
