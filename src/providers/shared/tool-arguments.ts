// The arguments of a tool call: OpenAI has them as JSON text, most others as an object.
import { asObject, isGiven, isObject, type JsonObject, parseJson } from "./json.ts";

/** The member that holds what a call of each type says, and where its text is in it. */
export const FUNCTION = { member: "function", other: "custom", textName: "arguments" } as const;
export const CUSTOM = { member: "custom", other: "function", textName: "input" } as const;

/** By the type of a call that is in OpenAI's shape already. */
export const formOf = ({ type }: { type?: unknown }) => (type === "custom" ? CUSTOM : FUNCTION);

/** The text that OpenAI's shape wants, from whatever a provider gave; "" for nothing. */
export function argumentsText(value: unknown): string {
  if (typeof value === "string") {
    return value;
  }
  return isGiven(value) ? JSON.stringify(value) : "";
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

/**
 * A call of a client's history, of either type, as dialects want it that have objects. A model may
 * have written broken JSON: then that stands in one, so that the client can go on.
 */
export function readCall(call: JsonObject): { name: string; input: JsonObject } {
  if (call.type === "custom") {
    const { name, input } = asObject(call.custom);
    return { name: String(name), input: { input } };
  }
  const { name, arguments: given } = asObject(call.function);
  const input = argumentsObject(given) ?? { invalid_arguments: String(given) };
  return { name: String(name), input };
}
