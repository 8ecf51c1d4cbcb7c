// The shape of JSON is bounded before it is parsed, in linear time.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ApiError } from "../../src/base/errors.ts";
import { configSchema } from "../../src/config/schema.ts";
import { assertJsonShape, type JsonLimits } from "../../src/http/body/json-shape.ts";

/** The obvious way, on what the parser made of the text. */
function naiveDepth(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(naiveDepth));
}

const DEFAULTS = configSchema.parse({}).limits;
/** So that only the limit that a test names refuses. */
const NO_LIMITS: JsonLimits = {
  jsonDepth: 1_000,
  jsonFields: 2 ** 31,
  jsonItems: 2 ** 31,
  jsonWeight: Number.MAX_SAFE_INTEGER,
};

async function refusal(text: string, limits: Partial<JsonLimits>): Promise<ApiError | null> {
  try {
    await assertJsonShape(Buffer.from(text), { ...NO_LIMITS, ...limits }, () => Promise.resolve());
    return null;
  } catch (error) {
    if (error instanceof ApiError && error.status === 400) return error;
    throw error;
  }
}

const passes = async (text: string, jsonDepth: number): Promise<boolean> =>
  (await refusal(text, { jsonDepth })) === null;

/** Strings made of what a scanner could trip over. */
const tricky = fc.string({ unit: fc.constantFrom('"', "\\", "{", "}", "[", "]", ",", "é", "😀") });

describe("depth", () => {
  test("agrees with the naive way on any JSON", async () => {
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: "medium" },
        tricky,
        fc.jsonValue(),
        fc.array(tie("value"), { maxLength: 4 }),
        fc.dictionary(tricky, tie("value"), { maxKeys: 4 }),
      ),
    })).value;
    await fc.assert(
      fc.asyncProperty(json, fc.constantFrom(0, 1, 2), async (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const depth = naiveDepth(JSON.parse(text));
        expect(await passes(text, Math.max(depth, 1))).toBe(true);
        if (depth > 0) expect(await passes(text, depth - 1)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  test("never lets through what the parser would take but nests too deeply", async () => {
    const noise = fc.string({
      unit: fc.constantFrom('"', "\\", "[", "]", "{", "}", ":", ",", "1"),
    });
    await fc.assert(
      fc.asyncProperty(noise, async (text) => {
        let value: unknown;
        try {
          value = JSON.parse(text);
        } catch {
          return;
        }
        expect(await passes(text, 3)).toBe(naiveDepth(value) <= 3);
      }),
      { numRuns: 20_000 },
    );
  });

  test.each(["[".repeat(65), `${"[".repeat(65)}${"]".repeat(65)}`, '{"a":'.repeat(65)])(
    "refuses 65 levels: %#",
    async (text) => expect(await passes(text, 64)).toBe(false),
  );

  test("takes 64 levels, and brackets in strings", async () => {
    expect(await passes("[".repeat(64) + "]".repeat(64), 64)).toBe(true);
    expect(await passes(JSON.stringify({ a: '\\"'.repeat(99) + "[".repeat(99) }), 1)).toBe(true);
  });
});

/** The most members of any object, and items of any array. */
function widest(value: unknown): { fields: number; items: number } {
  if (typeof value !== "object" || value === null) return { fields: 0, items: 0 };
  const inner = Object.values(value).map(widest);
  const size = Object.keys(value).length;
  const isArray = Array.isArray(value);
  return {
    fields: Math.max(isArray ? 0 : size, ...inner.map(({ fields }) => fields)),
    items: Math.max(isArray ? size : 0, ...inner.map(({ items }) => items)),
  };
}

describe("members and items", () => {
  test("agree with the naive way on any JSON without a field that comes twice", async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 4 }), tricky, async (value, key) => {
        const json = { [key]: value };
        const { fields, items } = widest(json);
        const text = JSON.stringify(json);
        const exact = { jsonFields: Math.max(fields, 1), jsonItems: Math.max(items, 1) };
        expect(await refusal(text, exact)).toBeNull();
        if (fields > 1) expect(await refusal(text, { jsonFields: fields - 1 })).not.toBeNull();
        if (items > 1) expect(await refusal(text, { jsonItems: items - 1 })).not.toBeNull();
      }),
      { numRuns: 2_000 },
    );
  });

  const many = (unit: string, count: number) => Array(count).fill(unit).join(",");
  test.each([
    [`{"logit_bias":{${many('"1":1', 2_049)}}}`, "logit_bias", "at most 2048"],
    [`{"a":"x","metadata":{"b":{${many('"1":1', 2_049)}}},"c":1}`, "metadata", "at most 2048"],
    [`{"messages":[{"content":[${many("{}", 10_001)}]}]}`, "messages", "at most 10000"],
    [`{"tools":[${many("1", 10_001)}]}`, "tools", "at most 10000"],
    [`{${many('"a":1', 2_049)}}`, null, "at most 2048"],
    [`{"My own words":[${many("1", 10_001)}]}`, null, "at most 10000"],
    [`{"tools":${"[".repeat(64)}`, "tools", "at most 64 levels"],
    [`{"metadata":"${"\\n".repeat(2_000_000)}"}`, "metadata", "escaped characters"],
  ])("the refusal of case %# names the field", async (text, param, message) => {
    const error = await refusal(text, DEFAULTS);
    expect(error?.param ?? null).toBe(param);
    expect(error?.message).toContain(message);
    expect(error?.message).not.toContain("own words");
  });
});

