// Numbers, strings and what else has no members, within a schema's limits, of its formats and patterns.
import { asArray } from "../shared/json.ts";
import { patternValue } from "./pattern-value.ts";

/** All values of some keywords, of a schema and of what it takes in. */
export type Keywords = (...names: string[]) => readonly unknown[];

/** Multiples tried on either side of a limit, on the way to one that is whole or that divides exactly. */
const TRIED = 12;
/** The longest string that is made, in characters. */
const LENGTH_MAX = 10_000;

/** Those of a keyword's values that are numbers. */
export const numbers = (values: readonly unknown[]): number[] =>
  values.filter((value) => typeof value === "number");

/** A value without members, or one that the schema gives; undefined where none was found. */
export function plainValue(type: unknown, all: Keywords, name: string): unknown {
  if (type === "null") return null;
  if (type === "boolean") return true;
  if (type === "number" || type === "integer") return numberValue(all, type === "integer");
  if (type !== "given") return stringValue(all, name);
  const given = [...all("const"), ...all("enum").flatMap(asArray)];
  return given.find((one) => all("type").includes(typeof one)) ?? given[0];
}

/** A number within the limits, 1 or near to it where it may be. */
function numberValue(all: Keywords, isWhole: boolean): number | undefined {
  const excluded = all("exclusiveMinimum", "exclusiveMaximum");
  const least = Math.max(...numbers(all("minimum", "exclusiveMinimum")));
  const most = Math.min(...numbers(all("maximum", "exclusiveMaximum")));
  const factor = Math.max(...numbers(all("multipleOf")));
  const step = Math.max(factor, 0) || 1;
  const nearest = Math.round(Math.min(Math.max(step, least), most) / step);
  const near = Array.from({ length: TRIED }, (_, away) => [nearest + away, nearest - away]).flat();
  // Twelve digits undo the error of a step such as 0.1, whose multiples would else not divide.
  const tried = near.flatMap((times) => [times * step, Number((times * step).toPrecision(12))]);
  const isWithin = (value: number) => value >= least && value <= most && !excluded.includes(value);
  return [...tried, (least + most) / 2].find(
    (value) =>
      isWithin(value) && Number.isInteger(value / factor) && (!isWhole || Number.isInteger(value)),
  );
}

/** A string for a property of this name. */
function stringValue(all: Keywords, name: string): string | undefined {
  const least = Math.max(0, ...numbers(all("minLength")));
  const most = Math.min(LENGTH_MAX, ...numbers(all("maxLength")));
  const [pattern] = all("pattern");
  const known = FORMATS.get(all("format")[0]);
  if (least > most) return undefined;
  if (typeof pattern === "string") return patternValue(pattern, least, most) ?? known;
  return known ?? `example ${name}`.slice(0, most).trimEnd().padEnd(least, "x");
}

/** Examples of the formats, from the blocks that are reserved for examples. */
const FORMATS: ReadonlyMap<unknown, string> = new Map(
  Object.entries({
    "date-time": "2026-01-01T12:00:00.001Z",
    date: "2026-01-01",
    time: "12:00:00.001Z",
    duration: "P1D",
    email: "user1@example.com",
    hostname: "host1.example.com",
    ipv4: "192.0.2.1",
    ipv6: "2001:db8::1",
    uri: "https://example.com/1",
    url: "https://example.com/1",
    "uri-reference": "/example/1",
    uuid: "00000000-0000-4000-8000-000000000001",
    "json-pointer": "/example/1",
  }),
);
