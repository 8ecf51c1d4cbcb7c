// Numbers and strings within a schema's limits, of its formats and patterns.
import type { JsonObject } from "../shared/json.ts";
import { patternValue } from "./pattern-value.ts";

/** Multiples tried on the way to one that is whole, or that floating point divides exactly. */
const MULTIPLES_TRIED = 12;
/** The longest string that is made, in characters. */
const LENGTH_MAX = 10_000;

/** A limit of the schema, where it gives a number. */
export function limit(value: unknown, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}

/** A number within the schema's limits where there is one. */
export function numberValue(schema: JsonObject, isWhole: boolean): number {
  const { multipleOf, exclusiveMinimum, exclusiveMaximum } = schema;
  const least = Math.max(limit(schema.minimum, -Infinity), limit(exclusiveMinimum, -Infinity));
  const most = Math.min(limit(schema.maximum, Infinity), limit(exclusiveMaximum, Infinity));
  const step = typeof multipleOf === "number" && multipleOf > 0 ? multipleOf : null;
  if (step === null && !isWhole) return between(least, most);
  const suits = (value: number) =>
    value >= least &&
    value <= most &&
    value !== exclusiveMinimum &&
    value !== exclusiveMaximum &&
    (!isWhole || Number.isInteger(value)) &&
    (step === null || Number.isInteger(value / step));
  return multiples(least, most, step ?? 1).find(suits) ?? 0;
}

/** A few from one step upwards where that is allowed: 1 reads better than a limit or a negative number. */
function multiples(least: number, most: number, step: number): number[] {
  const isDown = least === -Infinity && most < step;
  const first = isDown
    ? Math.floor(most / step)
    : Math.ceil(Math.max(least, Math.min(step, most)) / step);
  return Array.from({ length: MULTIPLES_TRIED }, (_, index) => {
    const multiple = isDown ? first - index : first + index;
    // Twelve digits undo the error of a step such as 0.1, whose multiples would else not divide.
    return Number((multiple * step).toPrecision(12));
  });
}

function between(least: number, most: number): number {
  if (Number.isFinite(least) && Number.isFinite(most)) return least + (most - least) / 2;
  if (Number.isFinite(least)) return least + 1;
  return Number.isFinite(most) ? most - 1 : 1.5;
}

/** A string for a property of this name. */
export function stringValue(schema: JsonObject, name: string): string {
  const least = Math.min(limit(schema.minLength, 0), LENGTH_MAX);
  const most = limit(schema.maxLength, LENGTH_MAX);
  const { pattern, format } = schema;
  const made = typeof pattern === "string" ? patternValue(pattern, least, most) : null;
  const text = [...`example ${name}`].slice(0, Math.max(0, most)).join("").trimEnd();
  return made ?? FORMATS.get(format) ?? text.padEnd(Math.min(least, most), "x");
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
    regex: "a{1}",
  }),
);
