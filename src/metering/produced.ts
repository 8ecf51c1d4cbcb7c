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

export interface Producing {
  /** A delta or a message. Takes anything, of any shape. */
  add(part: unknown): void;
  /** Deltas that are these texts and nothing else. */
  addRun(run: PlainRun): void;
  /**
   * What an answer or a chunk says beside its deltas or messages, in itself and in its choices: unknown fields, by their
   * bytes. Many providers repeat them in each chunk, so they count when they change.
   * @param said the field of a choice that was added by itself
   */
  addBeside(answer: object, said: "delta" | "message"): void;
  /** As it is now: counting takes time, and events may come meanwhile that nobody is given. */
  all(): Readonly<Produced>;
  /** Grows with what the model says; remarks beside that may come after all is said. */
  size(): number;
}

export function createProducing(): Producing {
  const kept = new KeptText();
  const all: Omit<Produced, "kept"> = {
    chars: 0,
    showsReasoning: false,
    otherBytes: 0,
    audioChars: 0,
    images: 0,
  };

  function addText(text: string): void {
    if (all.chars < KEPT_CHARS) kept.add(text);
    all.chars += text.length;
  }

  function addOther(value: unknown): void {
    if (!isFilled(value)) return;
    all.otherBytes += Buffer.byteLength(typeof value === "string" ? value : JSON.stringify(value));
  }

  /** Known fields of an object are text, the named ones that mean nothing are left out, all others count by their bytes. */
  function addFields(
    holder: unknown,
    texts: ReadonlySet<string>,
    silent: ReadonlySet<string>,
  ): void {
    if (!isObject(holder)) {
      addOther(holder);
      return;
    }
    for (const [field, value] of Object.entries(holder)) {
      if (texts.has(field) && typeof value === "string") addText(value);
      else if (!silent.has(field)) addOther(value);
    }
  }

  function addCall(call: unknown): void {
    if (!isObject(call)) {
      addOther(call);
      return;
    }
    for (const [field, value] of Object.entries(call)) {
      if (field === "function" || field === "custom") addFields(value, CALL_TEXTS, NONE);
      else if (!CALL_FRAME.has(field)) addOther(value);
    }
  }

  function addAudio(audio: unknown): void {
    if (isObject(audio) && typeof audio.data === "string") all.audioChars += audio.data.length;
    addFields(audio, AUDIO_TEXTS, AUDIO_FRAME);
  }

  function addPart(part: unknown): void {
    if (isObject(part) && part.type === "image_url") all.images++;
    else addFields(part, PART_TEXTS, PART_FRAME);
  }

  const addContent = (value: unknown): void => {
    if (typeof value === "string") addText(value);
    else each(value, addPart);
  };
  const addImage = (): void => {
    all.images++;
  };
  /** What a field is, where that is known. */
  const adders = new Map<string, (value: unknown) => void>([
    ["role", () => {}],
    ["content", addContent],
    ["refusal", addContent],
    ["tool_calls", (calls) => each(calls, addCall)],
    ["function_call", (call) => addFields(call, CALL_TEXTS, NONE)],
    ["audio", addAudio],
    ["images", (images) => each(images, addImage)],
  ]);

  /** Some tell the same thinking in two or three fields: it counts once, where it is longest. */
  function addThought(part: Record<string, unknown>): void {
    let longest = "";
    for (const field of THOUGHTS) {
      const value = part[field];
      const text = typeof value === "string" ? value : textsIn(value, addOther);
      if (text.length > longest.length) longest = text;
    }
    all.showsReasoning ||= longest !== "";
    addText(longest);
  }

  const besides = new Map<string, number | bigint>();

  let besideBytes = 0;

  function addFieldBeside(place: string, value: unknown): void {
    if (!isFilled(value)) return;
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const hash = Bun.hash(text);
    if (besides.get(place) === hash) return;
    if (besides.size < MAX_BESIDES) besides.set(place, hash);
    besideBytes += Buffer.byteLength(text);
  }

  return {
    addRun({ texts, chars }) {
      if (all.chars < KEPT_CHARS) kept.addRun(texts);
      all.chars += chars;
    },
    addBeside(answer, said) {
      const fields = answer as Record<string, unknown>;
      for (const field in fields) {
        if (!ANSWER_FRAME.has(field)) addFieldBeside(field, fields[field]);
      }
      const { choices } = fields;
      if (!Array.isArray(choices)) return;
      for (const [at, choice] of choices.entries()) {
        if (!isObject(choice)) continue;
        for (const name in choice) {
          if (name === said || CHOICE_FRAME.has(name)) continue;
          addFieldBeside(`${choice.index ?? at}.${name}`, choice[name]);
        }
      }
    },
    add(part) {
      if (!isObject(part)) {
        addOther(part);
        return;
      }
      let thinks = false;
      for (const field in part) {
        const value = part[field];
        // Nearly all chunks are this and nothing else.
        if (field === "content" && typeof value === "string") addText(value);
        else if (THOUGHTS.has(field)) thinks ||= isFilled(value);
        else if (value !== null) (adders.get(field) ?? addOther)(value);
      }
      if (thinks) addThought(part);
    },
    all: () => ({ ...all, kept: kept.text(), otherBytes: all.otherBytes + besideBytes }),
    size: () => all.chars + all.otherBytes + all.audioChars + all.images,
  };
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

function each(list: unknown, add: (item: unknown) => void): void {
  if (Array.isArray(list)) for (const item of list) add(item);
  else add(list);
}

/** The texts of a list of details, joined; what is in them beside is given to `addOther`. */
function textsIn(details: unknown, addOther: (value: unknown) => void): string {
  let text = "";
  each(details, (detail) => {
    if (!isObject(detail)) {
      addOther(detail);
      return;
    }
    for (const [field, value] of Object.entries(detail)) {
      if (DETAIL_TEXTS.has(field) && typeof value === "string") text += value;
      else if (!DETAIL_FRAME.has(field)) addOther(value);
    }
  });
  return text;
}
