// Generated values against a real validator: tables of single keywords, and random schemas.
import { describe, expect, test } from "bun:test";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { ApiError } from "../../../src/base/errors.ts";
import { schemaValue } from "../../../src/providers/demo/schema-value.ts";

const ajv = new Ajv2020({ strict: false, allErrors: true, ownProperties: true });
addFormats(ajv);

function expectFit(schema: Record<string, unknown>): unknown {
  const value = schemaValue(schema, "schema");
  // What a client receives has been through JSON.
  const received: unknown = JSON.parse(JSON.stringify(value));
  const validate = ajv.compile(schema);
  const isValid = validate(received);
  if (!isValid) {
    throw new Error(`${JSON.stringify(received)} does not fit ${JSON.stringify(schema)}`);
  }
  return received;
}

/** How the schema is refused, or else the value that is made of it; either soon. */
function outcome(schema: unknown): unknown {
  const started = performance.now();
  try {
    const value = schemaValue(schema, "schema");
    expect(JSON.stringify(value).length).toBeLessThan(1_000_000);
    return value;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return error;
  } finally {
    expect(performance.now() - started).toBeLessThan(500);
  }
}

function expectRefused(schema: unknown, words: RegExp): void {
  expect(outcome(schema)).toMatchObject({
    status: 400,
    code: "unsupported_parameter",
    param: "schema",
    message: expect.stringMatching(words),
  });
}

const node = {
  type: "object",
  properties: { value: { type: "integer" }, next: { anyOf: [{ $ref: "#" }, { type: "null" }] } },
  required: ["value", "next"],
  additionalProperties: false,
};

describe("single keywords", () => {
  test.each<[string, Record<string, unknown>]>([
    ["empty", {}],
    ["type list", { type: ["null", "integer"] }],
    ["const", { const: { a: [1, null] } }],
    ["enum", { type: "string", enum: ["x", "y"] }],
    ["default that fits", { type: "string", default: "given" }],
    ["default that does not", { type: "string", default: 7 }],
    ["nullable", { type: "string", nullable: true }],
    ["anyOf", { anyOf: [false, { type: "integer", minimum: 5 }, { const: 1 }] }],
    [
      "oneOf by discriminator",
      {
        oneOf: ["a", "b"].map((kind) => ({
          type: "object",
          properties: { kind: { const: kind } },
          required: ["kind"],
        })),
      },
    ],
    ["allOf of one", { allOf: [{ $ref: "#/$defs/x" }], title: "X", $defs: { x: { enum: [3] } } }],
    ["$defs", { $ref: "#/$defs/x", $defs: { x: { type: "string", minLength: 40 } } }],
    ["escaped pointer", { $ref: "#/$defs/a~1b%20c", $defs: { "a/b c": { type: "integer" } } }],
    ["recursion by union", node],
    [
      "recursion by a tree of alternatives, the leaf last",
      {
        $ref: "#/$defs/term",
        $defs: {
          term: { anyOf: [{ $ref: "#/$defs/sum" }, { $ref: "#/$defs/literal" }] },
          sum: {
            type: "object",
            properties: {
              op: { enum: ["+", "-"] },
              left: { $ref: "#/$defs/term" },
              right: { $ref: "#/$defs/term" },
            },
            required: ["op", "left", "right"],
            additionalProperties: false,
          },
          literal: {
            type: "object",
            properties: { value: { type: "number" } },
            required: ["value"],
            additionalProperties: false,
          },
        },
      },
    ],
    [
      "recursion by array",
      {
        $ref: "#/$defs/tree",
        $defs: {
          tree: {
            type: "object",
            properties: { children: { type: "array", items: { $ref: "#/$defs/tree" } } },
            required: ["children"],
          },
        },
      },
    ],
    ["a set", { type: "array", items: { type: "string" }, uniqueItems: true }],
    ["minItems", { type: "array", items: { type: "boolean" }, minItems: 4 }],
    ["tuple", { type: "array", prefixItems: [{ type: "string" }, { type: "null" }], items: false }],
    ["maxItems 0", { type: "array", items: { type: "string" }, maxItems: 0 }],
    ["required without properties", { type: "object", required: ["a", "b"] }],
    ["typed map", { type: "object", additionalProperties: { type: "integer" }, required: ["a"] }],
    ["property called __proto__", JSON.parse('{"type":"object","required":["__proto__"]}')],
    ["long string", { type: "string", minLength: 200, maxLength: 200 }],
    ["short string", { type: "string", maxLength: 3 }],
    ["a format that a record would inherit", { type: "string", format: "constructor" }],
    ["empty string", { type: "string", maxLength: 0 }],
    ["open interval", { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 0.5 }],
    ["negative", { type: "number", maximum: -3.5 }],
    ["whole, negative", { type: "integer", exclusiveMaximum: 0 }],
    ["whole between fractions", { type: "integer", minimum: 1.2, maximum: 2.1 }],
    ["between fractions", { type: "number", minimum: 1.2, maximum: 1.4 }],
    ["one number alone", { type: "number", minimum: 3.5, maximum: 3.5 }],
  ])("%s", (_, schema) => {
    expectFit(schema);
  });

  test.each(
    "date-time date time duration email hostname ipv4 ipv6 uri uri-reference uuid regex password".split(
      " ",
    ),
  )("format %s", (format) => {
    expectFit({ type: "string", format });
  });
});

