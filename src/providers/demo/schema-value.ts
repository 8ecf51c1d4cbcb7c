// Makes a value that fits a JSON schema: the arguments of a tool call, or a structured answer.
import { asArray, asObject, isObject, type JsonObject } from "../shared/json.ts";
import { flatten, lowest, type Work } from "./flat-schema.ts";
import { limit, numberValue, stringValue } from "./scalar-value.ts";

/** Below this depth only what the schema requires is made, which ends recursive schemas. */
const FULL_DEPTH = 3;
/** Deeper than any finite schema that a request can carry. */
const DEPTH_MAX = 100;
/** What one value may cost in all, in {@link Work.left}'s units. */
const WORK_MAX = 20_000;
/** The longest array that is made. */
const ITEMS_MAX = 1_000;

/** Where a value stands. `variant` tells apart the items of an array that must be unique. */
interface Place {
  name: string;
  depth: number;
  variant: number;
  work: Work;
}

/**
 * A value for the schema, the same each time. It fits ordinary schemas: types, enum, const,
 * default, properties, items, local references (recursive ones too), allOf, anyOf and oneOf, the
 * limits of objects, arrays, numbers and strings, the usual formats, patterns without look-around.
 * It does not look for a way around `not`, conditions or schemas that contradict themselves.
 */
export function schemaValue(schema: unknown): unknown {
  const work = { root: schema, left: WORK_MAX };
  return valueFor(schema, { name: "value", depth: 0, variant: 0, work });
}

function valueFor(schema: unknown, place: Place): unknown {
  const { name, depth, variant, work } = place;
  work.left -= 1;
  if (work.left < 0 || depth > DEPTH_MAX) return null;
  if (!isObject(schema)) return `example ${name}`;
  const flat = flatten(schema, work, (alternatives) => {
    const possible = alternatives.filter((alternative) => alternative !== false);
    return depth > FULL_DEPTH ? lowest(possible, work) : possible[variant % possible.length];
  });
  const types = typesOf(flat);
  const fixed = fixedValues(flat, types);
  if (fixed.length > 0) return fixed[variant % fixed.length];
  switch (types[variant % types.length]) {
    case "object":
      return objectValue(flat, place);
    case "array":
      return arrayValue(flat, place);
    case "integer":
      return numberValue(flat, true, variant);
    case "number":
      return numberValue(flat, false, variant);
    case "boolean":
      return variant % 2 === 0;
    case "null":
      return null;
    default: {
      const text = stringValue(flat, name, variant);
      work.left -= text.length;
      return text;
    }
  }
}

/** The schema's types, null last: an example says more. */
function typesOf(schema: JsonObject): unknown[] {
  if (schema.type !== undefined) {
    const types = [schema.type].flat();
    return [...types.filter((type) => type !== "null"), ...types.filter((type) => type === "null")];
  }
  const hints: readonly [type: string, keys: readonly string[]][] = [
    ["object", ["properties", "required", "additionalProperties", "minProperties"]],
    ["array", ["items", "prefixItems", "minItems", "contains"]],
    ["number", ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]],
  ];
  const hint = hints.find(([, keys]) => keys.some((key) => Object.hasOwn(schema, key)));
  return [hint?.[0] ?? "string"];
}

/** What the schema names itself; a default that is more than a plain value may not fit its place. */
function fixedValues(schema: JsonObject, types: readonly unknown[]): readonly unknown[] {
  if ("const" in schema) return [schema.const];
  const suits = (value: unknown) =>
    schema.type === undefined || types.some((type) => isOfType(value, type));
  if (Array.isArray(schema.enum)) return schema.enum.filter(suits);
  const { default: usual } = schema;
  const isPlain = ["string", "number", "boolean"].includes(typeof usual);
  return isPlain && suits(usual) ? [usual] : [];
}

function isOfType(value: unknown, type: unknown): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "array" || type === "null")
    return type === "array" ? Array.isArray(value) : value === null;
  return type === "object" ? isObject(value) : typeof value === type;
}

function objectValue(schema: JsonObject, place: Place): JsonObject {
  const properties = asObject(schema.properties);
  const names = new Set(asArray(schema.required).map(String));
  const most = Math.min(limit(schema.maxProperties, ITEMS_MAX), ITEMS_MAX);
  const optional = place.depth < FULL_DEPTH ? Object.keys(properties) : [];
  for (const name of optional.filter((key) => properties[key] !== false)) {
    if (names.size < most) names.add(name);
  }
  const least = Math.min(limit(schema.minProperties, 0), ITEMS_MAX);
  for (let index = 1; names.size < least; index += 1) names.add(`extra${index}`);
  // Built from entries: a property may be called `__proto__`.
  return Object.fromEntries(
    [...names].map((name) => {
      const own = Object.hasOwn(properties, name) ? properties[name] : schema.additionalProperties;
      return [name, valueFor(own, { ...place, name, depth: place.depth + 1 })];
    }),
  );
}

function arrayValue(schema: JsonObject, place: Place): unknown[] {
  const { contains } = schema;
  const tuple = [schema.prefixItems, schema.items].find(Array.isArray) ?? [];
  const rest = Array.isArray(schema.items) ? schema.additionalItems : schema.items;
  const usual = place.depth < FULL_DEPTH ? Math.max(tuple.length, rest === false ? 0 : 1) : 0;
  const least = Math.max(limit(schema.minItems, 0), contains === undefined ? 0 : 1);
  const length = Math.min(Math.max(usual, least), limit(schema.maxItems, ITEMS_MAX), ITEMS_MAX);
  return Array.from({ length }, (_, index) => {
    const own = index < tuple.length ? tuple[index] : rest;
    const item = index === 0 && contains !== undefined ? { allOf: [own, contains] } : own;
    const variant = schema.uniqueItems === true ? index : place.variant;
    return valueFor(item, { ...place, depth: place.depth + 1, variant });
  });
}
