// Makes a value that fits a JSON schema: the arguments of a tool call, or a structured answer.
import { unsupported } from "../../base/errors.ts";
import { asArray, asObject, isObject, type JsonObject } from "../shared/json.ts";
import { resolveReference } from "../shared/schema-reference.ts";
import { type Keywords, numbers, plainValue } from "./plain-value.ts";

/** Below this depth, or with half of the work done, only what the schema requires is made. */
const FULL_DEPTH = 3;
/** Deeper than any finite schema that a request can carry; also of references that lead to references. */
const DEPTH_MAX = 100;
/** What a value may cost: characters that are read or made, and so many more for each schema. */
const WORK_MAX = 1_000_000;
const WORK_EACH = 150;
/** A pattern's characters are read into tokens and made into strings of several lengths. */
const PATTERN_WORK = 20;

/** Keywords whose values would have to be searched for. */
const SEARCHED = ["not", "if", "contains", "minProperties", "maxProperties"];
/** The types that keywords tell where a schema names none. */
const TOLD = { properties: "object", required: "object", items: "array", minimum: "number" };

/** Makes a member that takes all of the schemas. */
type MakeMember = (schemas: readonly unknown[], name?: string) => unknown;

/**
 * A value for the schema, the same each time. It fits what clients' libraries write: types, enum,
 * const, properties, items, local references (recursive ones too), allOf, anyOf and oneOf, the limits
 * of arrays, numbers and strings, the usual formats, and patterns. It is not held against the schema:
 * one that contradicts itself may get what does not fit.
 * @param param the schema's place in the request
 * @throws ApiError 400 where no value is found, or where one would cost too much
 */
export function schemaValue(schema: unknown, param: string): unknown {
  return new ValueMaker(schema, param).make([schema], "value", 0, new Set(["#"]));
}

class ValueMaker {
  readonly #root: unknown;
  readonly #param: string;
  /** A stranger's schema must not keep the server busy. */
  #workLeft = WORK_MAX;

  constructor(root: unknown, param: string) {
    this.#root = root;
    this.#param = param;
  }

  /** @param path the references that led here */
  make(
    schemas: readonly unknown[],
    name: string,
    depth: number,
    path: ReadonlySet<string>,
  ): unknown {
    if (depth > DEPTH_MAX) this.#refuse("values in values without an end");
    const followed = new Set<string>();
    const parts = schemas.flatMap((schema) => this.#partsOf(schema, path, followed));
    const all: Keywords = (...keys) =>
      keys.flatMap((key) =>
        parts.filter((part) => Object.hasOwn(part, key)).map((part) => part[key]),
      );
    const inner = path.union(followed);
    const make: MakeMember = (own, key = name) => this.make(own, key, depth + 1, inner);
    const isFull = depth < FULL_DEPTH && this.#workLeft > WORK_MAX / 2;
    const type = typeOf(all);
    if (type === "object") return this.#object(all, make, isFull);
    if (type === "array") return this.#array(all, make, isFull);
    this.#spend(all("pattern"), PATTERN_WORK);
    const value = plainValue(type, all, name);
    if (value === undefined) this.#refuse("such limits or such a pattern");
    this.#spend(value);
    return value;
  }

  #object(all: Keywords, make: MakeMember, isFull: boolean): JsonObject {
    const entries = all("properties").flatMap((own) => Object.entries(asObject(own)));
    const properties = Map.groupBy(entries, ([name]) => name);
    const optional = entries.filter(([, own]) => isFull && !isSearched(own)).map(([name]) => name);
    const names = new Set([...all("required").flatMap(asArray).map(String), ...optional]);
    // Built from entries: a property may be called `__proto__`.
    return Object.fromEntries(
      [...names].map((name) => {
        const own = properties.get(name)?.map(([, schema]) => schema);
        return [name, make(own ?? all("additionalProperties"), name)];
      }),
    );
  }

  #array(all: Keywords, make: MakeMember, isFull: boolean): unknown[] {
    const tuple = all("prefixItems", "items").find(Array.isArray) ?? [];
    const rest = all("items").filter((items) => !Array.isArray(items));
    const usual = isFull ? Math.max(tuple.length, rest.some(isSearched) ? 0 : 1) : 0;
    const wanted = Math.max(usual, ...numbers(all("minItems")));
    const length = Math.min(wanted, ...numbers(all("maxItems")));
    if (length > WORK_MAX / WORK_EACH) this.#refuse("so many items");
    if (length > 1 && all("uniqueItems").includes(true)) this.#refuse("several 'uniqueItems'");
    return Array.from({ length }, (_, index) => make(index in tuple ? [tuple[index]] : rest));
  }

  /** The schema and what it takes in: by `$ref`, `allOf`, and one alternative of `anyOf` and `oneOf`. */
  #partsOf(part: unknown, path: ReadonlySet<string>, followed: Set<string>): JsonObject[] {
    this.#spend(part);
    if (isSearched(part)) this.#refuse(`any of ${SEARCHED.join(", ")}, or with nothing that fits`);
    if (!isObject(part)) return [];
    const { $ref, allOf, anyOf, oneOf } = part;
    const unions = [anyOf, oneOf].filter(Array.isArray);
    const taken = [...asArray(allOf), ...unions.map((union) => this.#pick(union, path))];
    // Twice the same reference adds nothing, and may be a circle.
    if (typeof $ref === "string" && !followed.has($ref)) {
      const target = followed.size < DEPTH_MAX ? resolveReference(this.#root, $ref) : undefined;
      taken.push(target ?? this.#refuse("a '$ref' like this one"));
      followed.add($ref);
    }
    return [part, ...taken.flatMap((other) => this.#partsOf(other, path, followed))];
  }

  /** The first alternative that leads back to nothing that is being made, which ends a recursion. */
  #pick(alternatives: readonly unknown[], path: ReadonlySet<string>): unknown {
    const possible = alternatives.filter((schema) => !isSearched(schema));
    const leadsOn = (schema: unknown) => {
      const references = this.#spend(schema).matchAll(/"\$ref":"([^"]*)/g);
      return !references.some(([, to = ""]) => path.has(to));
    };
    return possible.find(leadsOn) ?? possible[0] ?? false;
  }

  /** Counts what is read or made, and gives its JSON. */
  #spend(json: unknown, times = 1): string {
    const text = JSON.stringify(json) ?? "";
    this.#workLeft -= WORK_EACH + text.length * times;
    return this.#workLeft < 0 ? this.#refuse("a value of this size") : text;
  }

  #refuse(what: string): never {
    throw unsupported(`The demo model makes no value for a schema with ${what}.`, this.#param);
  }
}

const isSearched = (schema: unknown): boolean =>
  schema === false || (isObject(schema) && SEARCHED.some((key) => Object.hasOwn(schema, key)));

function typeOf(all: Keywords): unknown {
  if (all("const", "enum").length > 0) return "given";
  const types = all("type").slice(0, 1).flat();
  const told = Object.entries(TOLD).find(([key]) => all(key).length > 0)?.[1];
  // Null only where there is no other: an example says more.
  return types.find((type) => type !== "null") ?? types[0] ?? told;
}
