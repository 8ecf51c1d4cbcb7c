// Makes a value that fits a JSON schema: the arguments of a tool call, or a structured answer.
import { asArray, asObject, isObject, type JsonObject } from "../shared/json.ts";
import { resolveReference } from "../shared/schema-reference.ts";
import { limit, numberValue, stringValue } from "./scalar-value.ts";

/** Below this depth only what the schema requires is made. */
const FULL_DEPTH = 3;
/** Deeper than any finite schema that a request can carry. */
const DEPTH_MAX = 100;
/** How many references lead to one another without a value in between. */
const HOPS_MAX = 64;
/** What one value may cost: schemas and members that are read, members and characters that are made. */
const WORK_MAX = 20_000;
/** The longest array that is made. */
const ITEMS_MAX = 1_000;

/** The references in a schema's text. */
const REFERENCES = /"\$ref":"([^"]*)"/g;
/** So many characters of a text are searched in the time of one unit of work. */
const SEARCHED_CHARS = 1_000;

/** Where a value stands; `path` has the references that led there. */
interface Place {
  name: string;
  depth: number;
  path: ReadonlySet<string>;
}

/**
 * A value for the schema, the same each time. It fits what clients' libraries write: types, enum,
 * const, default, properties, items, local references (recursive ones too), allOf, anyOf and oneOf,
 * the limits of arrays, numbers and strings, the usual formats, patterns without look-around. It
 * does not look for a way around `not`, conditions, `contains`, unique items, numbers of properties,
 * or what contradicts itself; of an `allOf` that sets one limit twice, the first counts.
 */
export function schemaValue(schema: unknown): unknown {
  return new ValueMaker(schema).make(schema, { name: "value", depth: 0, path: new Set(["#"]) });
}

class ValueMaker {
  readonly #root: unknown;
  /** A stranger's schema must not keep the server busy. */
  #workLeft = WORK_MAX;

  constructor(root: unknown) {
    this.#root = root;
  }

  make(schema: unknown, place: Place): unknown {
    if (--this.#workLeft < 0 || place.depth > DEPTH_MAX) return null;
    if (!isObject(schema)) return `example ${place.name}`;
    const followed = new Set<string>();
    const flat = this.#flatten(schema, place.path, followed);
    const fixed = fixedValues(flat);
    if (fixed.length > 0) return fixed[0];
    const inner = { ...place, depth: place.depth + 1, path: place.path.union(followed) };
    switch (typeOf(flat)) {
      case "object":
        return this.#object(flat, inner);
      case "array":
        return this.#array(flat, inner);
      case "integer":
        return numberValue(flat, true);
      case "number":
        return numberValue(flat, false);
      case "boolean":
        return true;
      case "null":
        return null;
      default: {
        const text = stringValue(flat, place.name);
        this.#workLeft -= text.length;
        return text;
      }
    }
  }

  #object(schema: JsonObject, inner: Place): JsonObject {
    const properties = asObject(schema.properties);
    const names = new Set(asArray(schema.required).map(String));
    const optional = inner.depth <= FULL_DEPTH ? Object.keys(properties) : [];
    for (const name of optional.filter((key) => properties[key] !== false)) names.add(name);
    // Built from entries: a property may be called `__proto__`.
    return Object.fromEntries(
      [...names].map((name) => {
        const own = Object.hasOwn(properties, name)
          ? properties[name]
          : schema.additionalProperties;
        return [name, this.make(own, { ...inner, name })];
      }),
    );
  }

