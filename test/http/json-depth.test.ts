// The shape of JSON is bounded before it is parsed, in linear time.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ApiError } from "../../src/base/errors.ts";
import { assertJsonDepth, MAX_JSON_VALUES } from "../../src/http/body/json-depth.ts";

/** The obvious way, on what the parser made of the text. */
function naiveDepth(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(naiveDepth));
}

function passes(text: string, maxDepth: number, maxValues?: number): boolean {
  try {
    assertJsonDepth(text, maxDepth, maxValues);
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 400) return false;
    throw error;
  }
}

/** Strings made of what a scanner could trip over. */
const tricky = fc.string({ unit: fc.constantFrom('"', "\\", "{", "}", "[", "]", ",", "é", "😀") });

describe("depth", () => {
  test("agrees with the naive way on any JSON", () => {
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: "medium" },
        tricky,
        fc.jsonValue(),
        fc.array(tie("value"), { maxLength: 4 }),
        fc.dictionary(tricky, tie("value"), { maxKeys: 4 }),
      ),
    })).value;
    fc.assert(
      fc.property(json, fc.constantFrom(0, 1, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const depth = naiveDepth(JSON.parse(text));
        expect(passes(text, Math.max(depth, 1))).toBe(true);
        if (depth > 0) expect(passes(text, depth - 1)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  test("never lets through what the parser would take but nests too deeply", () => {
    const noise = fc.string({
      unit: fc.constantFrom('"', "\\", "[", "]", "{", "}", ":", ",", "1"),
    });
    fc.assert(
      fc.property(noise, (text) => {
        let value: unknown;
        try {
          value = JSON.parse(text);
        } catch {
          return;
        }
        expect(passes(text, 3)).toBe(naiveDepth(value) <= 3);
      }),
      { numRuns: 20_000 },
    );
  });

  test.each(["[".repeat(65), `${"[".repeat(65)}${"]".repeat(65)}`, '{"a":'.repeat(65)])(
    "refuses 65 levels: %#",
    (text) => expect(passes(text, 64)).toBe(false),
  );

  test("takes 64 levels, and brackets in strings", () => {
    expect(passes("[".repeat(64) + "]".repeat(64), 64)).toBe(true);
    expect(passes(JSON.stringify({ a: '\\"'.repeat(99) + "[".repeat(99) }), 1)).toBe(true);
  });
});

describe("number of values", () => {
  test.each([
    ["[1,2,3]", 3],
    ["[[],[]]", 4],
    ['{"a":{},"b":[1,1]}', 5],
  ])("%s has at most %d", (text, max) => {
    expect(passes(text, 64, max)).toBe(true);
    expect(passes(text, 64, max - 1)).toBe(false);
  });

  test("a body of empty objects is refused", () => {
    expect(passes(`[${"{},".repeat(MAX_JSON_VALUES)}1]`, 64)).toBe(false);
  });
});

describe("time", () => {
  const million = 1_000_000;
  test.each([
    ["nested a million deep", "[".repeat(million) + " ".repeat(8 * million) + "]".repeat(million)],
    ["only quotes", '"'.repeat(10 * million)],
    ["only backslashes", `"${"\\".repeat(10 * million)}"`],
    ["escaped quotes", `"${'\\"'.repeat(5 * million)}"`],
    ["runs of backslashes", `"${`${"\\".repeat(1001)}"`.repeat(10_000)}"`],
  ])("10 MB of %s is judged in under a second", (_, text) => {
    const start = performance.now();
    passes(text, 64);
    // Without a depth limit, so that all of it is read.
    passes(text, 2 * million, 20 * million);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});
