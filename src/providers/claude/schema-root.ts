// Gives a JSON schema the root that Claude wants: one object, not a union or a reference to one.
import { asArray, asObject, isObject, type JsonObject } from "../shared/json.ts";
import { resolveReference } from "../shared/schema-reference.ts";
import type { ObjectSchema } from "./blocks.ts";

/** More parts than any root of a real schema has: references can multiply without end. */
const MAX_PARTS = 1_000;

/** What an object may and must have, put together from all parts of its schema. */
interface Shape {
  /** By name, then by their text, the different schemas that the parts have for it. */
  properties: Map<string, Map<string, unknown>>;
  required: Set<unknown>;
  /** What each variant of a union must have, to be told in words. */
  variants: unknown[][];
}

/**
 * The schema as one object. Claude refuses `anyOf`, `oneOf`, `allOf` and `$ref` at the root of a
 * tool's input and of a structured answer: the properties of all parts are lifted into the root,
 * and only what every variant must have stays required. Which variants there are is said in the
 * description. Whatever fitted the given schema fits this one.
 * @returns null for a schema of anything but objects
 */
export function objectRoot(schema: JsonObject): ObjectSchema | null {
  const { $ref, anyOf, oneOf, allOf, ...root } = schema;
  if (($ref ?? anyOf ?? oneOf ?? allOf) === undefined) {
    return isObjectType(schema.type) ? { ...root, type: "object" } : null;
  }
  const shape = readShape(schema);
  if (shape === null) {
    return null;
  }
  const properties = [...shape.properties].map(([name, schemas]) => {
    const [only, second] = schemas.values();
    return [name, second === undefined ? only : { anyOf: [...schemas.values()] }];
  });
  const variants = shape.variants.map((names) => names.join(", ") || "none").join(" | ");
  const words = [root.description, variants === "" ? null : `Required, by variant: ${variants}.`];
  const description = words.filter((text) => typeof text === "string").join("\n");
  return {
    ...root,
    type: "object",
    ...(description !== "" && { description }),
    // fromEntries defines the names, whatever they are: `__proto__` stays a plain one.
    properties: Object.fromEntries(properties),
    ...(shape.required.size > 0 && { required: [...shape.required] }),
  };
}

function isObjectType(type: unknown): boolean {
  return type === undefined || type === "object" || asArray(type).includes("object");
}

/** Null for what is no object, or of too many parts. */
function readShape(root: JsonObject): Shape | null {
  let partsLeft = MAX_PARTS;
  const shapeOf = (node: unknown): Shape | null => {
    if (!isObject(node) || !isObjectType(node.type) || --partsLeft < 0) {
      return null;
    }
    const shape: Shape = {
      properties: new Map(),
      required: new Set(asArray(node.required)),
      variants: [],
    };
    for (const [name, schema] of Object.entries(asObject(node.properties))) {
      shape.properties.set(name, new Map([[JSON.stringify(schema), schema]]));
    }
    const referred = typeof node.$ref === "string" ? [resolveReference(root, node.$ref)] : [];
    const parts = [...asArray(node.allOf), ...referred].map((part) => shapeOf(part));
    const variants = [...asArray(node.anyOf), ...asArray(node.oneOf)].map((variant) =>
      shapeOf(variant),
    );
    for (const part of [...parts, ...variants]) {
      if (part === null) {
        return null;
      }
      addProperties(shape, part);
    }
    for (const part of parts) {
      shape.required = shape.required.union(part?.required ?? new Set());
      shape.variants.push(...(part?.variants ?? []));
    }
    const demanded = variants.map((variant) => variant?.required ?? new Set());
    if (demanded.length > 0) {
      const common = demanded.reduce((one, other) => one.intersection(other));
      shape.required = shape.required.union(common);
      shape.variants.push(...demanded.map((names) => [...names]));
    }
    return shape;
  };
  return shapeOf(root);
}

function addProperties(shape: Shape, part: Shape): void {
  for (const [name, schemas] of part.properties) {
    const known = shape.properties.get(name) ?? new Map<string, unknown>();
    for (const [text, schema] of schemas) {
      known.set(text, schema);
    }
    shape.properties.set(name, known);
  }
}
