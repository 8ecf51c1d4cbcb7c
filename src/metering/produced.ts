// What counts as produced: every filled field of a delta or a message, as text, by its bytes, or by what media cost.
import type { PlainRun } from "../providers/protocol.ts";
import { KeptText } from "./kept-text.ts";

/** Fields beside of which the last value is known; the names are the provider's. */
const MAX_BESIDES = 64;

/** The most text that is kept for an estimate, in characters: the rest of an answer is taken to be like it. */
const KEPT_CHARS = 2_097_152;

/** What an answer amounts to so far. */
export interface Produced {
  /** The beginning of the model's text: content, reasoning, refusals, names and arguments of calls, a transcript. */
  kept: string;
  /** The length of all of it. */
  chars: number;
  /** Whether reasoning is in it. */
  showsReasoning: boolean;
  /** Bytes of what is no such text, as JSON: fields that nobody knows, annotations, hidden reasoning. */
  otherBytes: number;
  /** Base64 of speech. */
  audioChars: number;
  images: number;
}

/** Adds up what an answer amounts to. One of them watches one answer. */
export class Producing {
  readonly #kept = new KeptText();
  #chars = 0;
  #showsReasoning = false;
  #otherBytes = 0;
  #audioChars = 0;
  #images = 0;
  /** By their places, the hashes of what was said beside. */
  #besides: Map<string, number | bigint> | null = null;
  #besideBytes = 0;

  /** A delta or a message. Takes anything, of any shape. */
  add(part: unknown): void {
    if (!isObject(part)) {
      this.#addOther(part);
      return;
    }
    let thinks = false;
    for (const field in part) {
      const value = part[field];
      // Nearly all chunks are this and nothing else.
      if (field === "content" && typeof value === "string") this.#addText(value);
      else if (THOUGHTS.has(field)) thinks ||= isFilled(value);
      else if (value !== null) this.#addField(field, value);
    }
    if (thinks) this.#addThought(part);
  }

  /** Deltas that are these texts and nothing else. */
  addRun({ texts, chars }: PlainRun): void {
    if (this.#chars < KEPT_CHARS) this.#kept.addRun(texts);
    this.#chars += chars;
  }

  /**
   * What an answer or a chunk says beside its deltas or messages, in itself and in its choices: unknown fields, by their
   * bytes. Many providers repeat them in each chunk, so they count when they change.
   * @param said the field of a choice that was added by itself
   */
  addBeside(answer: object, said: "delta" | "message"): void {
    const fields = answer as Record<string, unknown>;
    for (const field in fields) {
      if (!ANSWER_FRAME.has(field)) this.#addFieldBeside(field, fields[field]);
    }
    const { choices } = fields;
    if (!Array.isArray(choices)) return;
    for (let at = 0; at < choices.length; at++) {
      const choice: unknown = choices[at];
      if (!isObject(choice)) continue;
      for (const name in choice) {
        if (name === said || CHOICE_FRAME.has(name)) continue;
        this.#addFieldBeside(`${choice.index ?? at}.${name}`, choice[name]);
      }
    }
  }

  /** As it is now: counting takes time, and events may come meanwhile that nobody is given. */
  all(): Readonly<Produced> {
    return {
      kept: this.#kept.text(),
      chars: this.#chars,
      showsReasoning: this.#showsReasoning,
      otherBytes: this.#otherBytes + this.#besideBytes,
      audioChars: this.#audioChars,
      images: this.#images,
    };
  }

  /** Grows with what the model says; remarks beside that may come after all is said. */
  size(): number {
    return this.#chars + this.#otherBytes + this.#audioChars + this.#images;
  }

  #addText(text: string): void {
    if (this.#chars < KEPT_CHARS) this.#kept.add(text);
    this.#chars += text.length;
  }

  #addOther(value: unknown): void {
    if (!isFilled(value)) return;
    const text = typeof value === "string" ? value : JSON.stringify(value);
    this.#otherBytes += Buffer.byteLength(text);
  }

