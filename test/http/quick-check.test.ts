// The quick check of a schema says of every value what zod says.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { z } from "zod";
import { parseExactJson } from "../../src/base/exact-json.ts";
import { quickCheck } from "../../src/http/body/quick-check.ts";
import { chatCompletionRequest } from "../../src/http/endpoints/chat-completions/schema/request.ts";

const fitsRequest = quickCheck(chatCompletionRequest);
const user = { role: "user", content: "Hello" };
const tool = { type: "function", function: { name: "f", parameters: { type: "object" } } };
const call = { id: "c", type: "function", function: { name: "f", arguments: "{}" } };

/** Values that schemas tell apart. */
const leaf = fc.constantFrom<unknown>(
  ...[null, true, 0, 1, 2.5, -3, 1e300, 2 ** 53, "", "a", "x".repeat(65), "auto", "text"],
  ...["function", "image_url", "user", "tool", [], {}, [null], [user], [tool], [call]],
  ...[{ type: "text" }, { type: "text", text: "t" }, [{ type: "text", text: "t" }], { mode: "m" }],
  parseExactJson('{"n":12345678901234567890}'),
  (parseExactJson("[12345678901234567890]") as unknown[])[0],
);
const message = fc.record(
  {
    role: fc.constantFrom("developer", "system", "user", "assistant", "tool", "function", "nobody"),
    content: fc.oneof(fc.constant("text"), leaf),
    name: leaf,
    tool_calls: leaf,
    tool_call_id: fc.oneof(fc.constant("id"), leaf),
    cache_control: leaf,
  },
  { requiredKeys: ["role", "content"] },
);

/** The one schema of which only zod knows what it asks. */
const { metadata: _, ...checked } = chatCompletionRequest.shape;
const request = fc.record(
  {
    ...Object.fromEntries(Object.keys(checked).map((field) => [field, leaf])),
    model: fc.constantFrom<unknown>("m", "", "x".repeat(257), null),
    messages: fc.array(message, { maxLength: 3 }),
    unknown_field: leaf,
  },
  { requiredKeys: ["model", "messages"] },
);

test("of a field of a request, or of its messages, both say the same", () => {
  const counts = { fits: 0, fails: 0 };
  fc.assert(
    fc.property(request, fc.constantFrom(...Object.keys(checked)), (body, field) => {
      // All fields at once fit next to never.
      for (const value of [
        { model: "m", messages: [user], [field]: body[field as keyof typeof body] },
        { model: "m", messages: body.messages },
      ]) {
        const fits = fitsRequest(value);
        expect([value, fits]).toEqual([value, chatCompletionRequest.safeParse(value).success]);
        counts[fits ? "fits" : "fails"] += 1;
      }
    }),
    { numRuns: 5_000 },
  );
  expect(Math.min(counts.fits, counts.fails)).toBeGreaterThan(1_000);
});

test("of whole requests that people send it is sure", () => {
  const image = { type: "image_url", image_url: { url: "https://example.com/a.png" } };
  const answered = { role: "assistant", content: null, tool_calls: [call] };
  const messages = [
    { role: "system", content: "Be kind." },
    { role: "user", content: [{ type: "text", text: "What is it?" }, image] },
    answered,
    { role: "tool", tool_call_id: "c", content: "42" },
  ];
  const options = { temperature: 0.2, stop: ["a"], seed: 7, logit_bias: { "1": -100 }, n: 1 };
  const form = { type: "json_schema", json_schema: { name: "n", schema: {}, strict: true } };
  expect(fitsRequest({ model: "m", messages: [user] })).toBe(true);
  expect(
    fitsRequest({
      ...{ model: "m", messages, tools: [tool], tool_choice: "auto", response_format: form },
      ...{ ...options, stream: true, stream_options: { include_usage: true } },
    }),
  ).toBe(true);
});

describe("what it does not know it leaves to zod", () => {
  test.each([
    ["a refinement", z.string().refine(() => true), "a"],
    ["a format", z.email(), "a@example.com"],
    ["a pattern", z.string().regex(/a/), "a"],
    ["a transform", z.string().transform((text) => text), "a"],
    ["a strict object", z.strictObject({ a: z.string() }), { a: "a" }],
    ["a type", z.date(), new Date()],
    ["a bound that is not reached", z.number().lt(3), 2],
    ["another format of numbers", z.int32(), 2],
  ] satisfies [string, z.ZodType, unknown][])("%s", (_name, schema, value) => {
    expect(schema.safeParse(value).success).toBe(true);
    expect(quickCheck(schema)(value)).toBe(false);
    expect(quickCheck(z.looseObject({ field: schema.optional() }))({})).toBe(true);
    expect(quickCheck(z.looseObject({ field: schema }))({ field: value })).toBe(false);
  });
});
