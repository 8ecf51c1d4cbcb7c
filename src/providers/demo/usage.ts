// The demo model's token counts: a fixed rule instead of a tokenizer, so that anyone can recompute
// a bill by hand.
import type { ChatRequest } from "../../base/chat.ts";
import { systemClock } from "../../base/clock.ts";
import { isLong, jsonInTurns } from "../shared/request-body.ts";

/** Characters (code points) that one token holds at most; a token never spans two words. */
const TOKEN_CHARACTERS = 4;

/** What every message adds for its role, whatever its length. */
const MESSAGE_TOKENS = 4;

/** What an image, a sound or a file counts. */
const MEDIA_TOKENS = 85;

/** Counted in one turn: a few milliseconds. */
const SLICE_CHARACTERS = 1_048_576;

/**
 * Tokens of a text: each word, being what stands between white space, counts a token for every 4
 * characters begun. `Hello, world!` is 2 + 2.
 */
export function countTokens(text: string): number {
  const count = new WordCount();
  count.add(text, 0, text.length);
  return count.total();
}

class WordCount {
  #tokens = 0;
  /** Of the word that may go on. */
  #length = 0;

  add(text: string, from: number, to: number): void {
    let tokens = this.#tokens;
    let length = this.#length;
    for (let index = from; index < to; index++) {
      const code = text.charCodeAt(index);
      if (isBlank(code)) {
        tokens += Math.ceil(length / TOKEN_CHARACTERS);
        length = 0;
      } else if (!isSecondHalf(code)) {
        length += 1;
      }
    }
    this.#tokens = tokens;
    this.#length = length;
  }

  total(): number {
    return this.#tokens + Math.ceil(this.#length / TOKEN_CHARACTERS);
  }
}

/** What may still be counted in this turn: all texts of a request share it, as many short ones are one long one. */
interface Turn {
  charactersLeft: number;
}

/** The same, with turns for others in between. */
async function countInTurns(text: string, turn: Turn): Promise<number> {
  const count = new WordCount();
  for (let from = 0; from < text.length; ) {
    if (turn.charactersLeft <= 0) {
      await systemClock.nextTurn();
      turn.charactersLeft = SLICE_CHARACTERS;
    }
    const to = Math.min(from + turn.charactersLeft, text.length);
    count.add(text, from, to);
    turn.charactersLeft -= to - from;
    from = to;
  }
  return count.total();
}

/** What `\s` matches, by its code: a text may have millions of characters, few of them rare blanks. */
const isBlank = (code: number): boolean =>
  code < 128
    ? code === 32 || (code >= 9 && code <= 13)
    : code === 0xa0 ||
      code === 0xfeff ||
      (code >= 0x1680 && code <= 0x3000 && /\s/.test(String.fromCharCode(code)));

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
export async function countPromptTokens(request: ChatRequest): Promise<number> {
  const turn: Turn = { charactersLeft: SLICE_CHARACTERS };
  let total = 0;
  for (const message of request.messages) {
    total += MESSAGE_TOKENS;
    const { content } = message;
    if (typeof content === "string") total += await countInTurns(content, turn);
    for (const part of Array.isArray(content) ? content : []) {
      const text = partText(part);
      total += text === null ? MEDIA_TOKENS : await countInTurns(text, turn);
    }
    if ("tool_calls" in message) total += await jsonTokens(message.tool_calls);
  }
  return total + (await jsonTokens(request.tools)) + (await jsonTokens(request.response_format));
}

function partText(part: object): string | null {
  const { text, refusal } = part as { text?: unknown; refusal?: unknown };
  const words = text ?? refusal;
  return typeof words === "string" ? words : null;
}

async function jsonTokens(value: unknown): Promise<number> {
  if (typeof value !== "object" || value === null) return 0;
  if (!isLong(value)) return countTokens(JSON.stringify(value));
  const count = new WordCount();
  for await (const piece of jsonInTurns(value)) count.add(piece, 0, piece.length);
  return count.total();
}
