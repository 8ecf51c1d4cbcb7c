// A JSON schema made fit for Gemini's responseJsonSchema, which knows a part of the language.
import { isExactNumber } from "../../base/exact-json.ts";
import { asObject, isObject, type JsonObject } from "../shared/json.ts";

/** Kept as they are. The list is that of `responseJsonSchema` in `@google/genai` 3.1.0. */
const PLAIN = new Set([
  "$id",
  "$anchor",
  "type",
  "format",
  "title",
  "description",
  "minItems",
  "maxItems",
  "minimum",
  "maximum",
  "required",
  "propertyOrdering",
]);

const LISTS = new Set(["prefixItems", "anyOf", "oneOf"]);

const OLD_DEFINITIONS = /^#\/definitions\//;

/**
 * The schema with every keyword that Gemini does not know left out, at any depth; `const` becomes
 * an `enum` of one, `definitions` becomes `$defs`, an `allOf` of one schema is put in its place.
 * What is left out can only make the schema more lenient.
 * @param schema at most as deep as the gateway lets a request's JSON be
 */
export function sanitizeSchema(schema: JsonObject): JsonObject {
  const given = flattenAllOf(schema);
  const definitions = { ...asObject(given.definitions), ...asObject(given.$defs) };
  const kept: JsonObject =
    Object.keys(definitions).length > 0 ? { $defs: mapValues(definitions) } : {};
  if (typeof given.$ref === "string") {
    // Beside it only keywords that start with `$` may stand.
    return { ...kept, $ref: given.$ref.replace(OLD_DEFINITIONS, "#/$defs/") };
  }
  for (const [keyword, value] of Object.entries(given)) {
    if (PLAIN.has(keyword)) {
      kept[keyword] = value;
    } else if (LISTS.has(keyword) && Array.isArray(value)) {
      kept[keyword] = value.map(subschema);
    } else if (keyword === "items" || keyword === "additionalProperties") {
      keepItems(kept, keyword, value);
    } else if (keyword === "properties" && isObject(value)) {
      kept.properties = mapValues(value);
    }
  }
  keepChoices(kept, given);
  return kept;
}

function keepItems(kept: JsonObject, keyword: string, value: unknown): void {
  if (Array.isArray(value)) {
    // The tuple of older drafts.
    kept.prefixItems = value.map(subschema);
  } else if (keyword === "additionalProperties" && typeof value === "boolean") {
    kept[keyword] = value;
  } else {
    kept[keyword] = subschema(value);
  }
}

/** `enum` knows strings and numbers only; the other constants are types of their own. */
function keepChoices(kept: JsonObject, given: JsonObject): void {
  const choices = given.const === undefined ? given.enum : [given.const];
  if (!Array.isArray(choices)) {
    return;
  }
  const known = choices.filter(
    (choice) => typeof choice === "string" || typeof choice === "number" || isExactNumber(choice),
  );
  if (known.length === choices.length && known.length > 0) {
    kept.enum = known;
  } else if (kept.type === undefined && choices.every((choice) => typeof choice === "boolean")) {
    kept.type = "boolean";
  } else if (kept.type === undefined && choices.every((choice) => choice === null)) {
    kept.type = "null";
  }
}

/**
 * Pydantic wraps a reference with a default in an `allOf` of one. More than one, or one that says
 * the same keyword again, has no equal here and is left out.
 */
function flattenAllOf(schema: JsonObject): JsonObject {
  const { allOf, ...rest } = schema;
  const [only, ...more] = Array.isArray(allOf) ? allOf : [];
  if (!isObject(only) || more.length > 0) {
    return rest;
  }
  const inner = flattenAllOf(only);
  const clash = Object.keys(inner).some((keyword) => keyword !== "title" && keyword in rest);
  return clash ? rest : { ...inner, ...rest };
}

function mapValues(schemas: JsonObject): JsonObject {
  // Not by assignment: a property may be called `__proto__`.
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, subschema(schema)]),
  );
}

/** `true` and anything else that is no schema: whatever may stand there. */
function subschema(value: unknown): JsonObject {
  return isObject(value) ? sanitizeSchema(value) : {};
}
