// The arguments of a tool call: OpenAI has them as JSON text, most others as an object.
import { isObject, type JsonObject, parseJson } from "./json.ts";

/** The text that OpenAI's shape wants, from whatever a provider gave; "" for nothing. */
export function argumentsText(value: unknown): string {
  if (typeof value === "string") {
    return value;
  }
  return value === undefined || value === null ? "" : JSON.stringify(value);
}

/**
 * The object that a call's text stands for, its whole numbers to the last digit. Empty text is no
 * arguments. Null when the text is no JSON object, which a client's history can hold: the model
 * wrote it.
 */
export function argumentsObject(text: unknown): JsonObject | null {
  if (isObject(text)) {
    return text;
  }
  const given = typeof text === "string" ? text.trim() : "";
  const value = given === "" ? {} : parseJson(given);
  return isObject(value) ? value : null;
}
