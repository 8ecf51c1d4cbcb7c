// Recognises the plain chunk, which nearly all of a stream consists of: some text in OpenAI's own shape and nothing else.

import type { PlainShape } from "../protocol.ts";
import { isObject, type JsonObject, parseJson } from "../shared/json.ts";

/**
 * The index of the choice that an event's body adds text to, where it does that alone: every member
 * is one of OpenAI's, of its type, and says nothing else. Null for any other body, which has to be
 * looked at member by member. Members are counted rather than looked up by name: this runs for each
 * chunk of a stream.
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

/**
 * The opening quote of a plain chunk's text. It can stand nowhere else: in a string its quotes would
 * be escaped, and no other member of a plain chunk has that name.
 */
const TEXT_START = /"content"\s*:\s*"/;

/** The rest of a JSON string, up to its closing quote. */
const TEXT_REST = /[^"\\]*(?:\\.[^"\\]*)*/y;

/** How many shapes may be learned in a row of which no second event has come. */
const MAX_UNUSED_SHAPES = 4;

/**
 * Learns from a stream's plain chunks what they have in common. A provider that writes something
 * new into each has no such shape, and is not tried for ever.
 */
export class ShapeFinder {
  #current: PlainShape | null = null;
  #unused = 0;

  get current(): PlainShape | null {
    return this.#current;
  }

  /** @param data a plain chunk, as it came */
  learn(data: string): void {
    if (this.#unused >= MAX_UNUSED_SHAPES) {
      return;
    }
    this.#unused = this.#current?.events === 0 ? this.#unused + 1 : 0;
    this.#current = shapeOf(data);
  }
}

/** Null where the chunk does not say what it does whatever its text. */
function shapeOf(data: string): PlainShape | null {
  const start = TEXT_START.exec(data);
  if (start === null) {
    return null;
  }
  const from = start.index + start[0].length;
  TEXT_REST.lastIndex = from;
  const to = from + (TEXT_REST.exec(data)?.[0].length ?? 0);
  const shape = { head: data.slice(0, from), tail: data.slice(to), events: 0 };
  return isShape(shape) ? shape : null;
}

/** A name that comes twice could have the last word. */
function isShape({ head, tail }: PlainShape): boolean {
  const probe = parseJson(`${head}x${tail}`);
  if (!isObject(probe) || plainChoiceOf(probe) === null) {
    return false;
  }
  const [choice] = probe.choices as [{ delta: { content: string } }];
  return choice.delta.content === "x";
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