describe("weight", () => {
  test.each([
    ['"aaaa"', 4 + 2 * 5],
    ['"a\\n"', 4 + 2 * 4 + 32],
    ["[1,2]", 5 * 4 + 2 * 512],
    ['{"a":{}}', 6 * 4 + 2 * 2 + 2 * 512],
    ['{"1":2}', 5 * 4 + 2 * 2 + 512 + 2_048],
    ["1234567890123456", 16 * 4 + 512],
    [`"${"a".repeat(20_000)}"`, 4],
  ])("of %s is %d", async (text, weight) => {
    expect(await refusal(text, { jsonWeight: weight })).toBeNull();
    expect(await refusal(text, { jsonWeight: weight - 1 })).not.toBeNull();
  });
});

describe("time", () => {
  const million = 1_000_000;
  const texts: [string, string][] = [
    ["nested", "[".repeat(900) + " ".repeat(8 * million) + "]".repeat(900)],
    ["only quotes", '"'.repeat(10 * million)],
    ["only backslashes", `"${"\\".repeat(10 * million)}"`],
    ["escaped quotes", `"${'\\"'.repeat(5 * million)}"`],
    ["runs of backslashes", `"${`${"\\".repeat(1001)}"`.repeat(10_000)}"`],
    ["a backslash at the end of each of many strings", '"a\\\\",'.repeat(million)],
  ];

  test.each(texts)("10 MB of %s are judged in linear time", async (_, text) => {
    const start = performance.now();
    await refusal(text, {});
    const wholeMs = performance.now() - start;
    const startHalf = performance.now();
    await refusal(text.slice(0, text.length / 8), {});
    const partMs = performance.now() - startHalf;
    // Eight times the text: quadratic would be 64.
    expect(wholeMs).toBeLessThan(30 * partMs + 200);
  });

  test("others get their turn while a long text is judged", async () => {
    let turns = 0;
    const text = `[${"[],".repeat(20_000)}1]`;
    await assertJsonShape(Buffer.from(text), { ...DEFAULTS, jsonItems: 100_000 }, async () => {
      turns += 1;
    });
    expect(turns).toBeGreaterThan(5);
  });
});

test("a number has at most 1024 digits in a row, and a text as many as it likes", async () => {
  const digits = "7".repeat(1_024);
  for (const text of [`{"seed":-${digits}}`, `[0.${digits}]`, `{"a":"${digits}${digits}"}`]) {
    expect(await refusal(text, {})).toBeNull();
  }
  const error = await refusal(`{"seed":${digits}7}`, {});
  expect(error).toMatchObject({ param: "seed", message: expect.stringContaining("1024 digits") });
  expect(await refusal(`{"seed":${"7".repeat(9_000_000)}}`, {})).not.toBeNull();
});
