// A large body upstream is written in pieces, and is to the byte what JSON.stringify would have written.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseExactJson } from "../../src/base/exact-json.ts";
import { writeBody } from "../../src/providers/shared/request-body.ts";

const PIECE = 524_288;

async function written(body: object): Promise<string> {
  const given = await writeBody(body);
  return typeof given === "string" ? given : new TextDecoder().decode(given);
}

test("a small one is text, and given at once", () => {
  expect(writeBody({ a: "b", c: [1, null, undefined] })).toBe('{"a":"b","c":[1,null,null]}');
});

const unit = fc.constantFrom(
  ...["a", "é", "✓", "😀", "\\", '"', "\n", "\0", "\ud83d", "\ude00", "\ufeff"],
);

test("a large one is the same, wherever it is cut", async () => {
  const units = fc.array(unit, { minLength: 1, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(units, fc.nat(4), async (run, shift) => {
      const text = "x".repeat(shift) + run.join("").repeat(Math.ceil(PIECE / run.length) + 1);
      const body = { a: [text, "short"], b: { c: text, none: undefined }, '"d': 1 };
      expect(await written(body)).toBe(JSON.stringify(body));
    }),
    { numRuns: 15 },
  );
});

test("one of many short texts is the same", async () => {
  const body = { a: Array.from({ length: 2_000 }, (_, i) => `${i}😀`.repeat(100)) };
  expect(await written(body)).toBe(JSON.stringify(body));
});

test("numbers beyond 2^53 keep their digits", async () => {
  const text = `{"id":1234567890123456789,"a":"${"x".repeat(70_000)}"}`;
  expect(await written(parseExactJson(text) as object)).toBe(text);
});
