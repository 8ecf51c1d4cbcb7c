// Decides whether Claude's structured output can hold a JSON schema without losing any of it.
import { isObject, type JsonObject } from "../shared/json.ts";
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

const LIST_KEYWORDS = ["anyOf", "oneOf", "allOf", "prefixItems"] as const;
const SINGLE_KEYWORDS = ["items", "not", "if", "then", "else", "contains"] as const;

/**
 * False for a schema that refers to itself or outside itself, that has objects with keys of any
 * name (which would be closed, so that they could only be empty), or too many optional properties.
 */
export function fitsNativeSchema(schema: JsonObject): boolean {
  const { optional, unfit } = new Survey(schema).run();
  return !unfit && optional <= MAX_OPTIONAL;
}

class Survey {
  readonly #root: JsonObject;
  /** What each reference leads to; `null` while it is being looked at. */
  readonly #known = new Map<string, Findings | null>([["#", null]]);

  constructor(root: JsonObject) {
    this.#root = root;
  }

  run(): Findings {
    return this.#look(this.#root);
  }

  #look(node: unknown): Findings {
    if (!isObject(node)) {
      return { optional: 0, unfit: false };
    }
    const found: Findings = { optional: 0, unfit: isOpen(node) };
    const children: unknown[] = SINGLE_KEYWORDS.map((keyword) => node[keyword]);
    for (const keyword of LIST_KEYWORDS) {
      const list = node[keyword];
      children.push(Array.isArray(list) ? list : []);
    }
    if (isObject(node.properties)) {
      const required = new Set(Array.isArray(node.required) ? node.required : []);
      const names = Object.keys(node.properties);
      found.optional += names.filter((name) => !required.has(name)).length;
      children.push(Object.values(node.properties));
    }
    const results = children.flat().map((child) => this.#look(child));
    if (typeof node.$ref === "string") {
      results.push(this.#follow(node.$ref));
    }
    for (const { optional, unfit } of results) {
      found.optional += optional;
      found.unfit ||= unfit;
    }
    return found;
  }

  #follow(reference: string): Findings {
    const known = this.#known.get(reference);
    if (known !== undefined) {
      // Met again while it is being looked at: it refers to itself.
      return known ?? { optional: 0, unfit: true };
    }
    this.#known.set(reference, null);
    const target = resolveReference(this.#root, reference);
    const found = target === undefined ? { optional: 0, unfit: true } : this.#look(target);
    this.#known.set(reference, found);
    return found;
  }
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
