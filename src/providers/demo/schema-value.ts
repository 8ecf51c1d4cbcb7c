// Makes values for the JSON schemas that clients' libraries write, and refuses the others in words.
import { unsupported } from "../../base/errors.ts";
import { asArray, asObject } from "../shared/json.ts";
import { resolveReference } from "../shared/schema-reference.ts";

/** Characters that one value may cost, to read and to make; what each schema adds; members of one. */
const [WORK_MAX, SCHEMA_WORK, ITEMS_MAX] = [1_000_000, 500, 2_000];
const REFUSED = /^(not|if|contains|(min|max)Properties|dependent.*|multipleOf)$/;
/** Beside a reference or alternatives: all but notes. */
const REFUSED_BESIDE = /^(?!(title|description|default|examples|discriminator|definitions|\$.*)$)/;
const TIMES = { date: "2026-01-01", time: "12:00:00Z", "date-time": "2026-01-01T12:00:00.001Z" };
const NAMES = { email: "me@example.com", hostname: "example.com", uri: "https://example.com/1" };
const NUMBERS = { ipv4: "192.0.2.1", ipv6: "::1", uuid: "00000000-0000-4000-8000-000000000001" };
const FORMATS = new Map(Object.entries({ ...TIMES, ...NAMES, ...NUMBERS, duration: "P1D" }));

/**
 * A value for the schema, the same each time. One that contradicts itself may get what does not fit.
 * @param param the schema's place in the request
 * @throws ApiError 400 for what no value is made for, or where one would cost too much
 */
export function schemaValue(root: unknown, param: string): unknown {
  let work = 0;
  const refusals = ["nothing to choose from"];
  const refuse = (words: string) => void refusals.push(words);
  const isMade = (value: unknown) => value !== undefined;
  const value = make(root, []);
  if (isMade(value)) return value;
  throw unsupported(`The demo model makes no value for a schema with ${refusals.at(-1)}.`, param);

  /** Undefined where it is refused. @param above the references on the way: none may come again */
  function make(schema: unknown = {}, above: readonly unknown[]): unknown {
    const flat = asObject(schema);
    const limit = (key: string, none: number) => (typeof flat[key] === "number" ? flat[key] : none);
    const text = Math.max(0, limit("minLength", 0));
    if (work <= WORK_MAX) work += SCHEMA_WORK + JSON.stringify(schema).length + text;
    if (work > WORK_MAX) return refuse("a value of this size");
    const taken = ["$ref", "anyOf", "oneOf", "allOf"].find((key) => Object.hasOwn(flat, key));
    const isOdd = (key: string) => key !== taken && (taken ? REFUSED_BESIDE : REFUSED).test(key);
    const odd = schema === false ? "false" : Object.keys(flat).find(isOdd);
    if (odd !== undefined) return refuse(taken ? `'${odd}' beside '${taken}'` : `'${odd}'`);
    const inner = (part: unknown) => make(part, [...above, flat.$ref]);
    const target = above.includes(flat.$ref) ? null : resolveReference(root, flat.$ref);
    if (taken === "$ref") return target ? inner(target) : refuse("a '$ref' to nothing or itself");
    if (taken === "allOf" && asArray(flat.allOf).length > 1) return refuse("several in 'allOf'");
    if (taken !== undefined) return asArray(flat[taken]).values().map(inner).find(isMade);
    if (Object.hasOwn(flat, "const")) return flat.const;
    if (Array.isArray(flat.enum)) return flat.enum[0];
    const type = [flat.type ?? "object"].flat().find((one) => one !== "null");
    if (type === undefined) return null;
    if (type === "boolean") return true;
    if (type === "object") {
      const own = new Map<unknown, unknown>(Object.entries(asObject(flat.properties)));
      const names = asArray(flat.required ?? [...own.keys()]).slice(0, ITEMS_MAX);
      const members = names.map((key) => [key, inner(own.get(key) ?? flat.additionalProperties)]);
      const made = members.filter(([, member]) => isMade(member));
      // From entries: a property may be called `__proto__`.
      return made.length < asArray(flat.required).length ? undefined : Object.fromEntries(made);
    }
    if (type === "array") {
      const tuple = asArray(flat.prefixItems ?? flat.items);
      const least = limit("minItems", tuple.length);
      const length = Math.min(Math.max(least, 1), limit("maxItems", ITEMS_MAX), ITEMS_MAX);
      if (length > 1 && flat.uniqueItems === true) return refuse("several 'uniqueItems'");
      const items = Array.from({ length }, (_, at) => inner(at in tuple ? tuple[at] : flat.items));
      const made = items.filter(isMade);
      return made.length < least ? undefined : made;
    }
    if (type === "string") {
      const known = FORMATS.get(String(flat.format));
      if (!known && flat.pattern) return refuse("a 'pattern' and no known 'format'");
      if (known && known.length > limit("maxLength", Infinity)) return refuse("this 'maxLength'");
      return known ?? "example".slice(0, limit("maxLength", 7)).padEnd(limit("minLength", 0), "x");
    }
    if (type !== "number" && type !== "integer") return refuse("this 'type'");
    const [min, over] = [limit("minimum", -Infinity), limit("exclusiveMinimum", -Infinity)];
    const [max, under] = [limit("maximum", Infinity), limit("exclusiveMaximum", Infinity)];
    const near = [Math.ceil(min), Math.floor(over + 1), Math.floor(max), Math.ceil(under - 1)];
    const tried = [1, ...near, (Math.max(min, over) + Math.min(max, under)) / 2];
    const fits = (one: number) => one >= min && one > over && one <= max && one < under;
    return tried.find(fits) ?? refuse("these limits");
  }
}
