// Decides whether Claude's structured output can hold a JSON schema without losing any of it.
import { asArray, asObject, isObject, type JsonObject } from "../shared/json.ts";
import { resolveReference } from "../shared/schema-reference.ts";

/**
 * Claude refuses schemas with more than 24 optional properties, and compiling them times out
 * from 11 to 13 on, by platform.
 */
const MAX_OPTIONAL = 10;

interface Findings {
  /** Properties that may be missing, counted at each use of a definition. */
  optional: number;
  /** Something in it that structured output cannot express. */
  unfit: boolean;
}

const UNFIT: Findings = { optional: 0, unfit: true };

const LIST_KEYWORDS = ["anyOf", "oneOf", "allOf", "prefixItems"] as const;
const SINGLE_KEYWORDS = ["items", "not", "if", "then", "else", "contains"] as const;

/**
 * False for a schema that refers to itself or outside itself, that has objects with keys of any
 * name (which would be closed, so that they could only be empty), or too many optional properties.
 */
export function fitsNativeSchema(schema: JsonObject): boolean {
  // What each reference leads to; null while it is being looked at.
  const known = new Map<string, Findings | null>([["#", null]]);
  const follow = (reference: string): Findings => {
    const before = known.get(reference);
    if (before !== undefined) {
      // Met again while it is being looked at: it refers to itself.
      return before ?? UNFIT;
    }
    known.set(reference, null);
    const target = resolveReference(schema, reference);
    const found = target === undefined ? UNFIT : look(target);
    known.set(reference, found);
    return found;
  };
  const look = (node: unknown): Findings => {
    if (!isObject(node)) {
      return { optional: 0, unfit: false };
    }
    const properties = asObject(node.properties);
    const required = new Set(asArray(node.required));
    const children = [
      ...SINGLE_KEYWORDS.map((keyword) => node[keyword]),
      ...LIST_KEYWORDS.map((keyword) => asArray(node[keyword])),
      Object.values(properties),
    ];
    const results = children.flat().map(look);
    if (typeof node.$ref === "string") {
      results.push(follow(node.$ref));
    }
    const own = Object.keys(properties).filter((name) => !required.has(name)).length;
    return {
      optional: results.reduce((total, { optional }) => total + optional, own),
      unfit: isOpen(node) || results.some(({ unfit }) => unfit),
    };
  };
  const { optional, unfit } = look(schema);
  return !unfit && optional <= MAX_OPTIONAL;
}

function isOpen(node: JsonObject): boolean {
  const { additionalProperties, patternProperties, properties, type } = node;
  if (additionalProperties === true || isObject(additionalProperties)) {
    return true;
  }
  if (isObject(patternProperties) && Object.keys(patternProperties).length > 0) {
    return true;
  }
  const isObjectType = type === "object" || (Array.isArray(type) && type.includes("object"));
  return isObjectType && !isObject(properties) && additionalProperties !== false;
}
