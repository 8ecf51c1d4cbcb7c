// API keys: their shape, their checksum, and what is kept of them.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { displayOf, generateKey, hashKey, isWellFormed } from "../../src/keys/format.ts";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

describe("API keys", () => {
  test("begin with aacf_, have 36 random URL-safe characters and a checksum of 6", () => {
    const keys = Array.from({ length: 200 }, generateKey);
    for (const key of keys) {
      expect(key).toMatch(/^aacf_[0-9A-Za-z]{42}$/);
      expect(isWellFormed(key)).toBe(true);
    }
    expect(new Set(keys).size).toBe(200);
  });

  test("any single mistyped character is found without a look-up", () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 46 }), fc.integer({ min: 1, max: 61 }), (at, by) => {
        const key = generateKey();
        const shifted = ALPHABET[(ALPHABET.indexOf(key[at] ?? "") + by) % 62];
        expect(isWellFormed(key.slice(0, at) + shifted + key.slice(at + 1))).toBe(false);
      }),
    );
  });

  test.each(["", "aacf_", "sk-123", "aacf_short", `${generateKey()}x`, generateKey().slice(1)])(
    "%p is not a key",
    (text) => {
      expect(isWellFormed(text)).toBe(false);
    },
  );

  test("the display shows 8 random characters, the hash none", () => {
    const key = generateKey();
    expect(displayOf(key)).toBe(`${key.slice(0, 13)}…`);
    expect(hashKey(key)).toMatch(/^[0-9a-f]{64}$/);
    expect(hashKey(key)).not.toContain(key.slice(5, 13));
  });
});
