// Rewrites a JSON schema into the part of the language that Claude's structured output knows.
import { isObject, type JsonObject } from "../shared/json.ts";

/** Kept as they are. */
const KEPT = ["type", "enum", "const", "default", "title", "$schema", "$id"] as const;

const FORMATS = new Set(
  "date-time time date duration email hostname uri ipv4 ipv6 uuid".split(" "),
);

/** Not enforced upstream: the model reads them in the description. In words where they differ. */
const DESCRIBED: readonly (readonly [string, string])[] = [
  ["minimum", "minimum"],
  ["maximum", "maximum"],
  ["exclusiveMinimum", "greater than"],
  ["exclusiveMaximum", "less than"],
  ["multipleOf", "multiple of"],
  ["minLength", "minimum length"],
  ["maxLength", "maximum length"],
  ["pattern", "pattern"],
  ["minItems", "minimum items"],
  ["maxItems", "maximum items"],
  ["uniqueItems", "unique items"],
  ["minProperties", "minimum properties"],
  ["maxProperties", "maximum properties"],
  ["not", "not"],
];

/**
 * The schema without what Claude refuses: `oneOf` becomes `anyOf`, objects are closed, and
 * constraints that are not enforced move into the description. The given one stays as it is.
 */
export function sanitizeSchema(schema: JsonObject): JsonObject {
  const definitions = { ...mapped("definitions", schema), ...mapped("$defs", schema) };
  if (schema.$ref !== undefined) {
    // What stands beside a reference is refused, but what it refers to may stand there.
    return { $ref: schema.$ref, ...definitions };
  }
  const { items, format } = schema;
  const description = describe(schema);
  const isClosed = schema.type === "object" || isObject(schema.properties);
  return {
    ...picked(schema, KEPT),
    ...(description !== "" && { description }),
    ...listed("anyOf", schema.anyOf ?? schema.oneOf),
    ...listed("allOf", schema.allOf),
    ...definitions,
    ...mapped("properties", schema),
    ...picked(schema, ["required"]),
    ...(isClosed && { additionalProperties: false }),
    ...(items !== undefined && { items: Array.isArray(items) ? items.map(inner) : inner(items) }),
    ...(isKnown(format) && { format }),
  };
}

const isKnown = (format: unknown): boolean => typeof format === "string" && FORMATS.has(format);

const picked = (schema: JsonObject, keys: readonly string[]): JsonObject =>
  Object.fromEntries(keys.flatMap((key) => (key in schema ? [[key, schema[key]]] : [])));

function inner(value: unknown): unknown {
  return isObject(value) ? sanitizeSchema(value) : value;
}

function listed(key: string, schemas: unknown): JsonObject {
  return Array.isArray(schemas) ? { [key]: schemas.map(inner) } : {};
}

function mapped(key: string, schema: JsonObject): JsonObject {
  const schemas = schema[key];
  if (!isObject(schemas)) {
    return {};
  }
  // fromEntries defines the names, whatever they are: `__proto__` stays a plain one.
  const entries = Object.entries(schemas).map(([name, value]) => [name, inner(value)]);
  return { [key]: Object.fromEntries(entries) };
}

function describe(schema: JsonObject): string {
  const constraints = DESCRIBED.flatMap(([key, words]) => {
    const value = schema[key];
    const isSet = value !== undefined && value !== null && value !== false;
    return isSet ? [`${words}: ${typeof value === "string" ? value : JSON.stringify(value)}`] : [];
  });
  if (typeof schema.format === "string" && !isKnown(schema.format)) {
    constraints.push(`format: ${schema.format}`);
  }
  const said = typeof schema.description === "string" ? [schema.description] : [];
  return [...said, ...(constraints.length > 0 ? [`${constraints.join("; ")}.`] : [])].join("\n");
}
