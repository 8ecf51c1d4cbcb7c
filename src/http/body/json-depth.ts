// Bounds the shape of JSON before it is parsed: the parser itself knows no limit and cannot be
// interrupted.
import { invalidRequest } from "../../base/errors.ts";

/**
 * The most values (fields and items) in one body. A chat of thousands of messages has tens of
 * thousands; a body of nothing but empty objects takes hundreds of times its size in memory while
 * it is parsed and validated.
 */
export const MAX_JSON_VALUES = 250_000;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Checks that a JSON text nests at most `maxDepth` objects and arrays (`{}` is 1 deep) and has at
 * most `maxValues` values (counted by commas and opening brackets), in one pass without recursion.
 * Text that is not JSON passes: the parser stops where this stops counting.
 * @throws ApiError 400
 */
export function assertJsonDepth(text: string, maxDepth: number, maxValues = MAX_JSON_VALUES): void {
  let depth = 0;
  let values = 0;
  let index = 0;
  while (index < text.length) {
    const code = text.charCodeAt(index);
    index += 1;
    if (code === QUOTE) {
      index = endOfString(text, index);
    } else if (code === COMMA) {
      values += 1;
      if (values > maxValues) throw tooManyValues(maxValues);
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth += 1;
      values += 1;
      if (depth > maxDepth) throw tooDeep(maxDepth);
      if (values > maxValues) throw tooManyValues(maxValues);
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth -= 1;
      // More closed than opened is no JSON; the parser gets no further than this either.
      if (depth < 0) return;
    }
  }
}

/** The index after the closing quote of the string that starts at `start`, or the text's end. */
function endOfString(text: string, start: number): number {
  let from = start;
  while (true) {
    const quote = text.indexOf('"', from);
    if (quote === -1) return text.length;
    // An even number of backslashes before the quote are escaped themselves. The count never goes
    // back beyond `from`, so that each character is looked at twice at most.
    let backslashes = 0;
    while (quote - backslashes > from && text.charCodeAt(quote - backslashes - 1) === BACKSLASH) {
      backslashes += 1;
    }
    if (backslashes % 2 === 0) return quote + 1;
    from = quote + 1;
  }
}

const tooDeep = (maxDepth: number) =>
  invalidRequest(`The request body is nested too deeply: at most ${maxDepth} levels.`, null);

const tooManyValues = (maxValues: number) =>
  invalidRequest(`The request body has too many values: at most ${maxValues}.`, null);
