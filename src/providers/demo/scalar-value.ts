// Numbers and strings within a schema's limits, of its formats and patterns.
import type { JsonObject } from "../shared/json.ts";
import { patternValue } from "./pattern-value.ts";

/** Multiples tried on the way to one that is whole, or that floating point divides exactly. */
const MULTIPLES_TRIED = 12;
/** The longest string that is made, in characters. */
const LENGTH_MAX = 10_000;

/** A number within the schema's limits where there is one; `variant` gives different ones. */
export function numberValue(schema: JsonObject, isWhole: boolean, variant: number): number {
  const { multipleOf, exclusiveMinimum, exclusiveMaximum } = schema;
  const least = Math.max(limit(schema.minimum, -Infinity), limit(exclusiveMinimum, -Infinity));
  const most = Math.min(limit(schema.maximum, Infinity), limit(exclusiveMaximum, Infinity));
  const step = typeof multipleOf === "number" && multipleOf > 0 ? multipleOf : null;
  const suits = (value: number) =>
    value >= least &&
    value <= most &&
    value !== exclusiveMinimum &&
    value !== exclusiveMaximum &&
    (!isWhole || Number.isInteger(value)) &&
    (step === null || Number.isInteger(value / step));
  if (step === null && !isWhole) return between(least, most, variant);
  return multiples(least, most, step ?? 1, variant).find(suits) ?? 0;
}

/** A few from one step upwards where that is allowed: 1 reads better than a limit or a negative number. */
function multiples(least: number, most: number, step: number, variant: number): number[] {
  const isDown = least === -Infinity && most < step;
  const first = isDown
    ? Math.floor(most / step)
    : Math.ceil(Math.max(least, Math.min(step, most)) / step);
  const count = isDown || most === Infinity ? Infinity : Math.floor(most / step) - first + 1;
  return Array.from({ length: MULTIPLES_TRIED }, (_, index) => {
    const multiple = first + (isDown ? -1 : 1) * ((variant + index) % Math.max(count, 1));
    // Twelve digits undo the error of a step such as 0.1, whose multiples would else not divide.
    return Number((multiple * step).toPrecision(12));
  });
}

function between(least: number, most: number, variant: number): number {
  if (Number.isFinite(least) && Number.isFinite(most)) {
    return least + ((most - least) * (variant + 1)) / (variant + 2);
  }
  if (Number.isFinite(least)) return least + 1 + variant;
  return Number.isFinite(most) ? most - 1 - variant : 1.5 + variant;
}

/** A string for a property of this name; `variant` gives different ones. */
export function stringValue(schema: JsonObject, name: string, variant: number): string {
  const least = Math.min(limit(schema.minLength, 0), LENGTH_MAX);
  const most = limit(schema.maxLength, LENGTH_MAX);
  const { pattern, format } = schema;
  const made = typeof pattern === "string" ? patternValue(pattern, { least, most, variant }) : null;
  return (
    made ??
    FORMATS[String(format)]?.(String(variant + 1)) ??
    adjust(`example ${name}`, variant, least, most)
  );
}

/** Cuts or fills to the limits; a variant's number stays at the end, where a cut would lose it. */
function adjust(text: string, variant: number, least: number, most: number): string {
  const suffix = variant === 0 || most === 0 ? "" : ` ${variant + 1}`.slice(-most);
  const cut = [...text].slice(0, Math.max(0, most - suffix.length)).join("");
  return cut.trimEnd().padEnd(Math.min(least, most) - suffix.length, "x") + suffix;
}

/** Examples of the formats, from the blocks that are reserved for examples; the number tells them apart. */
const FORMATS: Readonly<Record<string, (number: string) => string>> = {
  "date-time": (number) => `2026-01-01T12:00:00.${number.padStart(3, "0")}Z`,
  date: (number) => `${number.padStart(4, "2025")}-01-01`,
  time: (number) => `12:00:00.${number.padStart(3, "0")}Z`,
  duration: (number) => `P${number}D`,
  email: (number) => `user${number}@example.com`,
  hostname: (number) => `host${number}.example.com`,
  ipv4: (number) => `192.0.2.${number}`,
  ipv6: (number) => `2001:db8::${number}`,
  uri: (number) => `https://example.com/${number}`,
  url: (number) => `https://example.com/${number}`,
  "uri-reference": (number) => `/example/${number}`,
  uuid: (number) => `00000000-0000-4000-8000-${number.padStart(12, "0")}`,
  "json-pointer": (number) => `/example/${number}`,
  regex: (number) => `a{${number}}`,
};

/** A limit of the schema, where it gives a number. */
export function limit(value: unknown, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}
