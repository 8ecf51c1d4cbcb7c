// An upper bound of a request's input tokens, from its bytes alone: no tokenizer runs before dispatch.
import type { ChatRequest } from "../base/chat.ts";
import type { ModelFacts } from "../base/model.ts";

/**
 * Speech needs at most about 50 tokens a second, and no usual codec spends fewer than 1000 bytes on one, so an
 * audio clip has at most one token for 20 of its (base64) bytes.
 */
const AUDIO_BYTES_PER_TOKEN = 20;

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
  let mediaTokens = 0;
  for (const part of contentParts(request)) {
    const media = mediaOf(part, facts);
    if (media !== null) {
      mediaChars += media.chars;
      mediaTokens += media.tokens;
    }
  }
  const textTokens = Math.max(0, bodyBytes - mediaChars);
  // What does not fit into the context is refused by the provider, and costs nothing.
  return Math.min(textTokens + mediaTokens, facts.contextWindow);
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
      return { chars: textLength(part.image_url, "url"), tokens: facts.imageTokensMax };
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

function textLength(holder: unknown, field: string): number {
  if (typeof holder !== "object" || holder === null) return 0;
  const value = (holder as Record<string, unknown>)[field];
  return typeof value === "string" ? value.length : 0;
}
