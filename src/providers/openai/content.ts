// The members of a message or delta, put into OpenAI's types: what the house and its clients read of an answer.
import {
  asArray,
  asObject,
  drop,
  isObject,
  type JsonObject,
  nonEmptyString,
  put,
} from "../shared/json.ts";

/**
 * Puts every member but the tool calls right, in place, and drops what has a wrong type. Mistral's
 * content is an array of text and thinking parts; some providers call `reasoning_content` just
 * `reasoning`. A delta costs a look at the few members that it has. True when anything changed.
 */
export function normalizeMessage(message: JsonObject): boolean {
  let changed = false;
  for (const name in message) {
    const read = MEMBERS.get(name);
    const given = message[name];
    if (read === undefined || given === null) {
      continue;
    }
    const fit = read(given);
    changed = (fit === undefined ? drop(message, name) : put(message, name, fit)) || changed;
    if (name === "content" && Array.isArray(given)) {
      const { thinking } = splitParts(given);
      const hasOwn = nonEmptyString(message.reasoning_content) !== null;
      if (thinking !== "" && !hasOwn) message.reasoning_content = thinking;
    }
  }
  return renameReasoning(message) || changed;
}

/** What a member's value is to be; the same value where it fits, undefined where it is dropped. */
type MemberReader = (value: unknown) => unknown;

const text: MemberReader = (value) => (typeof value === "string" ? value : undefined);

const textOrParts: MemberReader = (value) =>
  typeof value === "object" ? splitParts([value].flat()).text : text(value);

const objects: MemberReader = (value) => {
  if (!Array.isArray(value)) {
    return undefined;
  }
  return value.every(isObject) ? value : value.filter(isObject);
};

const AUDIO_TEXTS: ReadonlySet<string> = new Set(["id", "data", "transcript"]);

/** An object whose members of these names are text; the others stay as they are. */
const audio: MemberReader = (value) => {
  if (!isObject(value)) {
    return undefined;
  }
  const fits = ([name, member]: [string, unknown]) =>
    !AUDIO_TEXTS.has(name) || typeof member === "string";
  const members = Object.entries(value);
  return members.every(fits) ? value : Object.fromEntries(members.filter(fits));
};

const MEMBERS: ReadonlyMap<string, MemberReader> = new Map([
  ["content", textOrParts],
  ["refusal", text],
  ["reasoning", textOrParts],
  ["reasoning_content", textOrParts],
  ["reasoning_details", objects],
  ["annotations", objects],
  ["images", objects],
  ["audio", audio],
]);

function renameReasoning(message: JsonObject): boolean {
  const reasoning = nonEmptyString(message.reasoning);
  if (reasoning === null || nonEmptyString(message.reasoning_content) !== null) {
    return false;
  }
  message.reasoning_content = reasoning;
  return drop(message, "reasoning");
}

function splitParts(parts: readonly unknown[]): { text: string; thinking: string } {
  let text = "";
  let thinking = "";
  for (const part of parts) {
    if (typeof part === "string") {
      text += part;
    } else if (isObject(part) && part.type === "thinking") {
      thinking += Array.isArray(part.thinking)
        ? splitParts(part.thinking).text
        : (nonEmptyString(part.thinking) ?? "");
    } else if (isObject(part) && part.type === "reasoning") {
      thinking += splitParts(asArray(part.summary)).text; // Databricks
    } else {
      text += nonEmptyString(asObject(part).text) ?? "";
    }
  }
  return { text, thinking };
}

/**
 * Log probabilities as OpenAI has them, in place: null or an object with two lists, which some
 * providers leave out. True when anything changed.
 */
export function normalizeLogprobs(choice: JsonObject): boolean {
  const { logprobs } = choice;
  if (!isObject(logprobs)) {
    return logprobs !== undefined && put(choice, "logprobs", null);
  }
  const changes = ["content", "refusal"].map((name) =>
    put(logprobs, name, objects(logprobs[name]) ?? null),
  );
  return changes.includes(true);
}
