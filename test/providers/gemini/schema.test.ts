// JSON schemas reduced to what Gemini knows.
import { expect, test } from "bun:test";
import { sanitizeSchema } from "../../../src/providers/gemini/schema.ts";

test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
  ["const", { const: "a" }, { enum: ["a"] }],
  ["const of a truth", { const: true }, { type: "boolean" }],
  ["const null", { const: null }, { type: "null" }],
  ["const object", { const: { a: 1 }, type: "object" }, { type: "object" }],
  ["enum", { type: "string", enum: ["a", "b"] }, { type: "string", enum: ["a", "b"] }],
  ["mixed enum", { enum: ["a", null] }, {}],
  [
    "unknown keywords",
    {
      $schema: "x",
      type: "object",
      additionalProperties: false,
      pattern: "a",
      not: {},
      default: 1,
      minimum: 0,
      maxLength: 3,
      required: ["a"],
      properties: { a: { type: "string", format: "date", minLength: 1 }, __proto__: null },
    },
    {
      type: "object",
      additionalProperties: false,
      minimum: 0,
      required: ["a"],
      properties: { a: { type: "string", format: "date" } },
    },
  ],
  [
    "a property with a keyword's name",
    { properties: { const: { const: 1 }, pattern: true } },
    { properties: { const: { enum: [1] }, pattern: {} } },
  ],
  [
    "references",
    {
      $ref: "#/definitions/a",
      description: "d",
      definitions: { a: { const: 1, examples: [1] } },
      $defs: { b: { type: "null" } },
    },
    { $ref: "#/$defs/a", $defs: { a: { enum: [1] }, b: { type: "null" } } },
  ],
  ["allOf of one", { allOf: [{ $ref: "#/$defs/a" }], default: 1 }, { $ref: "#/$defs/a" }],
  ["allOf of two", { type: "object", allOf: [{ a: 1 }, {}] }, { type: "object" }],
  ["allOf that clashes", { type: "object", allOf: [{ type: "string" }] }, { type: "object" }],
  [
    "lists",
    { anyOf: [{ const: 1 }, true], items: [{ const: 2 }], oneOf: [{ pattern: "x" }] },
    { anyOf: [{ enum: [1] }, {}], prefixItems: [{ enum: [2] }], oneOf: [{}] },
  ],
  [
    "open maps",
    { additionalProperties: { const: 1 }, items: { pattern: "x" } },
    { additionalProperties: { enum: [1] }, items: {} },
  ],
])("%s", (_name, schema, expected) => {
  const before = structuredClone(schema);
  expect(sanitizeSchema(schema)).toEqual(expected);
  expect(schema).toEqual(before);
});
