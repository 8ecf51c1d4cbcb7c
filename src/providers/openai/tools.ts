// Tool calls in OpenAI's shape: the calls of a whole message, and the old `function_call`.
import {
  asArray,
  asObject,
  drop,
  isGiven,
  isObject,
  type JsonObject,
  nonEmptyString,
  put,
} from "../shared/json.ts";
import { argumentsText, CUSTOM, FUNCTION } from "../shared/tool-arguments.ts";
import { freshCallId } from "../shared/tool-ids.ts";

/**
 * Puts a whole message's `tool_calls` right, in place; without any call the member goes, as clients
 * take its presence for calls.
 */
export function normalizeToolCalls(message: JsonObject): void {
  if (message.tool_calls === undefined) {
    return;
  }
  const calls = asArray(message.tool_calls).filter(isObject).filter(saysOfCall);
  if (calls.length === 0) {
    delete message.tool_calls;
    return;
  }
  const ids = new Set<string>();
  for (const call of calls) {
    shapeCall(call, ids);
  }
  message.tool_calls = calls;
}

/**
 * Gives a call its id, its type, and the one member that holds its name and its text, in place.
 * @param used the ids given so far, each of which stands for one call alone; this one is added
 * @returns whether anything changed
 */
export function shapeCall(call: JsonObject, used: Set<string>): boolean {
  const { member, other, textName } = isCustomCall(call) ? CUSTOM : FUNCTION;
  const body = asObject(call[member]);
  const changes = [
    put(call, "id", freshCallId(call.id, used)),
    put(call, "type", typeOf(call, member)),
    drop(call, other),
    put(call, member, body),
    put(body, "name", typeof body.name === "string" ? body.name : ""),
    put(body, textName, argumentsText(body[textName])),
  ];
  return changes.includes(true);
}

/** Some hosts have types of their own for functions, and want them back. */
function typeOf(call: JsonObject, member: string): string {
  const given = nonEmptyString(call.type);
  return member === "custom" || given === null || given === "custom" ? member : given;
}

/** Whether a call, or the first chunk of one, has an id, a name or a text: else it is none. */
export function saysOfCall(call: JsonObject): boolean {
  const members = [call.function, call.custom].filter(isObject);
  return isFilled(call.id) || members.some((body) => Object.values(body).some(isFilled));
}

const isFilled = (value: unknown): boolean => isGiven(value) && value !== "";

/** Some providers fill the member that a call does not have with null or `{}`. */
export function isCustomCall(call: JsonObject): boolean {
  return isObject(call.function)
    ? call.type === "custom" && isObject(call.custom)
    : call.type === "custom" || isObject(call.custom);
}

/**
 * Puts the old `function_call` right, in place.
 * @param named a name was given before: clients join what comes again
 * @returns whether anything changed
 */
export function normalizeFunctionCall(message: JsonObject, named: boolean): boolean {
  const call = message.function_call;
  if (!isGiven(call)) {
    return false;
  }
  if (!isObject(call)) {
    return drop(message, "function_call");
  }
  const dropped = (named || typeof call.name !== "string") && drop(call, "name");
  const text = argumentsText(call.arguments);
  return ("arguments" in call && put(call, "arguments", text)) || dropped;
}
