// Makes values for the JSON schemas that clients' libraries write, and refuses the others in words.
import { ApiError, unsupported } from "../../base/errors.ts";
import { asArray, asObject, isGiven, isObject, type JsonObject } from "../shared/json.ts";
import { resolveReference } from "../shared/schema-reference.ts";

/** What a value may cost: characters that are read or made, more for each schema; and a trial of a pattern. */
const [WORK_MAX, SCHEMA_WORK, TRIAL_MAX] = [1_000_000, 150, 2_500];
/** Values within values: with what is optional, as tried first (it ends a recursion), at most. */
const [DEPTH_FULL, DEPTH_FIRST, DEPTH_MAX] = [4, 8, 100];
const SEARCHED = ["not", "if", "contains", "minProperties", "maxProperties", "dependentRequired"];
/** The types that keywords tell where a schema names none. */
const IMPLIED_TYPES = {
  properties: "object",
  required: "object",
  items: "array",
  minimum: "number",
};
const FORMATS = new Map<unknown, string>(
  `date-time 2026-01-01T12:00:00.001Z;date 2026-01-01;time 12:00:00.001Z;duration P1D;
email user1@example.com;hostname host1.example.com;ipv4 192.0.2.1;ipv6 2001:db8::1;
uri https://example.com/1;url https://example.com/1;uri-reference /example/1;
uuid 00000000-0000-4000-8000-000000000001;json-pointer /example/1`
    .split(/;\s?/)
    .map((pair) => pair.split(" ") as [string, string]),
);
/** What is tried on a pattern, after the letters that it starts with and alone. */
const SAMPLES =
  `example;Example;example-1;Example Name;AB-1234;AB1234;#1a2b3c;1.0.0;image.png;12:00;
+1 202 555 0100;+12025550100;202-555-0100;1.5;$10.00;en-US;01/01/2026;`.split(/;\n?/);
const RUNS = [..."aA1"].flatMap((one) => Array.from({ length: 40 }, (_, to) => one.repeat(to + 1)));

/**
 * A value for the schema, the same each time. One that contradicts itself may get what does not fit.
 * @param param the schema's place in the request
 * @throws ApiError 400 where no value is found, or where one would cost too much
 */
