// Long strings of a body are read in pieces, and the body is what the parser would have made of it whole.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ApiError } from "../../src/base/errors.ts";
import { configSchema } from "../../src/config/schema.ts";
import { JsonScan } from "../../src/http/body/json-shape.ts";
import { parseBody, parseInTurns } from "../../src/http/body/parse-body.ts";

const limits = { ...configSchema.parse({}).limits, jsonWeight: Number.MAX_SAFE_INTEGER };
const LONG = 70_000;
const PIECE = 524_288;

function parse(text: string | Uint8Array): Promise<unknown> {
  const bytes = Buffer.from(text as string);
  return parseInTurns(bytes, new JsonScan(bytes, limits), () => Promise.resolve());
}

/** The way of a body that is not large. */
async function parseAtOnce(text: string | Uint8Array): Promise<unknown> {
  const json = parseBody(Buffer.from(text as string), limits, () => Promise.resolve());
  if (json instanceof Promise) throw new Error("took turns");
  return json;
}

const WAYS = [
  { way: "in turns", read: parse },
  { way: "at once", read: parseAtOnce },
];

async function refusal(read: typeof parse, text: string | Uint8Array): Promise<string> {
  const error = await read(text).catch((thrown: unknown) => thrown);
  if (!(error instanceof ApiError)) throw new Error("was taken");
  expect(error.status).toBe(400);
  return error.message;
}

/** What a cut could fall into: escapes of all lengths, characters of one to four bytes, halves of pairs. */
const unit = fc.constantFrom(
  ...["a", "é", "✓", "😀", "\\\\", '\\"', "\\n", "\\u0000", "\\ud83d\\ude00", "\\ud83d", "\ufeff"],
);

test("any long string is what JSON.parse makes of it, wherever it is cut", async () => {
  const string = fc.array(unit, { minLength: 1, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(string, fc.nat(40), async (units, shift) => {
      const run = units.join("");
      const bytes = Buffer.byteLength(run);
      const text = `"${"x".repeat(shift)}${run.repeat(Math.ceil((PIECE + LONG) / bytes))}"`;
      const whole = `{"a":[${text},"short",{"b":${text}}],"c":12345678901234567,"d":${text}}`;
      const parsed = (await parse(whole)) as { a: unknown; d: unknown };
      expect(JSON.stringify(parsed.a)).toBe(JSON.stringify(JSON.parse(whole).a));
      expect(parsed.d).toBe(JSON.parse(text));
    }),
    { numRuns: 15 },
  );
});

test("at once as well, with others around it", async () => {
  const plain = fc.string({ unit: fc.constantFrom("a", "{", "]", ",", " ", "\x7f") });
  const string = fc.oneof(
    plain,
    fc.array(unit).map((units) => units.join("")),
  );
  await fc.assert(
    fc.asyncProperty(string, string, fc.boolean(), async (first, second, isAscii) => {
      const long = (run: string) => `"${`${run}.`.repeat(Math.ceil(17_000 / (run.length + 1)))}"`;
      const rest = isAscii ? "" : `,"é":"é"`;
      const whole = `{"a":[${long(first)},${long(second)}],"b":12345678901234567${rest}}`;
      if (Buffer.byteLength(whole) > 262_144) return;
      const { a } = (await parseAtOnce(whole)) as { a: unknown };
      expect(a).toEqual(JSON.parse(whole).a);
    }),
    { numRuns: 100 },
  );
});

test.each(["😀", "é", "\\\\", "\\u00e9", "\\n", '\\"'])(
  "a piece never ends within %s",
  async (character) => {
    for (let shift = 0; shift < 12; shift++) {
      const text = `"${"x".repeat(shift)}${character.repeat(PIECE)}"`;
      expect(await parse(`[${text}]`)).toEqual([JSON.parse(text)]);
    }
  },
);

describe.each(WAYS)("a body is refused as the parser would, $way", ({ read }) => {
  const long = "x".repeat(LONG);
  test.each([
    ["a line's end in a string", `{"a":"${long}\n"}`],
    ["an escape that is none", `{"a":"${long}\\x"}`],
    ["half an escape", `{"a":"${long}\\u12"}`],
    ["a string without end", `{"a":"${long}`],
    ["two strings in a row", `{"a":"${long}""b"}`],
    ["a string for a field's colon", `{"a" "${long}"}`],
  ])("for %s", async (_, text) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(await refusal(read, text)).toContain("not valid JSON");
  });

  test("for bytes that are not UTF-8", async () => {
    const text = Buffer.concat([Buffer.from(`["${long}`), Buffer.from([0xc3]), Buffer.from('"]')]);
    expect(await refusal(read, text)).toContain("UTF-8");
  });

  test("and for a field's name of 70 kB", async () => {
    expect(await refusal(read, `{"a":{"${long}" : 1}}`)).toContain(
      "name is longer than 16384 bytes",
    );
  });
});

test.each(WAYS)(
  "fields that JavaScript has a use for stay plain fields, $way",
  async ({ read }) => {
    const text = `{"__proto__":"${"x".repeat(LONG)}","constructor":"${"y".repeat(LONG)}"}`;
    const json = (await read(text)) as object;
    expect(Object.entries(json).map(([key, value]) => [key, String(value)[0]])).toEqual([
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
  },
);
