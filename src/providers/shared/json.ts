// Small tools for values that came as JSON and can be anything.
import { isExactNumber, parseExactJson } from "../../base/exact-json.ts";

export type JsonObject = Record<string, unknown>;

/** True for a JSON object: not null, not an array, not a number that is kept to the last digit. */
export function isObject(value: unknown): value is JsonObject {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !isExactNumber(value)
  );
}

/** The value when it is an object, else an empty one. */
export function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** The value when it is an array, else an empty one. */
export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value when it is a string with something in it, else null. */
export function nonEmptyString(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** Whether there is a value: null stands for its absence, as undefined does. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** Gives a member a value, in place. True when it had another. */
export function put(object: JsonObject, name: string, value: unknown): boolean {
  const changes = object[name] !== value;
  if (changes) object[name] = value;
  return changes;
}

/** Takes a member out, in place. True when it was there. */
export function drop(object: JsonObject, name: string): boolean {
  return name in object && delete object[name];
}

/**
 * Parses JSON text, whole numbers to the last digit; undefined (which JSON cannot express) when it
 * is not JSON.
 */
export function parseJson(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}