  /** What a field of a delta or a message is, where that is known. */
  #addField(field: string, value: unknown): void {
    switch (field) {
      case "role":
        return;
      case "content":
      case "refusal":
        if (typeof value === "string") this.#addText(value);
        else for (const part of listOf(value)) this.#addPart(part);
        return;
      case "tool_calls":
        for (const call of listOf(value)) this.#addCall(call);
        return;
      case "function_call":
        this.#addFields(value, CALL_TEXTS, NONE);
        return;
      case "audio":
        this.#addAudio(value);
        return;
      case "images":
        this.#images += listOf(value).length;
        return;
      default:
        this.#addOther(value);
    }
  }

  /** Known fields of an object are text, the named ones that mean nothing are left out, all others count by their bytes. */
  #addFields(holder: unknown, texts: ReadonlySet<string>, silent: ReadonlySet<string>): void {
    if (!isObject(holder)) {
      this.#addOther(holder);
      return;
    }
    for (const [field, value] of Object.entries(holder)) {
      if (texts.has(field) && typeof value === "string") this.#addText(value);
      else if (!silent.has(field)) this.#addOther(value);
    }
  }

  #addCall(call: unknown): void {
    if (!isObject(call)) {
      this.#addOther(call);
      return;
    }
    for (const [field, value] of Object.entries(call)) {
      if (field === "function" || field === "custom") this.#addFields(value, CALL_TEXTS, NONE);
      else if (!CALL_FRAME.has(field)) this.#addOther(value);
    }
  }

  #addAudio(audio: unknown): void {
    if (isObject(audio) && typeof audio.data === "string") this.#audioChars += audio.data.length;
    this.#addFields(audio, AUDIO_TEXTS, AUDIO_FRAME);
  }

  #addPart(part: unknown): void {
    if (isObject(part) && part.type === "image_url") this.#images++;
    else this.#addFields(part, PART_TEXTS, PART_FRAME);
  }

  /** Some tell the same thinking in two or three fields: it counts once, where it is longest. */
  #addThought(part: Record<string, unknown>): void {
    let longest = "";
    for (const field of THOUGHTS) {
      const value = part[field];
      const text = typeof value === "string" ? value : this.#textsIn(value);
      if (text.length > longest.length) longest = text;
    }
    this.#showsReasoning ||= longest !== "";
    this.#addText(longest);
  }

  /** The texts of a list of details, joined; what is in them beside counts by its bytes. */
  #textsIn(details: unknown): string {
    let text = "";
    for (const detail of listOf(details)) {
      if (!isObject(detail)) {
        this.#addOther(detail);
        continue;
      }
      for (const [field, value] of Object.entries(detail)) {
        if (DETAIL_TEXTS.has(field) && typeof value === "string") text += value;
        else if (!DETAIL_FRAME.has(field)) this.#addOther(value);
      }
    }
    return text;
  }

  #addFieldBeside(place: string, value: unknown): void {
    if (!isFilled(value)) return;
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const hash = Bun.hash(text);
    this.#besides ??= new Map();
    if (this.#besides.get(place) === hash) return;
    if (this.#besides.size < MAX_BESIDES) this.#besides.set(place, hash);
    this.#besideBytes += Buffer.byteLength(text);
  }
}

const THOUGHTS: ReadonlySet<string> = new Set([
  "reasoning_content",
  "reasoning",
  "reasoning_details",
]);
const CALL_TEXTS: ReadonlySet<string> = new Set(["name", "arguments", "input"]);
/** What holds a call together; no model writes it. */
const CALL_FRAME: ReadonlySet<string> = new Set(["id", "index", "type"]);
const AUDIO_TEXTS: ReadonlySet<string> = new Set(["transcript"]);
const AUDIO_FRAME: ReadonlySet<string> = new Set(["id", "data", "expires_at"]);
const PART_TEXTS: ReadonlySet<string> = new Set(["text", "refusal"]);
const PART_FRAME: ReadonlySet<string> = new Set(["type", "index"]);
const DETAIL_TEXTS: ReadonlySet<string> = new Set(["text", "summary"]);
const DETAIL_FRAME: ReadonlySet<string> = new Set(["type", "format", "index", "id"]);
/** What an answer, a chunk and a choice are known to have: what of it counts is counted by itself. */
const ANSWER_FRAME: ReadonlySet<string> = new Set([
  ...["id", "object", "created", "model", "choices", "usage", "system_fingerprint"],
  ...["service_tier", "obfuscation"],
]);
const CHOICE_FRAME: ReadonlySet<string> = new Set([
  ...["index", "finish_reason", "logprobs", "content_filter_results"],
  ...["native_finish_reason", "stop_reason"],
]);
const NONE: ReadonlySet<string> = new Set();

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function isFilled(value: unknown): boolean {
  if (value === null || value === undefined || value === "" || value === false) return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}

/** What is no list is one of itself. */
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);
