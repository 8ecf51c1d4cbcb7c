// Whether a JSON schema is one that Bedrock's constrained output is known to take.
import { isObject, type JsonObject } from "../shared/json.ts";

/** Deeper schemas are left to the ways that take any. */
const MAX_DEPTH = 24;

/** Each property that may be missing multiplies the grammar: Claude's fails to compile from 11. */
const MAX_OPTIONAL = 8;

const KEYWORDS: ReadonlySet<string> = new Set(
  (
    "type enum const default title description anyOf allOf items properties required " +
    "additionalProperties format"
  ).split(" "),
);

const FORMATS: ReadonlySet<string> = new Set(
  "date-time time date duration email hostname uri ipv4 ipv6 uuid".split(" "),
);

/**
 * True when every object in it is closed and every keyword is one that is enforced. Outside of this
 * the constrained form answers with a validation error, so that a schema with `minimum` or `$ref`
 * must go another way.
 */
export function isConstrainable(schema: JsonObject): boolean {
  let optional = 0;
  const visit = (node: unknown, depth: number): boolean => {
    if (!isObject(node) || depth > MAX_DEPTH) {
      return false;
    }
    if (!Object.keys(node).every((key) => KEYWORDS.has(key)) || !knownFormat(node.format)) {
      return false;
    }
    const properties = isObject(node.properties) ? node.properties : {};
    const isClosed = node.additionalProperties === false;
    if ((node.type === "object" || "properties" in node) && !isClosed) {
      return false;
    }
    const required = Array.isArray(node.required) ? node.required : [];
    optional += Object.keys(properties).filter((name) => !required.includes(name)).length;
    const lists = [node.anyOf, node.allOf].flatMap((list) => (Array.isArray(list) ? list : []));
    const items = node.items === undefined ? [] : [node.items];
    return [...Object.values(properties), ...lists, ...items].every((it) => visit(it, depth + 1));
  };
  return visit(schema, 0) && optional <= MAX_OPTIONAL;
}

function knownFormat(format: unknown): boolean {
  return format === undefined || (typeof format === "string" && FORMATS.has(format));
}