  #array(schema: JsonObject, inner: Place): unknown[] {
    const tuple = [schema.prefixItems, schema.items].find(Array.isArray) ?? [];
    const rest = Array.isArray(schema.items) ? schema.additionalItems : schema.items;
    const full = Math.max(tuple.length, rest === false ? 0 : 1);
    const usual = inner.depth <= FULL_DEPTH ? full : 0;
    const wanted = Math.max(usual, limit(schema.minItems, 0));
    const length = Math.min(wanted, limit(schema.maxItems, ITEMS_MAX), ITEMS_MAX);
    return Array.from({ length }, (_, index) =>
      this.make(index < tuple.length ? tuple[index] : rest, inner),
    );
  }

  /** The schema without `$ref` and `allOf`, with one alternative of `anyOf` and of `oneOf` taken in. */
  #flatten(part: unknown, path: ReadonlySet<string>, followed: Set<string>): JsonObject {
    this.#workLeft -= sizeOf(part);
    if (!isObject(part) || this.#workLeft < 0) return {};
    const { $ref, allOf, anyOf, oneOf, ...own } = part;
    const unions = [anyOf, oneOf].filter(Array.isArray);
    const parts = [...asArray(allOf), ...unions.map((union) => this.#pick(union, path))];
    // Twice the same reference adds nothing, and may be a circle.
    if (typeof $ref === "string" && !followed.has($ref) && followed.size < HOPS_MAX) {
      followed.add($ref);
      parts.unshift(resolveReference(this.#root, $ref));
    }
    return parts.reduce<JsonObject>((left, right) => {
      const both = merge(left, this.#flatten(right, path, followed));
      this.#workLeft -= sizeOf(both);
      return both;
    }, own);
  }

  /** The first alternative that leads back to what is being made the least, which ends a recursion. */
  #pick(alternatives: readonly unknown[], path: ReadonlySet<string>): unknown {
    const ranked = alternatives.flatMap((schema) => {
      if (schema === false || this.#workLeft < 0) return [];
      const text = JSON.stringify(schema);
      this.#workLeft -= text.length / SEARCHED_CHARS;
      const references = [...text.matchAll(REFERENCES)];
      return [{ schema, back: references.filter(([, to = ""]) => path.has(to)).length }];
    });
    return ranked.toSorted((one, other) => one.back - other.back)[0]?.schema;
  }
}

/** One, and the members of its members: so much is read or copied with it. */
function sizeOf(part: unknown): number {
  const sizes = Object.values(asObject(part)).map((value) =>
    typeof value === "object" && value !== null ? Object.keys(value).length : String(value).length,
  );
  return sizes.reduce((total, size) => total + size, 1);
}

/** Both schemas at once: what both have and need; of anything else that both say, the left one's. */
function merge(left: JsonObject, right: JsonObject): JsonObject {
  const properties = new Map(Object.entries(asObject(left.properties)));
  for (const [name, schema] of Object.entries(asObject(right.properties))) {
    const known = properties.get(name);
    properties.set(name, known === undefined ? schema : { allOf: [known, schema] });
  }
  const required = [...asArray(left.required), ...asArray(right.required)];
  return {
    ...right,
    ...left,
    ...(properties.size > 0 && { properties: Object.fromEntries(properties) }),
    ...(required.length > 0 && { required: [...new Set(required)] }),
  };
}

/** The schema's type, null only where it has no other: an example says more. */
function typeOf(schema: JsonObject): unknown {
  if (schema.type !== undefined) {
    const types = [schema.type].flat();
    return types.find((type) => type !== "null") ?? types[0];
  }
  const hints: readonly [type: string, keys: readonly string[]][] = [
    ["object", ["properties", "required", "additionalProperties"]],
    ["array", ["items", "prefixItems", "minItems"]],
    ["number", ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]],
  ];
  return hints.find(([, keys]) => keys.some((key) => Object.hasOwn(schema, key)))?.[0];
}

/** What the schema names itself; a default that is more than a plain value may not fit its place. */
function fixedValues(schema: JsonObject): readonly unknown[] {
  if ("const" in schema) return [schema.const];
  const types = [schema.type].flat();
  const suits = (value: unknown) =>
    schema.type === undefined || types.some((type) => isOfType(value, type));
  const isPlain = ["string", "number", "boolean"].includes(typeof schema.default);
  return [...asArray(schema.enum), ...(isPlain ? [schema.default] : [])].filter(suits);
}

function isOfType(value: unknown, type: unknown): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "array") return Array.isArray(value);
  if (type === "null") return value === null;
  return type === "object" ? isObject(value) : typeof value === type;
}
