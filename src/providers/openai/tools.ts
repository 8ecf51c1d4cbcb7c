// Tool calls in OpenAI's shape: the calls of a whole message, and the old `function_call`.
import { newToolCallId } from "../../base/ids.ts";
import {
  asArray,
  asObject,
  isGiven,
  isObject,
  type JsonObject,
  nonEmptyString,
} from "../shared/json.ts";
import { argumentsText, CUSTOM, FUNCTION } from "../shared/tool-arguments.ts";

/**
 * Puts a whole message's `tool_calls` right, in place; without any call the member goes, as clients
 * take its presence for calls.
 */
export function normalizeToolCalls(message: JsonObject): void {
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
  const given = nonEmptyString(call.id);
  const id = given === null || used.has(given) ? newToolCallId() : given;
  used.add(id);
  const { member, other, textName } = isCustomCall(call) ? CUSTOM : FUNCTION;
  const type = typeOf(call, member);
  let changed = id !== call.id || type !== call.type || other in call || !isObject(call[member]);
  call.id = id;
  call.type = type;
  delete call[other];
  const body = asObject(call[member]);
  call[member] = body;
  if (typeof body.name !== "string") {
    body.name = "";
    changed = true;
  }
  if (typeof body[textName] !== "string") {
    body[textName] = argumentsText(body[textName]);
    changed = true;
  }
  return changed;
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
  if (call === undefined || call === null) {
    return false;
  }
  if (!isObject(call)) {
    delete message.function_call;
    return true;
  }
  const dropsName = "name" in call && (named || typeof call.name !== "string");
  const mendsText = "arguments" in call && typeof call.arguments !== "string";
  if (dropsName) {
    delete call.name;
  }
  if (mendsText) {
    call.arguments = argumentsText(call.arguments);
  }
  return dropsName || mendsText;
}
