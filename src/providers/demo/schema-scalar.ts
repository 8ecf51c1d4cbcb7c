// Numbers and strings that fit a schema's limits, formats and patterns.
import { patternValue } from "./pattern-value.ts";
import type { Schema } from "./schema-shape.ts";

/** Multiples tried on the way to one that floating point divides exactly. */
const MULTIPLES_MAX = 1_000;
/** The longest string that is made, in characters. */
const LENGTH_MAX = 100_000;

/** A number within the schema's limits, or undefined; `variant` gives different ones. */
export function numberValue(schema: Schema, isWhole: boolean, variant: number): number | undefined {
  const least = Math.max(
    limit(schema.minimum, -Infinity),
    limit(schema.exclusiveMinimum, -Infinity),
  );
  const most = Math.min(limit(schema.maximum, Infinity), limit(schema.exclusiveMaximum, Infinity));
  const step = typeof schema.multipleOf === "number" ? schema.multipleOf : isWhole ? 1 : null;
  const suits = (value: number) =>
    (!isWhole || Number.isInteger(value)) &&
    (typeof schema.multipleOf !== "number" || Number.isInteger(value / schema.multipleOf)) &&
    !(value <= least && schema.exclusiveMinimum === least) &&
    !(value >= most && schema.exclusiveMaximum === most) &&
    value >= least &&
    value <= most;
  const candidates = step === null ? between(least, most, variant) : multiples(least, most, step);
  let left = step === null ? 0 : variant;
  for (const candidate of candidates) {
    if (suits(candidate)) {
      if (left === 0) {
        return candidate;
      }
      left -= 1;
    }
  }
  return undefined;
}

function* multiples(least: number, most: number, step: number): Generator<number> {
  // From one step upwards where that is allowed: 1 reads better than a limit or a negative number.
  const isDown = !Number.isFinite(least) && Number.isFinite(most) && most < step;
  const origin = isDown ? most : Math.max(least, Math.min(step, most));
  const start = isDown ? Math.floor(origin / step) : Math.ceil(origin / step);
  for (let index = 0; index < MULTIPLES_MAX; index += 1) {
    // Twelve digits undo the error of a step such as 0.1, whose multiples would else not divide.
    yield Number(((start + (isDown ? -index : index)) * step).toPrecision(12));
  }
  if (Number.isFinite(least)) {
    yield* [Math.ceil(least / step) * step, (Math.floor(least / step) + 1) * step];
  }
}

function* between(least: number, most: number, variant: number): Generator<number> {
  if (Number.isFinite(least) && Number.isFinite(most)) {
    yield least + ((most - least) * (variant + 1)) / (variant + 2);
    yield least;
    return;
  }
  yield 1.5 + variant;
  yield Number.isFinite(least) ? least + 1 + variant : most - 1 - variant;
  yield Number.isFinite(least) ? least : most;
}

/** A string for a property of this name; `variant` gives different ones. */
export function stringValue(schema: Schema, name: string, variant: number): string | undefined {
  const least = limit(schema.minLength, 0);
  const most = limit(schema.maxLength, LENGTH_MAX);
  if (least > LENGTH_MAX || most < least) {
    return undefined;
  }
  if (typeof schema.pattern === "string") {
    const made = patternValue(schema.pattern, { least, most, variant });
    if (made !== null) {
      return made;
    }
  }
  const formatted = FORMATS[String(schema.format)]?.(variant);
  if (formatted !== undefined) {
    return formatted;
  }
  return adjust(`example ${name}`, variant, least, most);
}

/** Cuts or fills to the limits; a variant's number stays at the end, where a cut would lose it. */
function adjust(text: string, variant: number, least: number, most: number): string {
  const suffix = variant === 0 ? "" : `${text === "" ? "" : " "}${variant + 1}`.slice(-most || 0);
  const room = Math.max(0, most - suffix.length);
  const cut = [...text].slice(0, room).join("");
  return cut.trimEnd().padEnd(Math.min(least, most) - suffix.length, "x") + suffix;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** Examples of the formats, from the blocks that are reserved for examples. */
const FORMATS: Record<string, (variant: number) => string> = {
  "date-time": (variant) => `2026-01-${two(1 + (variant % 28))}T12:00:00Z`,
  date: (variant) => `2026-01-${two(1 + (variant % 28))}`,
  time: (variant) => `12:${two(variant % 60)}:00Z`,
  duration: (variant) => `P${variant + 1}D`,
  email: (variant) => `user${variant + 1}@example.com`,
  "idn-email": (variant) => `user${variant + 1}@example.com`,
  hostname: (variant) => `host${variant + 1}.example.com`,
  "idn-hostname": (variant) => `host${variant + 1}.example.com`,
  ipv4: (variant) => `192.0.2.${1 + (variant % 254)}`,
  ipv6: (variant) => `2001:db8::${(variant + 1).toString(16)}`,
  uri: (variant) => `https://example.com/${variant + 1}`,
  url: (variant) => `https://example.com/${variant + 1}`,
  iri: (variant) => `https://example.com/${variant + 1}`,
  "uri-reference": (variant) => `/example/${variant + 1}`,
  uuid: (variant) => `00000000-0000-4000-8000-${(variant + 1).toString(16).padStart(12, "0")}`,
  "json-pointer": (variant) => `/example/${variant + 1}`,
  regex: (variant) => `a{${variant + 1}}`,
};

function limit(value: unknown, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}
