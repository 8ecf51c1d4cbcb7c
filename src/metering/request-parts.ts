// What of a request its provider reads: every text, known field or not, and every medium. For the bound and the estimate.
import { byName } from "../base/by-name.ts";
import type { ChatRequest } from "../base/chat.ts";
import { base64Text, isTextType, plainMediaType } from "../providers/shared/media-source.ts";

/** A part that is no text. */
export interface Media {
  /** Unknown is a part of a type that nobody knows here: it may name a file somewhere else. */
  kind: "image" | "audio" | "file" | "video" | "unknown";
  /** Characters of its data in the body; 0 where only a reference to it is there. */
  chars: number;
  /** `low` where the client asks for an image in few tokens. */
  detail?: unknown;
}

type Fields = Record<string, unknown>;

/** Fields of a request that steer an answer, and that no model reads. All others count, known or not. */
const NOT_READ: ReadonlySet<string> = new Set([
  ...["model", "messages", "stream", "stream_options", "n", "stop", "seed", "user", "metadata"],
  ...["max_tokens", "max_completion_tokens", "temperature", "top_p", "top_k", "min_p", "store"],
  ...["frequency_penalty", "presence_penalty", "repetition_penalty", "logit_bias", "logprobs"],
  ...[
    "top_logprobs",
    "parallel_tool_calls",
    "reasoning_effort",
    "verbosity",
    "modalities",
    "audio",
  ],
  ...["service_tier", "moderation", "safety_identifier", "cache_control", "prompt_cache_key"],
  ...["prompt_cache_options", "prompt_cache_retention", "prompt_cache_breakpoint"],
]);
/** The same in a message and in a part of its content. */
const FRAME: ReadonlySet<string> = new Set([
  ...["role", "content", "type", "cache_control", "prompt_cache_breakpoint"],
]);
/** Spellings of a model's thinking: clients send one back in several, and it is read once. */
const THOUGHTS = ["reasoning_content", "reasoning", "reasoning_details"];

/** All texts, in the order of the body. What is neither text nor medium comes as JSON. */
export function* textsOf(request: ChatRequest): Generator<string> {
  for (const message of request.messages) yield* messageTexts(message);
  for (const [field, value] of Object.entries(request)) {
    if (!NOT_READ.has(field)) yield* textOf(value);
  }
}

/** All media of all messages, in order. */
export function mediaOf({ messages }: ChatRequest): readonly Media[] {
  const found: Media[] = [];
  for (const message of messages) {
    if (message.role === "assistant" && message.audio) found.push({ kind: "audio", chars: 0 });
    if (!Array.isArray(message.content)) continue;
    for (const part of message.content) {
      const medium = TEXT_PARTS.has(part.type) ? null : mediumOf({ ...part });
      if (medium !== null) found.push(medium);
    }
  }
  return found;
}

function* messageTexts(message: { content?: unknown }): Generator<string> {
  const { content } = message;
  if (Array.isArray(content)) for (const part of content) yield* partTexts(part);
  else yield* textOf(content);
  let thought: string[] = [];
  for (const [field, value] of Object.entries(message)) {
    if (FRAME.has(field)) continue;
    if (!THOUGHTS.includes(field)) yield* textOf(value);
    else {
      const texts = [...textOf(value)];
      if (charsOf(texts) > charsOf(thought)) thought = texts;
    }
  }
  yield* thought;
}

const charsOf = (texts: readonly string[]): number =>
  texts.reduce((chars, { length }) => chars + length, 0);

function* partTexts(part: Fields): Generator<string> {
  const url = textFileUrl(part);
  if (url !== null) yield textInUrl(url);
  const medium = mediumOf(part);
  // A medium's own field, which has its type's name, is counted by what it costs.
  const isCounted = url !== null || (medium !== null && medium.kind !== "unknown");
  const own = isCounted ? part.type : null;
  for (const [field, value] of Object.entries(part)) {
    if (!FRAME.has(field) && field !== own) yield* textOf(value);
  }
}

/** A longer string within a value is a text by itself: to escape all of it would stop others for a while. */
const LONG_STRING_CHARS = 16_384;

function* textOf(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null) {
    const long: string[] = [];
    yield JSON.stringify(value, (_key, held: unknown) => {
      if (typeof held !== "string" || held.length <= LONG_STRING_CHARS) return held;
      long.push(held);
      return "";
    });
    yield* long;
  }
}

/** Types of parts that are text, by their field. */
const TEXT_PARTS: ReadonlySet<unknown> = new Set(["text", "refusal"]);

/** Where files of text come: their bytes are as good as text. */
const FILE_FIELDS = byName<string>({ file: "file_data", image_url: "url" });
/** Of a `data:` URL, to its comma. */
const DATA_HEADER = /^data:([^;,]{0,100})([^,]{0,400}),/i;

/** The `data:` URL of a file that is text; null for any other part. */
function textFileUrl({ type, ...fields }: Fields): string | null {
  const field = typeof type === "string" ? FILE_FIELDS[type] : undefined;
  if (field === undefined) return null;
  const url = textIn(fields[String(type)], field);
  const mediaType = DATA_HEADER.exec(url)?.[1];
  return mediaType !== undefined && isTextType(plainMediaType(mediaType)) ? url : null;
}

function textInUrl(url: string): string {
  const [header = "", , parameters = ""] = DATA_HEADER.exec(url) ?? [];
  const payload = url.slice(header.length);
  return /;\s*base64/i.test(parameters) ? base64Text(payload) : payload;
}

/** The length of a `data:` URL; 0 of one that leads elsewhere. */
const dataChars = (url: string): number => (/^data:/i.test(url) ? url.length : 0);

/** What a part is beside text; null for text. */
function mediumOf(part: Fields): Media | null {
  const { type } = part;
  if (TEXT_PARTS.has(type) || textFileUrl(part) !== null) return null;
  const holder = typeof type === "string" ? part[type] : undefined;
  const field = (name: string) => textIn(holder, name);
  switch (type) {
    case "image_url": {
      const url = field("url");
      if (!isImage(url)) return { kind: "file", chars: dataChars(url) };
      return { kind: "image", chars: url.length, detail: (holder as Fields).detail };
    }
    case "input_audio":
      return { kind: "audio", chars: field("data").length };
    case "file":
      return { kind: "file", chars: field("file_data").length };
    case "video_url":
      return { kind: "video", chars: dataChars(field("url")) };
    default:
      return { kind: "unknown", chars: 0 };
  }
}

/** Whether it can be nothing but a picture, whose cost is bounded: some providers take other things in its place. */
const isImage = (url: string): boolean => /^(?:data:image\/|https?:\/\/)/i.test(url);

function textIn(holder: unknown, field: string): string {
  if (typeof holder !== "object" || holder === null) return "";
  const value = (holder as Fields)[field];
  return typeof value === "string" ? value : "";
}
