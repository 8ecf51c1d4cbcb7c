// Long strings of a body, images and whole texts: read in pieces, so that the parser, which cannot be interrupted, never
// sees them.
import { randomUUID } from "node:crypto";
import type { LongString } from "./json-shape.ts";

/** Of a long string that are decoded and parsed in one turn: some milliseconds where every character is escaped. */
const PIECE_BYTES = 524_288;
/** As `\u00e9`. */
const ESCAPE_BYTES = 6;
const BACKSLASH = 0x5c;

/** What stands in for a long string, before its number: nobody outside can know it, or write it in a body. */
const MARK = randomUUID();
const QUOTED_MARK = Buffer.from(`"${MARK}`);
const QUOTE = Buffer.from('"');

/** A mark that is no string of the body's own is at its start; the decoder takes one away, and none elsewhere. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text with a short stand-in in the place of each long string, its quotes included. */
export function withoutLongStrings(bytes: Uint8Array, strings: readonly LongString[]): Uint8Array {
  if (strings.length === 0) return bytes;
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const [index, { start, end }] of strings.entries()) {
    pieces.push(bytes.subarray(from, start - 1), QUOTED_MARK, Buffer.from(String(index)), QUOTE);
    from = end + 1;
  }
  pieces.push(bytes.subarray(from));
  return Buffer.concat(pieces);
}

/**
 * Reads one long string.
 * @param pause waited for between two pieces
 * @throws TypeError where it is not UTF-8, SyntaxError where it is no JSON
 */
export async function readLongString(
  bytes: Uint8Array,
  { start, end }: LongString,
  pause: () => Promise<void>,
): Promise<string> {
  const pieces: string[] = [];
  for (let from = start; from < end; ) {
    const to = endOfPiece(bytes, from, end);
    pieces.push(JSON.parse(`"${utf8.decode(bytes.subarray(from, to))}"`));
    from = to;
    await pause();
  }
  return pieces.join("");
}

/** A place that is neither within an escape nor within a character, given that `from` is none. */
function endOfPiece(bytes: Uint8Array, from: number, end: number): number {
  let to = from + PIECE_BYTES;
  if (to >= end) return end;
  for (let at = to - 1; at > to - ESCAPE_BYTES; at--) {
    if (bytes[at] !== BACKSLASH) continue;
    // Of backslashes in a row each second one is escaped by the one before it.
    let first = at;
    while (first > from && bytes[first - 1] === BACKSLASH) first--;
    if ((at - first) % 2 === 0) return at;
    break;
  }
  const least = to - ESCAPE_BYTES;
  while (to > least && isWithinCharacter(bytes[to])) to--;
  return to;
}

const isWithinCharacter = (byte: number | undefined): boolean =>
  byte !== undefined && (byte & 0xc0) === 0x80;

/** Puts the long strings, by their order in the text, back into what was parsed without them. */
export function putBack(value: unknown, strings: readonly string[]): unknown {
  if (typeof value === "string") {
    return value.startsWith(MARK) ? strings[Number(value.slice(MARK.length))] : value;
  }
  if (typeof value !== "object" || value === null) return value;
  const holder = value as Record<string, unknown>;
  for (const key in holder) {
    const held = holder[key];
    const whole = putBack(held, strings);
    if (whole !== held) holder[key] = whole;
  }
  return value;
}
