// Recognises the plain chunk, which nearly all of a stream consists of: some text in OpenAI's own shape and nothing else.
import { isObject, type JsonObject } from "../shared/json.ts";

/**
 * The index of the choice that an event's body adds text to, where it does that alone: every member
 * is one of OpenAI's, of its type, and says nothing else. Null for any other body, which has to be
 * looked at member by member. Members are counted rather than looked up by name: this runs for each
 * piece of a stream.
 */
export function plainChoiceOf(body: JsonObject): number | null {
  const { id, object, created, model, choices, usage } = body;
  const isEnvelope =
    typeof id === "string" &&
    id !== "" &&
    typeof model === "string" &&
    model !== "" &&
    object === "chat.completion.chunk" &&
    typeof created === "number" &&
    (usage === undefined || usage === null);
  if (!isEnvelope || !Array.isArray(choices) || choices.length !== 1) {
    return null;
  }
  const known = 5 + present(usage) + present(body.system_fingerprint) + present(body.service_tier);
  const choice: unknown = choices[0];
  return countOf(body) === known && isObject(choice) ? plainIndexOf(choice) : null;
}

function plainIndexOf(choice: JsonObject): number | null {
  const { index, delta, finish_reason, logprobs } = choice;
  const isPlain =
    typeof index === "number" &&
    finish_reason === null &&
    (logprobs === undefined || logprobs === null) &&
    countOf(choice) === 3 + present(logprobs) &&
    isObject(delta) &&
    typeof delta.content === "string" &&
    delta.content !== "" &&
    countOf(delta) === 1;
  return isPlain ? index : null;
}

/** JSON has no undefined: what is undefined is not there. */
const present = (member: unknown): 0 | 1 => (member === undefined ? 0 : 1);

function countOf(object: JsonObject): number {
  let count = 0;
  for (const _name in object) count++;
  return count;
}
