// Checks a value against a JSON schema, for the keywords that the generator knows.
import { isDeepStrictEqual } from "node:util";
import { isSchema, resolveReference, type Schema } from "./schema-shape.ts";

/** How many schemas may lead to one another; generated values are never this deep. */
const DEPTH_MAX = 200;

/** What checks may cost in all: references to a wide union multiply with every step. */
export interface CheckBudget {
  root: unknown;
  /** Schemas that may still be looked at; without any, nothing fits. */
  checks: number;
}

/**
 * Whether the value fits. Patterns and formats are taken on trust: the generator builds its strings
 * to fit, and a stranger's regular expression is never run, because it might not end.
 */
export function fits(value: unknown, schema: unknown, budget: CheckBudget, depth = 0): boolean {
  budget.checks -= 1;
  if (typeof schema === "boolean" || schema === undefined) {
    return schema !== false;
  }
  if (!isSchema(schema) || depth > DEPTH_MAX || budget.checks < 0) {
    return false;
  }
  const check = (part: unknown, inner = value) => fits(inner, part, budget, depth + 1);
  return (
    fitsCombinations(schema, budget.root, check) &&
    fitsChoice(value, schema) &&
    fitsSize(value, schema) &&
    (!Array.isArray(value) || fitsItems(value, schema, check)) &&
    (!isSchema(value) || fitsProperties(value, schema, check))
  );
}

type Check = (part: unknown, inner?: unknown) => boolean;

function fitsCombinations(schema: Schema, root: unknown, check: Check): boolean {
  const { $ref, allOf, anyOf, oneOf, not } = schema;
  return (
    ($ref === undefined || check(resolveReference($ref, root) ?? false)) &&
    (!Array.isArray(allOf) || allOf.every((part) => check(part))) &&
    (!Array.isArray(anyOf) || anyOf.some((part) => check(part))) &&
    (!Array.isArray(oneOf) || oneOf.filter((part) => check(part)).length === 1) &&
    (not === undefined || !check(not))
  );
}

function fitsChoice(value: unknown, schema: Schema): boolean {
  const { type } = schema;
  const isNullable = schema.nullable === true && value === null;
  return (
    (type === undefined || isNullable || [type].flat().some((name) => isOfType(value, name))) &&
    (!("const" in schema) || isDeepStrictEqual(value, schema.const)) &&
    (!Array.isArray(schema.enum) || schema.enum.some((one) => isDeepStrictEqual(value, one)))
  );
}

function isOfType(value: unknown, type: unknown): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return isSchema(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function fitsSize(value: unknown, schema: Schema): boolean {
  if (typeof value === "number") {
    return (
      within(value, schema.minimum, schema.maximum) &&
      !(typeof schema.exclusiveMinimum === "number" && value <= schema.exclusiveMinimum) &&
      !(typeof schema.exclusiveMaximum === "number" && value >= schema.exclusiveMaximum) &&
      !(typeof schema.multipleOf === "number" && !Number.isInteger(value / schema.multipleOf))
    );
  }
  if (typeof value === "string") {
    return within([...value].length, schema.minLength, schema.maxLength);
  }
  if (Array.isArray(value)) {
    return within(value.length, schema.minItems, schema.maxItems);
  }
  return (
    !isSchema(value) ||
    within(Object.keys(value).length, schema.minProperties, schema.maxProperties)
  );
}

function within(size: number, least: unknown, most: unknown): boolean {
  return (typeof least !== "number" || size >= least) && (typeof most !== "number" || size <= most);
}

function fitsItems(value: unknown[], schema: Schema, check: Check): boolean {
  const tuple = [schema.prefixItems, schema.items].find(Array.isArray) ?? [];
  const rest = Array.isArray(schema.items) ? schema.additionalItems : schema.items;
  const isUnique = () => new Set(value.map((item) => JSON.stringify(item))).size === value.length;
  return (
    value.every((item, index) => check(index < tuple.length ? tuple[index] : rest, item)) &&
    (!("contains" in schema) || value.some((item) => check(schema.contains, item))) &&
    (schema.uniqueItems !== true || isUnique())
  );
}

function fitsProperties(value: Schema, schema: Schema, check: Check): boolean {
  const properties = isSchema(schema.properties) ? schema.properties : {};
  const required: unknown[] = Array.isArray(schema.required) ? schema.required : [];
  return (
    required.every((name) => Object.hasOwn(value, String(name))) &&
    Object.entries(value).every(([name, item]) => {
      const isKnown = Object.hasOwn(properties, name);
      return check(isKnown ? properties[name] : schema.additionalProperties, item);
    })
  );
}