/** As the libraries of ordinary clients write them. */
describe("clients' schemas", () => {
  test.each<[string, Record<string, unknown>]>([
    [
      "pydantic: optional fields, a constrained number, an enum by reference, a nested list",
      {
        $defs: {
          Color: { enum: ["red", "green"], title: "Color", type: "string" },
          Step: {
            properties: {
              explanation: { title: "Explanation", type: "string" },
              color: { $ref: "#/$defs/Color" },
            },
            required: ["explanation", "color"],
            title: "Step",
            type: "object",
            additionalProperties: false,
          },
        },
        properties: {
          steps: { items: { $ref: "#/$defs/Step" }, title: "Steps", type: "array", maxItems: 9 },
          score: { exclusiveMinimum: 0, maximum: 1, title: "Score", type: "number" },
          note: { anyOf: [{ type: "string" }, { type: "null" }], default: null, title: "Note" },
          color: { allOf: [{ $ref: "#/$defs/Color" }], default: "green" },
          tags: { additionalProperties: { type: "string" }, title: "Tags", type: "object" },
        },
        required: ["steps", "score", "note", "color", "tags"],
        title: "Answer",
        type: "object",
        additionalProperties: false,
      },
    ],
    [
      "zod: whole numbers within bounds, a discriminated union, a tuple, formats with patterns",
      {
        $schema: "https://json-schema.org/draft/2020-12/schema",
        type: "object",
        properties: {
          id: {
            type: "string",
            format: "uuid",
            pattern: "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
          },
          count: { type: "integer", exclusiveMinimum: 0, maximum: 9007199254740991 },
          pair: { type: "array", prefixItems: [{ type: "string" }, { type: "number" }] },
          shape: {
            oneOf: ["circle", "square"].map((kind) => ({
              type: "object",
              properties: { kind: { type: "string", const: kind }, size: { type: "number" } },
              required: ["kind", "size"],
              additionalProperties: false,
            })),
          },
        },
        required: ["id", "count", "pair", "shape"],
        additionalProperties: false,
      },
    ],
    [
      "a recursive screen",
      {
        type: "object",
        properties: {
          type: { type: "string", enum: ["div", "button"] },
          label: { type: ["string", "null"] },
          children: { type: "array", items: { $ref: "#" } },
        },
        required: ["type", "label", "children"],
        additionalProperties: false,
      },
    ],
  ])("%s", (_, schema) => {
    expectFit(schema);
  });
});

