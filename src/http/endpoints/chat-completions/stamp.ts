// Puts one id, one creation time and the client's own model id on all chunks of an answer.
import type { ChatCompletion, ChatCompletionChunk } from "../../../base/chat.ts";
import { newCompletionId } from "../../../base/ids.ts";
import { BETWEEN_CHUNKS } from "../../../calls/stream.ts";
import type { PlainRun, PlainShape } from "../../../providers/protocol.ts";

/** What every chunk of one answer has in common. */
export interface Stamp {
  id: string;
  created: number;
  model: string;
}

/** Providers whose ids already look like OpenAI's keep them, so that their support can find a call. */
export function stampFor(first: ChatCompletion | ChatCompletionChunk, modelId: string): Stamp {
  return {
    id: first.id.startsWith("chatcmpl-") ? first.id : newCompletionId(),
    created: first.created,
    model: modelId,
  };
}

/**
 * A chunk's JSON under the stamp. The provider's own text is kept where only the model's name differs: in JSON a
 * quote inside a string is escaped, so the first `"model":"…"` before `"choices"` is the field itself.
 */
export function stampedJson(chunk: ChatCompletionChunk, wire: string | null, stamp: Stamp): string {
  if (wire !== null && chunk.id === stamp.id && chunk.created === stamp.created) {
    if (chunk.model === stamp.model) return wire;
    const field = `"model":"${chunk.model}"`;
    const at = wire.indexOf(field);
    if (at > 0 && at < wire.indexOf('"choices"')) {
      return `${wire.slice(0, at)}"model":${JSON.stringify(stamp.model)}${wire.slice(at + field.length)}`;
    }
  }
  return JSON.stringify({ ...chunk, ...stamp });
}

/** What every chunk has beside an answer's remarks, and every choice of a chunk. */
const CHUNK_MEMBERS = 5;
const CHOICE_MEMBERS = 4;

/** Writes chunks of one text under a stamp, as most are in a dialect that is translated: what is around it stays. */
export class TextStamp {
  readonly #stamp: Stamp;
  #index = -1;
  #field = "";
  #head = "";
  #tail = "";

  constructor(stamp: Stamp) {
    this.#stamp = stamp;
  }

  /** Null for a chunk that says anything else. */
  json(chunk: ChatCompletionChunk): string | null {
    const choice = chunk.choices[0];
    const goesOn = choice?.finish_reason === null && choice.logprobs === null;
    if (!goesOn || chunk.choices.length !== 1) return null;
    if (membersOf(chunk) !== CHUNK_MEMBERS || membersOf(choice) !== CHOICE_MEMBERS) return null;
    const { index, delta } = choice;
    const field = onlyMemberOf(delta);
    const text: unknown = delta[field as keyof typeof delta];
    if (typeof text !== "string") return null;
    if (field !== this.#field || index !== this.#index) this.#learn(index, field);
    return this.#head + JSON.stringify(text) + this.#tail;
  }

  #learn(index: number, field: string): void {
    const delta = { [field]: PROBE };
    const choices = [{ index, delta, logprobs: null, finish_reason: null }];
    const { id, created, model } = this.#stamp;
    const json = JSON.stringify({ id, object: "chat.completion.chunk", created, model, choices });
    // Behind it there is nothing but the ends of what was begun.
    const at = json.lastIndexOf(`"${PROBE}"`);
    this.#head = json.slice(0, at);
    this.#tail = json.slice(at + PROBE.length + 2);
    this.#index = index;
    this.#field = field;
  }
}

/** "" where it has none or several. */
function onlyMemberOf(object: object): string {
  let only = "";
  for (const name in object) {
    if (only !== "") return "";
    only = name;
  }
  return only;
}

function membersOf(object: object): number {
  let count = 0;
  for (const _name in object) count++;
  return count;
}

/** The text of the one chunk of a shape that is stamped, for what stands around it; it says nothing in JSON. */
const PROBE = "x";
const AROUND_PROBE = /^(.*"content"\s*:\s*")x(".*)$/s;

/** Writes plain runs under a stamp: what is around their texts is stamped once for each shape. */
export class RunStamp {
  readonly #stamp: Stamp;
  #shape: PlainShape | null = null;
  #head = "";
  #tail = "";
  /** What stands between two texts, as a replacement: a dollar sign would have a meaning there. */
  #between = "";

  constructor(stamp: Stamp) {
    this.#stamp = stamp;
  }

  /** The JSON of a run's chunks, joined. */
  json({ shape, texts }: PlainRun): string {
    if (shape !== this.#shape) this.#learn(shape);
    return this.#head + texts.replaceAll("\n", this.#between) + this.#tail;
  }

  #learn(shape: PlainShape): void {
    const wire = shape.head + PROBE + shape.tail;
    const stamped = stampedJson(JSON.parse(wire), wire, this.#stamp);
    const [, head = "", tail = ""] = AROUND_PROBE.exec(stamped) ?? [];
    this.#shape = shape;
    this.#head = head;
    this.#tail = tail;
    this.#between = (tail + BETWEEN_CHUNKS + head).replaceAll("$", "$$$$");
  }
}
