// An upper bound of a request's input tokens, from its bytes alone: no tokenizer runs before dispatch.
import type { ChatRequest } from "../base/chat.ts";
import type { ModelFacts } from "../base/model.ts";

/**
 * Speech needs at most about 50 tokens a second, and no usual codec spends fewer than 1000 bytes on one, so an
 * audio clip has at most one token for 20 of its (base64) bytes.
 */
const AUDIO_BYTES_PER_TOKEN = 20;

/**
 * Providers put instructions of their own before tools and schemas: some hundred tokens that are in no byte of the
 * request.
 */
const HIDDEN_PROMPT_TOKENS = 1024;

/**
 * The most input tokens that a request can have. Every byte-level tokenizer spends at most one token on a byte, and
 * the JSON around the messages is longer than any provider's chat template, so the body's own length is a bound for
 * text and tools. Images, audio and files are counted by what they can cost instead of by their bytes.
 * @param bodyBytes the length of the request's body as it arrived.
 */
export function inputTokensBound(
  request: ChatRequest,
  bodyBytes: number,
  facts: ModelFacts,
): number {
  let mediaChars = 0;
  let otherTokens = 0;
  for (const part of contentParts(request)) {
    const media = mediaOf(part, facts);
    if (media !== null) {
      mediaChars += media.chars;
      otherTokens += media.tokens;
    }
  }
  const textTokens = Math.max(0, bodyBytes - mediaChars);
  if (request.tools !== undefined || request.response_format !== undefined) {
    otherTokens += HIDDEN_PROMPT_TOKENS;
  }
  // What does not fit into the context is refused by the provider, and costs nothing.
  return Math.min(textTokens + otherTokens, facts.contextWindow);
}

/** Whether the request marks anything for a prompt cache that may be written at its dearest rate. */
export function marksPromptCache(request: ChatRequest): boolean {
  const isMarked = (holder: object): boolean =>
    "cache_control" in holder || "prompt_cache_breakpoint" in holder;
  if (isMarked(request) || request.messages.some(isMarked)) return true;
  if (request.tools?.some(isMarked)) return true;
  for (const part of contentParts(request)) if (isMarked(part)) return true;
  return false;
}

/** All content parts of all messages, in order. */
export function* contentParts(request: ChatRequest): Generator<Record<string, unknown>> {
  for (const { content } of request.messages) {
    if (!Array.isArray(content)) continue;
    for (const part of content) yield part as unknown as Record<string, unknown>;
  }
}

interface Media {
  /** Characters of the body that are data, not text: each is at least one byte. */
  chars: number;
  tokens: number;
}

function mediaOf(part: Record<string, unknown>, facts: ModelFacts): Media | null {
  switch (part.type) {
    case "image_url":
      return isImage(part.image_url)
        ? { chars: textLength(part.image_url, "url"), tokens: facts.imageTokensMax }
        : { chars: 0, tokens: facts.contextWindow };
    case "input_audio": {
      const chars = textLength(part.input_audio, "data");
      return { chars, tokens: Math.ceil(chars / AUDIO_BYTES_PER_TOKEN) };
    }
    // A file's text is compressed or elsewhere, so only the context window bounds it.
    case "file":
    case "video_url":
      return { chars: 0, tokens: facts.contextWindow };
    default:
      return null;
  }
}

/** Whether it can be nothing but a picture, whose cost is bounded: some providers take other things in its place. */
function isImage(holder: unknown): boolean {
  if (typeof holder !== "object" || holder === null || !("url" in holder)) return false;
  return typeof holder.url === "string" && /^(?:data:image\/|https?:\/\/)/i.test(holder.url);
}

/** The length of a text field of an object, 0 where there is none. */
export function textLength(holder: unknown, field: string): number {
  if (typeof holder !== "object" || holder === null) return 0;
  const value = (holder as Record<string, unknown>)[field];
  return typeof value === "string" ? value.length : 0;
}