export function schemaValue(root: unknown, param: string): unknown {
  let work = 0;
  return attempt(() => make(root, "value", 0, DEPTH_FIRST))[0] ?? make(root, "value", 0, DEPTH_MAX);

  function make(schema: unknown, name: string, depth: number, depthMax: number): unknown {
    if (depth > depthMax) refuse("values in values without an end");
    const inner = (own: unknown, key = name) => make(own, key, depth + 1, depthMax);
    const flat = flatten(schema, 0);
    const union = ["anyOf", "oneOf"].find((key) => isGiven(flat[key]));
    if (union !== undefined) {
      const take = (one: unknown) => inner({ ...flat, [union]: null, allOf: [one] });
      const tried = asArray(flat[union]).values();
      const made = tried.flatMap((one) => attempt(() => take(one))).next();
      return made.done ? refuse(`'${union}' of which none can be made`) : made.value;
    }
    const implied =
      Object.entries(IMPLIED_TYPES).find(([key]) => isGiven(flat[key]))?.[1] ?? "string";
    const types = [flat.type ?? implied].flat();
    const given = Object.hasOwn(flat, "const") ? [flat.const] : asArray(flat.enum);
    if (given.length > 0) return spend(given.find((one) => types.includes(typeof one)) ?? given[0]);
    const isFull = depth < DEPTH_FULL && work < WORK_MAX / 2;
    const type = types.find((one) => one !== "null");
    if (type === undefined) return null;
    if (type === "boolean") return true;
    if (type === "object") return objectOf(flat, inner, isFull);
    if (type === "array") return arrayOf(flat, inner, isFull);
    const isNumber = type === "number" || type === "integer";
    const text = type === "string" ? stringOf(flat, name) : undefined;
    return (isNumber ? numberOf(flat) : text) ?? refuse("this 'type', 'pattern' or limits");
  }

  /** The schema with what it takes in by `$ref` and `allOf`. */
  function flatten(schema: unknown, depth: number): JsonObject {
    const { $ref, allOf, ...own } = asObject(spend(schema));
    const refused = SEARCHED.find((key) => Object.hasOwn(own, key));
    if (schema === false || refused !== undefined) refuse(`'${refused ?? schema}'`);
    const target = isGiven($ref) ? [resolveReference(root, $ref)] : [];
    if (target.includes(undefined) || depth > DEPTH_MAX) refuse("a '$ref' that leads nowhere");
    const taken = [...target, ...asArray(allOf)].map((part) => flatten(part, depth + 1));
    return taken.reduce(merge, own);
  }

  function objectOf(flat: JsonObject, make: MakeMember, isFull: boolean): JsonObject {
    const own = new Map(Object.entries(asObject(flat.properties)));
    const required = new Set(asArray(flat.required).map(String));
    const optional = isFull ? [...own.keys()].filter((name) => !required.has(name)) : [];
    const member = (name: string) => make(own.get(name) ?? flat.additionalProperties, name);
    // From entries: a property may be called `__proto__`.
    return Object.fromEntries([
      ...[...required].map((name) => [name, member(name)]),
      ...optional.flatMap((name) => attempt(() => [name, member(name)])),
    ]);
  }

  function arrayOf(flat: JsonObject, make: MakeMember, isFull: boolean): unknown[] {
    const tuple = [flat.prefixItems, flat.items].find(Array.isArray) ?? [];
    const usual = isFull ? Math.max(tuple.length, 1) : 0;
    const length = Math.min(Math.max(usual, ...numbers(flat.minItems)), ...numbers(flat.maxItems));
    if (length * SCHEMA_WORK > WORK_MAX) refuse("so many items");
    if (length > 1 && flat.uniqueItems === true) refuse("several 'uniqueItems'");
    return Array.from({ length }, (_, index) => make(index in tuple ? tuple[index] : flat.items));
  }

  function stringOf({ pattern, ...flat }: JsonObject, name: string): string | undefined {
    const least = Math.max(0, ...numbers(flat.minLength));
    const most = Math.min(WORK_MAX, ...numbers(flat.maxLength));
    const sized = (text: string) =>
      text
        .slice(0, most)
        .trimEnd()
        .padEnd(least, text.at(-1) || "x");
    const usual = FORMATS.get(flat.format);
    if (least > most) return undefined;
    if (typeof pattern !== "string") return spend(usual ?? sized(`example ${name}`));
    const [matcher] = ["u", ""].flatMap((flags) => attempt(() => new RegExp(pattern, flags)));
    const cost = trialCost(pattern);
    const isTried = (text: string) => cost(text.length) <= TRIAL_MAX;
    if (matcher === undefined || !isTried(usual ?? "") || cost(least) > TRIAL_MAX) return usual;
    const start = /^\^?\(?(?:\?:)?([\w :/-]*)/.exec(pattern)?.[1] ?? "";
    const samples = [...SAMPLES, ...FORMATS.values(), ...RUNS];
    const texts = [start, ""].flatMap((from) => samples.map((text) => sized(from + text)));
    const tried = [usual ?? sized(start), ...texts].filter(isTried);
    return tried.find((text) => matcher.test(spend(text, cost(text.length))));
  }

  /** What is made, or nothing where it is refused. */
  function attempt<T>(run: () => T): T[] {
    try {
      return [run()];
    } catch (error) {
      if (work > WORK_MAX || !(error instanceof ApiError || error instanceof SyntaxError))
        throw error;
      return [];
    }
  }

  /** Counts what is read or made, and gives it. */
  function spend<T>(json: T, more = SCHEMA_WORK): T {
    work += more + (JSON.stringify(json) ?? "").length;
    return work > WORK_MAX ? refuse("a value of this size") : json;
  }

  function refuse(what: string): never {
    throw unsupported(`The demo model makes no value for a schema with ${what}.`, param);
  }
}

type MakeMember = (schema: unknown, name?: string) => unknown;

/** 1 or near to a limit. */
function numberOf(flat: JsonObject): number | undefined {
  const excluded = [flat.exclusiveMinimum, flat.exclusiveMaximum];
  const least = Math.max(...numbers(flat.minimum, flat.exclusiveMinimum));
  const most = Math.min(...numbers(flat.maximum, flat.exclusiveMaximum));
  const steps = numbers([flat.type].flat().includes("integer") && 1, flat.multipleOf);
  const step = Math.max(1, ...steps);
  const times = [Math.ceil(least / step), Math.floor(most / step), 1];
  const near = times.flatMap((count) => [count, count + 1, count - 1]).map((count) => count * step);
  const tried = [...near, least, most, (least + most) / 2].filter(Number.isFinite);
  const fits = (one: number) => one >= least && one <= most && !excluded.includes(one);
  const divides = (one: number) => steps.every((own) => Number.isInteger(one / own));
  return [1, ...tried].find((one) => fits(one) && divides(one));
}

/** Both schemas in one: of two values that are no objects, the second. */
function merge(one: JsonObject, other: JsonObject): JsonObject {
  const both = Object.entries(other).map(([key, value]) => {
    const own = Object.hasOwn(one, key) ? one[key] : undefined;
    if (isObject(own) && isObject(value)) return [key, merge(own, value)];
    return [key, key === "required" ? [...asArray(own), ...asArray(value)] : value];
  });
  return Object.fromEntries([...Object.entries(one), ...both]);
}

/**
 * What running a stranger's pattern costs at most, by the text's length: it can go back over each choice,
 * from each start, and in repeated groups again and again; endless with more of them.
 */
function trialCost(pattern: string): (length: number) => number {
  const bare = pattern.replace(/\\.|\[(?:\\.|[^\]\\])*\]/g, "x");
  const choices = bare.match(/[*+|]|\{\d*,|[^(]\?/g)?.length ?? 0;
  const groups = bare.match(/\)[*+?]/g)?.length ?? 0;
  const isEndless = choices > 4 || groups > 1 || bare.includes("){") || pattern.length > 200;
  return (length) => (isEndless ? Infinity : length ** (choices + 2) / (groups > 0 ? 7 : 2_400));
}

const numbers = (...values: readonly unknown[]): number[] =>
  values.filter((value) => typeof value === "number");
