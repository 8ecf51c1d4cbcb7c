// Turns a schema into branches without references, combinations or unions of types.

/** A schema object; keywords are read one by one, with their types checked where they are read. */
export type Schema = Record<string, unknown>;

/** One alternative of a schema. */
export interface Branch {
  /** Without `$ref`, `allOf`, `anyOf`, `oneOf`. */
  schema: Schema;
  type: string;
}

/** How many references and combinations may lead to one another without a value in between. */
const HOPS_MAX = 20;
/** Schemas read for one value: references to a wide union multiply with every hop. */
const READS_MAX = 2_000;
/** Alternatives of one value. */
const BRANCHES_MAX = 64;

export function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The alternatives of a schema, in its own order; none when it contradicts itself. */
export function branchesOf(schema: Schema, root: unknown): Branch[] {
  return flatten(schema, { root, reads: 0 }, 0)
    .slice(0, BRANCHES_MAX)
    .flatMap((flat) => typesOf(flat).map((type) => ({ schema: flat, type })));
}

/** The schema behind a local reference (`#`, `#/$defs/node`), or undefined. */
export function resolveReference(reference: unknown, root: unknown): unknown {
  if (typeof reference !== "string" || !reference.startsWith("#")) {
    return undefined;
  }
  let current = root;
  for (const token of reference.slice(1).split("/").slice(1)) {
    const key = decode(token).replaceAll("~1", "/").replaceAll("~0", "~");
    const isOwn = typeof current === "object" && current !== null && Object.hasOwn(current, key);
    current = isOwn ? (current as Schema)[key] : undefined;
  }
  return current;
}

function decode(token: string): string {
  try {
    return decodeURIComponent(token);
  } catch {
    return token;
  }
}

interface Reading {
  root: unknown;
  reads: number;
}

function flatten(schema: Schema, reading: Reading, hops: number): Schema[] {
  reading.reads += 1;
  if (hops > HOPS_MAX || reading.reads > READS_MAX) {
    return [];
  }
  const { $ref, allOf, anyOf, oneOf, ...own } = schema;
  let results: Schema[] = [own];
  const groups: unknown[][] = [];
  if ($ref !== undefined) {
    groups.push([resolveReference($ref, reading.root)]);
  }
  groups.push(...(Array.isArray(allOf) ? allOf.map((part) => [part]) : []));
  groups.push(...[anyOf, oneOf].filter(Array.isArray));
  for (const group of groups) {
    const flat = group.flatMap((part) => expand(part, reading, hops + 1)).slice(0, BRANCHES_MAX);
    results = results.flatMap((left) => flat.map((right) => merge(left, right)));
    results = results.slice(0, BRANCHES_MAX);
  }
  return results;
}

function expand(part: unknown, reading: Reading, hops: number): Schema[] {
  if (part === true) {
    return [{}];
  }
  return isSchema(part) ? flatten(part, reading, hops) : [];
}

/**
 * Both schemas in one, as far as keywords can be joined; the check of the value covers the rest.
 */
function merge(left: Schema, right: Schema): Schema {
  const result: Schema = { ...left };
  for (const [key, value] of Object.entries(right)) {
    result[key] = Object.hasOwn(left, key) ? join(key, left[key], value) : value;
  }
  return result;
}

function join(key: string, left: unknown, right: unknown): unknown {
  if (/^(minimum|exclusiveMinimum|min[A-Z]\w*)$/.test(key)) {
    return Math.max(Number(left), Number(right));
  }
  if (/^(maximum|exclusiveMaximum|max[A-Z]\w*)$/.test(key)) {
    return Math.min(Number(left), Number(right));
  }
  if (key === "required" && Array.isArray(left) && Array.isArray(right)) {
    return [...new Set([...left, ...right])];
  }
  if (key === "enum" && Array.isArray(left) && Array.isArray(right)) {
    return left.filter((value) => right.includes(value));
  }
  if (key === "type") {
    return joinTypes([left].flat(), [right].flat());
  }
  if (key === "properties" && isSchema(left) && isSchema(right)) {
    const shared = Object.keys(left).filter((name) => Object.hasOwn(right, name));
    const both = shared.map((name) => [name, { allOf: [left[name], right[name]] }] as const);
    return { ...left, ...right, ...Object.fromEntries(both) };
  }
  if (["items", "additionalProperties"].includes(key) && isSchema(left) && isSchema(right)) {
    return { allOf: [left, right] };
  }
  // Of what cannot be joined the stricter side, where one is a plain refusal.
  return left === false ? left : right;
}

function joinTypes(left: unknown[], right: unknown[]): unknown[] {
  const both = left.filter((type) => right.includes(type));
  const isWhole =
    (left.includes("integer") && right.includes("number")) ||
    (left.includes("number") && right.includes("integer"));
  return isWhole && !both.includes("integer") ? [...both, "integer"] : both;
}

function typesOf(schema: Schema): string[] {
  if (schema.type !== undefined) {
    return [schema.type].flat().map(String);
  }
  const hints: [string[], string][] = [
    [["properties", "required", "additionalProperties", "minProperties"], "object"],
    [["items", "prefixItems", "minItems", "contains"], "array"],
    [["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"], "number"],
  ];
  const hint = hints.find(([keys]) => keys.some((key) => Object.hasOwn(schema, key)));
  return [hint?.[1] ?? "string"];
}