describe("patterns", () => {
  test("beside a format that says what is meant, one is not needed and never run", () => {
    for (const pattern of ["^(a+)+$|^(b+)+$", "[", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"]) {
      expect(schemaValue({ type: "string", pattern, format: "date" }, "schema")).toBe("2026-01-01");
    }
  });

  test.each(["^[A-Z]{2}\\d{4}$", "^(a+)+b$", "[", "((((a{1000}){1000}){1000}){1000}){1000}"])(
    "%s alone, or beside a format that is not known, is refused",
    (pattern) => {
      expectRefused({ type: "string", pattern }, /'pattern'/);
      expectRefused({ type: "string", pattern, format: "password" }, /'pattern'/);
    },
  );
});

describe("what is beyond it is refused in words", () => {
  test.each<[string, unknown, RegExp]>([
    ["false", false, /'false'/],
    ["only alternatives that nothing fits", { anyOf: [false] }, /'false'/],
    ["no alternatives", { anyOf: [] }, /nothing to choose from/],
    ["not", { type: "string", not: { minLength: 3 } }, /'not'/],
    ["a condition within", { type: "array", items: { if: {} }, minItems: 1 }, /'if'/],
    [
      "different items",
      { type: "array", items: {}, minItems: 2, uniqueItems: true },
      /uniqueItems/,
    ],
    ["a type that there is not", { type: "date" }, /'type'/],
    ["crossed limits", { type: "integer", minimum: 3, maximum: 2 }, /limits/],
    ["a format that is too long", { type: "string", format: "uuid", maxLength: 9 }, /'maxLength'/],
    ["multiples", { type: "number", multipleOf: 7 }, /'multipleOf'/],
    ["several schemas in one", { allOf: [{ type: "string" }, { minLength: 3 }] }, /'allOf'/],
    [
      "a limit beside a reference",
      { $ref: "#/$defs/x", minLength: 3, $defs: { x: {} } },
      /minLength/,
    ],
    ["members beside alternatives", { anyOf: [{ type: "object" }], required: ["a"] }, /'required'/],
    ["a missing reference", { $ref: "#/nowhere" }, /\$ref/],
    ["a reference to elsewhere", { $ref: "https://example.com/schema.json" }, /\$ref/],
  ])("%s", (_, schema, words) => {
    expectRefused(schema, words);
  });

  test("where it can be left out, it is", () => {
    const schema = {
      type: "object",
      properties: { a: { not: { type: "string" } }, b: { anyOf: [{ not: {} }, { const: 1 }] } },
    };
    expect(expectFit(schema)).toEqual({ b: 1 });
    expect(expectFit({ ...node, required: undefined })).toEqual({
      value: 1,
      next: { value: 1, next: null },
    });
  });
});

describe("hostile schemas end", () => {
  const wide = Array.from({ length: 200 }, () => ({ $ref: "#" }));
  const many = Array.from({ length: 40 }, (_, index) => index);
  const long = { type: "string", pattern: "^[^!]+[^?]+[^.]+!$" };
  const hugeConst = { const: { a: "x".repeat(100_000) } };
  const fan = {
    type: "object",
    properties: Object.fromEntries(wide.map((part, index) => [`p${index}`, part])),
  };
  const deep = many.slice(0, 14).reduce<unknown>((inner) => ({ anyOf: [inner, inner] }), false);
  test.each<[string, unknown]>([
    ["a contradiction", { type: "string", enum: [1] }],
    ["a slow pattern", { type: "string", pattern: "^(a+)+$", enum: [`${"a".repeat(50)}b`] }],
    ["one that may be left out", { type: "object", properties: { a: long } }],
    ["members that may be left out", fan],
  ])("with a value: %s", (_, schema) => {
    expect(outcome(schema)).not.toBeInstanceOf(ApiError);
  });

  test.each<[string, unknown]>([
    ["a loop of references", { $ref: "#" }],
    ["a loop of combinations", { anyOf: [{ allOf: [{ $ref: "#" }] }, { $ref: "#" }] }],
    ["an infinite value", { type: "object", properties: { a: { $ref: "#" } }, required: ["a"] }],
    ["a huge string", { type: "string", minLength: 1e12 }],
    ["a huge array", { type: "array", minItems: 1e12 }],
    ["arrays of arrays", { type: "array", minItems: 1_000, items: { $ref: "#" } }],
    ["many large schemas", { type: "array", minItems: 2_000, items: { title: "x".repeat(1e6) } }],
    ["a huge value many times", { type: "array", minItems: 1_000, items: hugeConst }],
    ["many names", { type: "object", required: Array.from({ length: 1e5 }, (_, i) => `p${i}`) }],
    ["combinations that multiply", { $defs: { deep }, $ref: "#/$defs/deep" }],
    [
      "many long strings",
      { type: "array", minItems: 1_000, items: { type: "string", minLength: 9_000 } },
    ],
    [
      "a chain of references",
      { $ref: "#/0", ...Object.fromEntries(wide.map((_, i) => [i, { $ref: `#/${i + 1}` }])) },
    ],
    [
      "a wide and deep one",
      { type: "object", properties: { a: { anyOf: wide } }, required: ["a"] },
    ],
    [
      "references that multiply",
      {
        $ref: "#/$defs/d0",
        $defs: Object.fromEntries(
          many.map((index) => [
            `d${index}`,
            {
              type: "object",
              properties: Object.fromEntries(
                many.map((name) => [
                  `p${name}`,
                  { anyOf: [{ $ref: `#/$defs/d${(index + name) % 40}` }, { $ref: "#/$defs/d0" }] },
                ]),
              ),
              required: many.map((name) => `p${name}`),
            },
          ]),
        ),
      },
    ],
  ])("with a refusal: %s", (_, schema) => {
    expectRefused(schema, /of this size|\$ref/);
  });
});

test("values fit random schemas", () => {
  const name = fc.constantFrom("a", "b", "c", "d e", "constructor");
  const { schema } = fc.letrec<{ schema: Record<string, unknown> }>((tie) => ({
    schema: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom({ type: "boolean" }, { type: "null" }, { type: ["string", "null"] }),
      fc
        .record({ from: fc.integer({ min: -50, max: 50 }), span: fc.integer({ min: 0, max: 9 }) })
        .map(({ from, span }) => ({ type: "integer", minimum: from, maximum: from + span })),
      fc
        .tuple(
          fc.double({ min: -5, max: 5, noNaN: true }),
          fc.double({ min: 0.5, max: 9, noNaN: true }),
        )
        .map(([from, span]) => ({ type: "number", exclusiveMinimum: from, maximum: from + span })),
      fc
        .tuple(fc.nat(30), fc.nat(30))
        .map(([least, span]) => ({ type: "string", minLength: least, maxLength: least + span })),
      fc.uniqueArray(fc.oneof(fc.string(), fc.integer()), { minLength: 1 }).map((values) => ({
        enum: values,
      })),
      fc.tuple(fc.dictionary(name, tie("schema")), fc.boolean()).map(([properties, isClosed]) => ({
        type: "object",
        properties,
        required: Object.keys(properties).filter((_, index) => index % 2 === 0),
        ...(isClosed ? { additionalProperties: false } : {}),
      })),
      fc
        .tuple(tie("schema"), fc.nat(3))
        .map(([items, least]) => ({ type: "array", items, minItems: least })),
      fc.array(tie("schema"), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
      tie("schema").map((inner) => ({ allOf: [inner] })),
    ),
  }));
  fc.assert(
    fc.property(schema, (random) => void expectFit(random)),
    { numRuns: 500 },
  );
});
