// The demo model's token counts: a fixed rule instead of a tokenizer, so that anyone can recompute
// a bill by hand.
import type { ChatRequest } from "../../base/chat.ts";

/** Characters (code points) that one token holds at most; a token never spans two words. */
const TOKEN_CHARACTERS = 4;

/** What every message adds for its role, whatever its length. */
const MESSAGE_TOKENS = 4;

/** What an image, a sound or a file counts. */
const MEDIA_TOKENS = 85;

/**
 * Tokens of a text: each word, being what stands between white space, counts a token for every 4
 * characters begun. `Hello, world!` is 2 + 2.
 */
export function countTokens(text: string): number {
  let total = 0;
  let length = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (isBlank(code)) {
      total += Math.ceil(length / TOKEN_CHARACTERS);
      length = 0;
    } else if (!isSecondHalf(code)) {
      length += 1;
    }
  }
  return total + Math.ceil(length / TOKEN_CHARACTERS);
}

/** What `\s` matches, by its code: a text may have millions of characters. */
const isBlank = (code: number): boolean =>
  code < 128
    ? code === 32 || (code >= 9 && code <= 13)
    : code === 0xa0 || code === 0xfeff || code === 0x3000 || isRareBlank(code);

const isRareBlank = (code: number): boolean =>
  code === 0x1680 ||
  (code >= 0x2000 && code <= 0x200a) ||
  code === 0x2028 ||
  code === 0x2029 ||
  code === 0x202f ||
  code === 0x205f;

/** A code point beyond the first 65,536 is two codes. */
const isSecondHalf = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff;

/**
 * The start of one word that fits into this many tokens, without the white space that was cut off.
 */
export function cutToTokens(word: string, tokens: number): string {
  return [...word].slice(0, tokens * TOKEN_CHARACTERS).join("");
}

/**
 * Tokens of a request: 4 for each message, the words of its texts and tool calls, 85 for each
 * image, sound or file, and the words of the tools' and the answer format's JSON.
 */
export function countPromptTokens(request: ChatRequest): number {
  let total = 0;
  for (const message of request.messages) {
    total += MESSAGE_TOKENS + contentTokens(message.content);
    if ("tool_calls" in message) {
      total += jsonTokens(message.tool_calls);
    }
  }
  return total + jsonTokens(request.tools) + jsonTokens(request.response_format);
}

function contentTokens(content: unknown): number {
  if (typeof content === "string") {
    return countTokens(content);
  }
  let total = 0;
  for (const part of Array.isArray(content) ? content : []) {
    const text: unknown = part?.text ?? part?.refusal;
    total += typeof text === "string" ? countTokens(text) : MEDIA_TOKENS;
  }
  return total;
}

function jsonTokens(value: unknown): number {
  return value === undefined || value === null ? 0 : countTokens(JSON.stringify(value));
}
