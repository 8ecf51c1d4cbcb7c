// Departures in a message or delta that both the whole and the streamed answer share.
import { asObject, isObject, type JsonObject, nonEmptyString } from "../shared/json.ts";

/**
 * Makes `content` a string and gives reasoning its usual name, in place: Mistral's content is an
 * array of text and thinking parts, some providers call `reasoning_content` just `reasoning`. True
 * when anything changed.
 */
export function normalizeContent(message: JsonObject): boolean {
  let changed = false;
  if (Array.isArray(message.content)) {
    const { text, thinking } = splitParts(message.content);
    message.content = text;
    if (thinking !== "" && message.reasoning_content === undefined) {
      message.reasoning_content = thinking;
    }
    changed = true;
  }
  const reasoning = nonEmptyString(message.reasoning);
  if (reasoning !== null && nonEmptyString(message.reasoning_content) === null) {
    message.reasoning_content = reasoning;
    delete message.reasoning;
    changed = true;
  }
  return changed;
}

function splitParts(parts: unknown[]): { text: string; thinking: string } {
  let text = "";
  let thinking = "";
  for (const part of parts) {
    if (typeof part === "string") {
      text += part;
    } else if (isObject(part) && part.type === "thinking") {
      thinking += Array.isArray(part.thinking)
        ? splitParts(part.thinking).text
        : (nonEmptyString(part.thinking) ?? "");
    } else {
      text += nonEmptyString(asObject(part).text) ?? "";
    }
  }
  return { text, thinking };
}

/**
 * A function's arguments as the JSON text that OpenAI's shape wants; some providers send the object
 * itself.
 */
export function argumentsText(value: unknown): string {
  if (typeof value === "string") {
    return value;
  }
  return value === undefined || value === null ? "" : JSON.stringify(value);
}

/**
 * Fills what OpenAI always sends of a choice's log probabilities and some providers leave out, in place. Gives
 * whether it changed anything.
 */
export function fillLogprobs(choice: JsonObject): boolean {
  const { logprobs } = choice;
  if (!isObject(logprobs)) {
    return false;
  }
  const complete = logprobs.content !== undefined && logprobs.refusal !== undefined;
  logprobs.content ??= null;
  logprobs.refusal ??= null;
  return !complete;
}
