// Schemas whose root is a union or a reference, as the one object that Claude wants.
import { expect, test } from "bun:test";
import { parseExactJson } from "../../../src/base/exact-json.ts";
import { objectRoot } from "../../../src/providers/claude/schema-root.ts";

const text = { type: "string" };
const object = (properties: object, required: string[] = [], extra: object = {}) => ({
  type: "object",
  properties,
  ...(required.length > 0 && { required }),
  ...extra,
});

test.each<[string, Record<string, unknown>, Record<string, unknown> | null]>([
  ["an object", object({ a: text }), object({ a: text })],
  ["nothing", {}, { type: "object" }],
  ["a type left out", { properties: { a: text } }, { type: "object", properties: { a: text } }],
  ["an object or null", { type: ["object", "null"] }, { type: "object" }],
  ["a list", { type: "array" }, null],
  ["a union with a text", { anyOf: [object({ a: text }), text] }, null],
  [
    "variants told apart by a word",
    {
      description: "A shape.",
      oneOf: [
        object({ kind: { const: "circle" }, r: { type: "number" } }, ["kind", "r"]),
        object({ kind: { const: "square" }, side: { type: "number" } }, ["kind", "side"]),
      ],
    },
    {
      type: "object",
      description: "A shape.\nRequired, by variant: kind, r | kind, side.",
      properties: {
        kind: { anyOf: [{ const: "circle" }, { const: "square" }] },
        r: { type: "number" },
        side: { type: "number" },
      },
      required: ["kind"],
    },
  ],
  [
    "an object of which one of two must be there",
    object({ a: text, b: text }, [], { anyOf: [{ required: ["a"] }, { required: ["b"] }] }),
    {
      type: "object",
      description: "Required, by variant: a | b.",
      properties: { a: text, b: text },
    },
  ],
  [
    "all of several",
    { allOf: [object({ a: text }, ["a"]), object({ b: text }, ["b"])] },
    { type: "object", properties: { a: text, b: text }, required: ["a", "b"] },
  ],
  [
    "a reference",
    { $ref: "#/$defs/A", $defs: { A: object({ a: { $ref: "#/$defs/B" } }, ["a"]), B: text } },
    {
      type: "object",
      properties: { a: { $ref: "#/$defs/B" } },
      required: ["a"],
      $defs: { A: object({ a: { $ref: "#/$defs/B" } }, ["a"]), B: text },
    },
  ],
  ["a reference to a list", { $ref: "#/$defs/A", $defs: { A: { type: "array" } } }, null],
  ["a reference that leads nowhere", { $ref: "#/$defs/A" }, null],
  ["a reference to itself", { $ref: "#" }, null],
])("%s", (_, schema, expected) => {
  const before = structuredClone(schema);
  expect(objectRoot(schema)).toEqual(expected as never);
  expect(schema).toEqual(before);
});

test("references that multiply come to an end", () => {
  const $defs: Record<string, object> = { d0: object({ a: text }) };
  for (let level = 1; level < 60; level++) {
    const ref = { $ref: `#/$defs/d${level - 1}` };
    $defs[`d${level}`] = { anyOf: [ref, ref] };
  }
  expect(objectRoot({ $ref: "#/$defs/d59", $defs })).toBeNull();
});

test("bounds keep their digits", () => {
  const json = '{"anyOf":[{"properties":{"id":{"maximum":9223372036854775807}}}]}';
  const root = objectRoot(parseExactJson(json) as Record<string, unknown>);
  expect(JSON.stringify(root?.properties)).toBe('{"id":{"maximum":9223372036854775807}}');
});
