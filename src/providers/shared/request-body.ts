// The JSON text of a call upstream: in one go, or, where it is large, in pieces between which others get their turn.
import { randomUUID } from "node:crypto";
import { systemClock } from "../../base/clock.ts";

/** Characters written in one turn: some milliseconds where every one is escaped. */
const PIECE_CHARS = 524_288;
/** A longer string is written by itself where the body is not written in one go. */
const LONG_STRING_CHARS = 16_384;

/** What stands in for a long string, before its number and a dot: nobody outside can know it, or send it. */
const MARK = randomUUID();
const QUOTED_MARK = `"${MARK}`;
const MARK_END = '."';

/** JSON in UTF-8, or the text of it. */
export type RequestBody = string | Uint8Array<ArrayBuffer>;

/** Writes a body. A promise, which never rejects, is given for a large one only. */
export function writeBody(body: object): RequestBody | Promise<RequestBody> {
  return isLong(body) ? writeInTurns(body) : JSON.stringify(body);
}

/** Whether a value's JSON is better written in turns. */
export const isLong = (value: unknown): boolean => charsLeft(value, PIECE_CHARS) < 0;

/** What is left of so many characters when all strings of a value are taken off; not exact below 0. */
function charsLeft(value: unknown, chars: number): number {
  if (typeof value === "string") return chars - value.length;
  if (typeof value !== "object" || value === null) return chars;
  // A list of the values is several times as fast as `for in`, which takes longer than the writing itself.
  const all: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  let left = chars;
  for (let at = 0; at < all.length && left >= 0; at++) {
    const held = all[at];
    if (typeof held === "string") left -= held.length;
    else if (typeof held === "object") left = charsLeft(held, left);
  }
  return left;
}

async function writeInTurns(body: object): Promise<RequestBody> {
  const pieces: Buffer[] = [];
  for await (const piece of jsonInTurns(body)) pieces.push(Buffer.from(piece));
  await systemClock.nextTurn();
  const bytes = Buffer.concat(pieces);
  await systemClock.nextTurn();
  return bytes;
}

/** The JSON of a value in pieces, with turns for others in between. No piece ends within a character. */
export async function* jsonInTurns(value: object): AsyncGenerator<string> {
  await systemClock.nextTurn();
  const long: string[] = [];
  const text = JSON.stringify(value, (_key, held: unknown) =>
    typeof held === "string" && held.length > LONG_STRING_CHARS
      ? `${MARK}${long.push(held) - 1}.`
      : held,
  );
  const [head = "", ...marked] = text.split(QUOTED_MARK);
  yield* piecesOf(head, asItIs);
  for (const part of marked) {
    const end = part.indexOf(MARK_END);
    yield '"';
    yield* piecesOf(long[Number(part.slice(0, end))] as string, withoutQuotes);
    yield '"';
    yield* piecesOf(part.slice(end + MARK_END.length), asItIs);
  }
}

async function* piecesOf(text: string, encode: (piece: string) => string): AsyncGenerator<string> {
  for (const piece of cut(text)) {
    await systemClock.nextTurn();
    yield encode(piece);
  }
}

const asItIs = (text: string): string => text;
const withoutQuotes = (text: string): string => JSON.stringify(text).slice(1, -1);

/** Pieces that do not end between the two halves of a character. */
function* cut(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    let to = Math.min(from + PIECE_CHARS, text.length);
    if (to < text.length && isFirstHalf(text.charCodeAt(to - 1))) to -= 1;
    yield text.slice(from, to);
    from = to;
  }
}

const isFirstHalf = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;
