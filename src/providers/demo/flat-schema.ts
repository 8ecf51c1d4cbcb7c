// Puts one schema object together from its references and combinations.
import { asArray, asObject, isObject, type JsonObject } from "../shared/json.ts";
import { resolveReference } from "../shared/schema-reference.ts";

/** What one generated value may cost: a stranger's schema must not keep the server busy. */
export interface Work {
  /** The whole schema, which references point into. */
  root: unknown;
  /** Schemas, members and characters that may still be read or made. */
  left: number;
}

/** How many schemas lead to one another without a value in between. */
const HOPS_MAX = 64;
/** A height beyond any that is wanted. */
const HEIGHT_MAX = 32;

/**
 * The schema without `$ref` and `allOf`, with one alternative of `anyOf` and of `oneOf` taken in.
 * @param pick chooses the alternative
 */
export function flatten(
  schema: unknown,
  work: Work,
  pick: (alternatives: readonly unknown[]) => unknown,
): JsonObject {
  // Twice the same reference adds nothing, and may be a circle.
  const followed = new Set<unknown>();
  const flat = (part: unknown, hops: number): JsonObject => {
    work.left -= sizeOf(part);
    if (!isObject(part) || hops > HOPS_MAX || work.left < 0) return {};
    const { $ref, allOf, anyOf, oneOf, ...own } = part;
    const parts = [...asArray(allOf), ...[anyOf, oneOf].filter(Array.isArray).map(pick)];
    if ($ref !== undefined && !followed.has($ref)) {
      followed.add($ref);
      parts.unshift(resolveReference(work.root, $ref));
    }
    return parts.reduce<JsonObject>((left, right) => merge(left, flat(right, hops + 1), work), own);
  };
  return flat(schema, 0);
}

/** One, and the members of its members: so much is read or copied with it. */
function sizeOf(part: unknown): number {
  const sizes = Object.values(asObject(part)).map((value) =>
    typeof value === "object" && value !== null ? Object.keys(value).length : String(value).length,
  );
  return sizes.reduce((total, size) => total + size, 1);
}

/** Both schemas at once, as far as one schema object can say it. */
function merge(left: JsonObject, right: JsonObject, work: Work): JsonObject {
  const merged = { ...left };
  for (const [key, value] of Object.entries(right)) {
    const join = JOINS[key] ?? ((one: unknown) => one);
    merged[key] = Object.hasOwn(left, key) ? join(left[key], value) : value;
    work.left -= sizeOf(merged);
  }
  return merged;
}

const both = (left: unknown, right: unknown) => ({ allOf: [left, right] });
const larger = (left: unknown, right: unknown) => Math.max(Number(left), Number(right));
const smaller = (left: unknown, right: unknown) => Math.min(Number(left), Number(right));
const JOINS: Readonly<Record<string, (left: unknown, right: unknown) => unknown>> = {
  properties: (left, right) => {
    const merged = new Map(Object.entries(asObject(left)));
    for (const [name, value] of Object.entries(asObject(right))) {
      merged.set(name, merged.has(name) ? both(merged.get(name), value) : value);
    }
    return Object.fromEntries(merged);
  },
  required: (left, right) => [...new Set([...asArray(left), ...asArray(right)])],
  type: (left, right) => {
    const wanted = [right].flat();
    const isWhole = wanted.includes("integer") && [left].flat().includes("number");
    return isWhole ? "integer" : [left].flat().filter((type) => wanted.includes(type));
  },
  enum: (left, right) => {
    const wanted = new Set(asArray(right).map((one) => JSON.stringify(one)));
    return asArray(left).filter((one) => wanted.has(JSON.stringify(one)));
  },
  items: both,
  additionalProperties: both,
  minimum: larger,
  exclusiveMinimum: larger,
  minLength: larger,
  minItems: larger,
  maximum: smaller,
  exclusiveMaximum: smaller,
  maxLength: smaller,
  maxItems: smaller,
};

/**
 * Of several schemas the one whose smallest value nests least, which is how a recursion ends: null
 * or a plain value before a list, a list before an object, a leaf before a node.
 */
export function lowest(schemas: readonly unknown[], work: Work): unknown {
  const heights = new Map<unknown, number>();
  const measured = schemas.map((schema) => ({ schema, height: heightOf(schema, work, heights) }));
  return measured.toSorted((one, other) => one.height - other.height)[0]?.schema;
}

function heightOf(schema: unknown, work: Work, known: Map<unknown, number>, depth = 0): number {
  const before = known.get(schema);
  if (before !== undefined) return before;
  work.left -= 1;
  if (schema === false || depth > HEIGHT_MAX || work.left < 0) return HEIGHT_MAX;
  if (!isObject(schema) || "const" in schema || "enum" in schema) return 0;
  // Until it is known, a schema that needs itself is as high as can be.
  known.set(schema, HEIGHT_MAX);
  const measure = (part: unknown) => heightOf(part, work, known, depth + 1);
  const { $ref, allOf, anyOf, oneOf, properties, items, type } = schema;
  const parts = $ref === undefined ? [] : [measure(resolveReference(work.root, $ref))];
  parts.push(...asArray(allOf).map(measure));
  for (const group of [anyOf, oneOf].filter(Array.isArray)) {
    parts.push(Math.min(...group.map(measure)));
  }
  if (properties !== undefined) {
    const needed = asArray(schema.required).map((name) => asObject(properties)[String(name)]);
    parts.push(2 + Math.max(0, ...needed.map(measure)));
  } else if (items !== undefined) {
    parts.push(1 + (Number(schema.minItems ?? 0) > 0 ? measure(items) : 0));
  } else if (type !== "null") {
    parts.push(0.5);
  }
  const height = Math.min(HEIGHT_MAX, Math.max(0, ...parts));
  known.set(schema, height);
  return height;
}
