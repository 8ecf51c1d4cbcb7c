// The named schemas of the OpenAPI document, generated from the zod schemas that the server checks
// with.
import { z } from "zod";
import type { Config } from "../../config/schema.ts";
import type { DocumentedEndpoint } from "./endpoint-doc.ts";
import { errorEnvelope } from "./error-schema.ts";

export type JsonSchema = Record<string, unknown>;

/** Points at a named schema of the document. */
export type SchemaRef = (schema: z.ZodType) => { $ref: string };

/** What every error is. */
export const ERROR_REF = { $ref: "#/components/schemas/Error" };

/** By name, those of all endpoints. */
function namedSchemas(endpoints: readonly DocumentedEndpoint[]): Record<string, z.ZodType> {
  return Object.assign({ Error: errorEnvelope }, ...endpoints.map(({ doc }) => doc.schemas));
}

/** Returns what points at the endpoints' schemas, and throws for one that none of them names. */
export function schemaRefs(endpoints: readonly DocumentedEndpoint[]): SchemaRef {
  const names = new Map(
    Object.entries(namedSchemas(endpoints)).map(([name, schema]) => [schema, name]),
  );
  return (schema) => {
    const name = names.get(schema);
    if (name === undefined) throw new Error("a schema is shown that no endpoint names");
    return { $ref: `#/components/schemas/${name}` };
  };
}

/** Returns `components.schemas` of the document, in OpenAPI 3.0's dialect of JSON Schema. */
export function componentSchemas(
  endpoints: readonly DocumentedEndpoint[],
  limits: Config["limits"],
): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(namedSchemas(endpoints))) registry.add(schema, { id });
  // The schemas have neither transforms nor defaults: what they take and what they give is the
  // same.
  const { schemas } = z.toJSONSchema(registry, {
    target: "openapi-3.0",
    io: "input",
    uri: (id) => `#/components/schemas/${id}`,
  });
  const named: Record<string, JsonSchema> = {};
  for (const [id, schema] of Object.entries(schemas)) {
    // OpenAPI 3.0 knows no `$id`; the name is the key.
    const { $id: _, ...rest } = schema;
    named[id] = withRealNulls(rest) as JsonSchema;
  }
  for (const { doc } of endpoints) addBounds(named, doc.bounds?.(limits) ?? {});
  return named;
}

function addBounds(
  named: Record<string, JsonSchema>,
  bounds: Record<string, Record<string, JsonSchema>>,
): void {
  for (const [name, boundOf] of Object.entries(bounds)) {
    for (const { properties } of variantsOf(named[name])) {
      const fields = (properties ?? {}) as Record<string, JsonSchema>;
      for (const [field, bound] of Object.entries(boundOf)) bind(fields[field], bound);
    }
  }
}

/** A list's bound is for what is a list, where a field may be something else too. */
function bind(field: JsonSchema | undefined, bound: JsonSchema): void {
  for (const schema of variantsOf(field)) {
    if (!("maxItems" in bound) || schema.type === "array") Object.assign(schema, bound);
  }
}

/** A schema, and what it may be in detail. */
const variantsOf = (schema: JsonSchema = {}): JsonSchema[] => [
  schema,
  ...["anyOf", "oneOf"].flatMap((word) => (schema[word] as JsonSchema[] | undefined) ?? []),
];

/**
 * OpenAPI 3.0.3 gives `nullable` a meaning only beside `type`, and an `enum` must list null to
 * allow it; zod's output does neither. This says the same in a form that every reader understands.
 */
function withRealNulls(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withRealNulls);
  if (typeof node !== "object" || node === null) return node;
  const schema: JsonSchema = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, withRealNulls(value)]),
  );
  if (schema.nullable !== true) return schema;
  if (Array.isArray(schema.enum)) return { ...schema, enum: [...schema.enum, null] };
  if ("type" in schema) return schema;
  const { nullable: _, anyOf, oneOf, allOf, ...rest } = schema;
  const branches = [anyOf, oneOf, allOf].find(Array.isArray) ?? [];
  return { ...rest, anyOf: [...branches, { type: "string", nullable: true, enum: [null] }] };
}
