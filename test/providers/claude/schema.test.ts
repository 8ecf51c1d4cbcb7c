// JSON schemas: rewritten for Anthropic's structured output, and whether they fit it at all.
import { expect, test } from "bun:test";
import { fitsNativeSchema } from "../../../src/providers/claude/schema-fit.ts";
import { sanitizeSchema } from "../../../src/providers/claude/schema-sanitize.ts";

test.each([
  [
    { type: "string", format: "email", title: "t" },
    { type: "string", format: "email", title: "t" },
  ],
  [
    { type: "string", format: "regex", pattern: "^a", minLength: 0, description: "d" },
    { type: "string", description: "d\nminimum length: 0; pattern: ^a; format: regex." },
  ],
  [
    { oneOf: [{ type: "integer", minimum: 1 }, { const: null }] },
    { anyOf: [{ type: "integer", description: "minimum: 1." }, { const: null }] },
  ],
  [
    { type: "object", properties: { a: { type: "number" } }, required: ["a"], minProperties: 1 },
    {
      type: "object",
      description: "minimum properties: 1.",
      properties: { a: { type: "number" } },
      required: ["a"],
      additionalProperties: false,
    },
  ],
  [
    { type: "array", items: { type: "object", properties: {} }, uniqueItems: true },
    {
      type: "array",
      description: "unique items: true.",
      items: { type: "object", properties: {}, additionalProperties: false },
    },
  ],
  [
    { $ref: "#/$defs/A", description: "gone", $defs: { A: { type: "string", maxLength: 3 } } },
    { $ref: "#/$defs/A", $defs: { A: { type: "string", description: "maximum length: 3." } } },
  ],
  [
    { allOf: [{ enum: [1, 2], default: 1 }], if: {}, patternProperties: {} },
    { allOf: [{ enum: [1, 2], default: 1 }] },
  ],
  [
    JSON.parse('{"properties":{"__proto__":{"type":"string"}}}'),
    JSON.parse('{"properties":{"__proto__":{"type":"string"}},"additionalProperties":false}'),
  ],
])("%j", (schema, expected) => {
  const before = structuredClone(schema);
  const made: object = sanitizeSchema(schema);
  expect(made).toEqual(expected);
  expect(schema).toEqual(before);
});

const optional = (count: number) => ({
  type: "object",
  properties: Object.fromEntries(Array.from({ length: count }, (_, at) => [`p${at}`, {}])),
});

test.each([
  [true, { type: "string" }],
  [true, { type: "object", additionalProperties: false }],
  [true, optional(10)],
  [false, optional(11)],
  [false, { type: "array", items: { anyOf: [optional(6), optional(5)] } }],
  [false, { type: "object" }],
  [false, { type: ["object", "null"] }],
  [false, { type: "object", properties: {}, additionalProperties: { type: "string" } }],
  [false, { type: "object", properties: {}, patternProperties: { a: {} } }],
  [true, { $ref: "#/$defs/A", $defs: { A: { type: "string" } } }],
  [false, { $ref: "#" }],
  [false, { $ref: "#/$defs/gone" }],
  [false, { $ref: "https://h/schema" }],
  [false, { $ref: "#/$defs/A", $defs: { A: { type: "array", items: { $ref: "#/$defs/A" } } } }],
  [
    false,
    {
      type: "object",
      required: ["a", "b"],
      properties: { a: { $ref: "#/$defs/o" }, b: { $ref: "#/$defs/o" } },
      $defs: { o: optional(6) },
    },
  ],
  [true, { $ref: "#/$defs/a~1b%20c", $defs: { "a/b c": { type: "null" } } }],
])("fits: %p, %j", (fits, schema) => {
  expect(fitsNativeSchema(schema)).toBe(fits);
});

test("references that multiply are looked at once each", () => {
  const $defs: Record<string, object> = { d0: { type: "string" } };
  for (let level = 1; level < 60; level++) {
    const ref = { $ref: `#/$defs/d${level - 1}` };
    $defs[`d${level}`] = { anyOf: [ref, ref] };
  }
  expect(fitsNativeSchema({ $ref: "#/$defs/d59", $defs })).toBe(true);
});
