// Makes a value that fits a JSON schema: the arguments of a tool call, or a structured answer.
import { type CheckBudget, fits } from "./schema-check.ts";
import { numberValue, stringValue } from "./schema-scalar.ts";
import { type Branch, branchesOf, isSchema, type Schema } from "./schema-shape.ts";

/** Below this depth only what the schema requires is generated, which ends recursive schemas. */
const FULL_DEPTH = 3;
/** Deeper than any finite schema that a request can carry. */
const DEPTH_MAX = 100;
/** Values tried in all, so that no schema takes long. */
const STEPS_MAX = 5_000;
/** Checks in all: each value is checked on its own and again within each of its parents. */
const CHECKS_MAX = 200_000;
/** The longest array that is generated. */
const ITEMS_MAX = 1_000;

/** No value was found: the schema contradicts itself, or is beyond this generator. */
class UnfitError extends Error {
  override readonly name = "UnfitError";
}

interface Work extends CheckBudget {
  steps: number;
}

/** Where a value stands. `variant` tells apart the items of an array that must be unique. */
interface Place {
  name: string;
  depth: number;
  variant: number;
}

/**
 * A value that fits the schema, the same each time; `{}` when none is found. Known are the keywords
 * that models' tools use: types, enum, const, default, the combinations, local references, and the
 * limits of objects, arrays, numbers and strings. A pattern is followed as far as pattern-value.ts
 * can.
 */
export function schemaValue(schema: unknown): unknown {
  const work: Work = { root: schema, steps: 0, checks: CHECKS_MAX };
  try {
    return generate(schema, { name: "value", depth: 0, variant: 0 }, work);
  } catch (error) {
    if (error instanceof UnfitError) {
      return {};
    }
    throw error;
  }
}

function generate(schema: unknown, place: Place, work: Work): unknown {
  work.steps += 1;
  if (work.steps > STEPS_MAX || work.checks < 0 || place.depth > DEPTH_MAX || schema === false) {
    throw new UnfitError("no value found");
  }
  if (!isSchema(schema)) {
    return `example ${place.name}`;
  }
  const branches = branchesOf(schema, work.root);
  if (place.depth > FULL_DEPTH) {
    // The small ones first: `null` or a plain value ends a recursion, another object may not.
    branches.sort((left, right) => weightOf(left) - weightOf(right));
  }
  for (const branch of rotate(branches, place.variant)) {
    const value = attempt(branch, place, work);
    if (value !== undefined && fits(value, schema, work)) {
      return value;
    }
  }
  throw new UnfitError("no value found");
}

/** A value of one branch, or undefined when it has none. */
function attempt({ schema, type }: Branch, place: Place, work: Work): unknown {
  try {
    return makeValue(schema, type, place, work);
  } catch (error) {
    if (error instanceof UnfitError && work.steps <= STEPS_MAX) {
      return undefined;
    }
    throw error;
  }
}

function makeValue(schema: Schema, type: string, place: Place, work: Work): unknown {
  const fixed = fixedValues(schema).filter((value) => fits(value, schema, work));
  if ("const" in schema || "enum" in schema || fixed.length > 0) {
    return fixed[place.variant % Math.max(fixed.length, 1)];
  }
  switch (type) {
    case "object":
      return objectValue(schema, place, work);
    case "array":
      return arrayValue(schema, place, work);
    case "integer":
    case "number":
      return numberValue(schema, type === "integer", place.variant);
    case "boolean":
      return place.variant % 2 === 0;
    case "null":
      return null;
    default:
      return stringValue(schema, place.name, place.variant);
  }
}

function fixedValues(schema: Schema): unknown[] {
  if ("const" in schema) {
    return [schema.const];
  }
  if (Array.isArray(schema.enum)) {
    return schema.enum;
  }
  return "default" in schema ? [schema.default] : [];
}

function objectValue(schema: Schema, place: Place, work: Work): Record<string, unknown> {
  const properties = isSchema(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
  // Null prototype while it grows: a property may be called `__proto__`.
  const result: Record<string, unknown> = Object.create(null);
  const child = (name: string) => ({ ...place, name, depth: place.depth + 1 });
  for (const name of required) {
    const own = Object.hasOwn(properties, name) ? properties[name] : schema.additionalProperties;
    result[name] = generate(own ?? true, child(name), work);
  }
  const most = typeof schema.maxProperties === "number" ? schema.maxProperties : ITEMS_MAX;
  for (const [name, own] of Object.entries(properties)) {
    const isWanted = place.depth < FULL_DEPTH && Object.keys(result).length < most;
    if (isWanted && !(name in result)) {
      const value = attemptOptional(own, child(name), work);
      if (value !== undefined) {
        result[name] = value;
      }
    }
  }
  const least = typeof schema.minProperties === "number" ? schema.minProperties : 0;
  for (let index = 1; Object.keys(result).length < Math.min(least, ITEMS_MAX); index += 1) {
    const name = `extra${index}`;
    result[name] = generate(schema.additionalProperties ?? true, child(name), work);
  }
  return { ...result };
}

function attemptOptional(schema: unknown, place: Place, work: Work): unknown {
  try {
    return generate(schema, place, work);
  } catch (error) {
    if (error instanceof UnfitError && work.steps <= STEPS_MAX) {
      return undefined;
    }
    throw error;
  }
}

function arrayValue(schema: Schema, place: Place, work: Work): unknown[] {
  const tuple = [schema.prefixItems, schema.items].find(Array.isArray) ?? [];
  const rest = Array.isArray(schema.items) ? (schema.additionalItems ?? true) : schema.items;
  const least = Math.max(numberOr(schema.minItems, 0), "contains" in schema ? 1 : 0);
  const most = Math.min(numberOr(schema.maxItems, ITEMS_MAX), ITEMS_MAX);
  const isShallow = place.depth < FULL_DEPTH;
  const wanted = Math.max(isShallow ? Math.max(tuple.length, rest === false ? 0 : 1) : 0, least);
  if (least > ITEMS_MAX) {
    throw new UnfitError("too many items");
  }
  const result: unknown[] = [];
  for (let index = 0; index < Math.min(wanted, most); index += 1) {
    const own = index < tuple.length ? tuple[index] : (rest ?? true);
    const item = index === 0 && "contains" in schema ? { allOf: [own, schema.contains] } : own;
    const variant = schema.uniqueItems === true ? index : place.variant;
    const itemPlace = { name: place.name, depth: place.depth + 1, variant };
    if (index >= least) {
      const value = attemptOptional(item, itemPlace, work);
      if (value === undefined) {
        break;
      }
      result.push(value);
    } else {
      result.push(generate(item, itemPlace, work));
    }
  }
  return result;
}

function weightOf({ schema, type }: Branch): number {
  if ("const" in schema || "enum" in schema) {
    return 0;
  }
  return ["null", "boolean", "integer", "number", "string", "array", "object"].indexOf(type);
}

/** The variants of a union take turns. */
function rotate<T>(items: readonly T[], by: number): T[] {
  const start = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}
