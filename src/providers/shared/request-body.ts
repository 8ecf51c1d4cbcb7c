// The JSON text of a call upstream: in one go, or, where it is large, in pieces between which others get their turn.
import { randomUUID } from "node:crypto";
import { systemClock } from "../../base/clock.ts";
import type { JsonObject } from "./json.ts";

/** A body's texts may have so many characters in all to be written in one go. */
const ONE_TURN_CHARS = 65_536;
/** A longer string is written by itself. */
const LONG_STRING_CHARS = 16_384;
/** Characters written in one turn: some milliseconds where every one is escaped. */
const PIECE_CHARS = 524_288;

/** What stands in for a long string, before its number and a dot: nobody outside can know it, or send it. */
const MARK = randomUUID();
const QUOTED_MARK = `"${MARK}`;
const MARK_END = '."';

/** JSON in UTF-8, or the text of it. */
export type RequestBody = string | Uint8Array<ArrayBuffer>;

/** Writes a body. A promise, which never rejects, is given for a large one only. */
export function writeBody(body: object): RequestBody | Promise<RequestBody> {
  return charsLeft(body, ONE_TURN_CHARS) < 0 ? writeInTurns(body) : JSON.stringify(body);
}

/** What is left of so many characters when all strings of a value are taken off; not exact below 0. */
function charsLeft(value: unknown, chars: number): number {
  if (typeof value === "string") return chars - value.length;
  if (typeof value !== "object" || value === null) return chars;
  let left = chars;
  const holder = value as JsonObject;
  for (const key in holder) {
    left = charsLeft(holder[key], left);
    if (left < 0) return left;
  }
  return left;
}

async function writeInTurns(body: object): Promise<RequestBody> {
  await systemClock.nextTurn();
  const long: string[] = [];
  const text = JSON.stringify(body, (_key, value: unknown) =>
    typeof value === "string" && value.length > LONG_STRING_CHARS
      ? `${MARK}${long.push(value) - 1}.`
      : value,
  );
  const pieces: Buffer[] = [];
  const add = async (whole: string, encode: (piece: string) => string) => {
    for (const piece of cut(whole)) {
      await systemClock.nextTurn();
      pieces.push(Buffer.from(encode(piece)));
    }
  };
  const [head = "", ...marked] = text.split(QUOTED_MARK);
  await add(head, asItIs);
  for (const part of marked) {
    const end = part.indexOf(MARK_END);
    pieces.push(QUOTE);
    await add(long[Number(part.slice(0, end))] as string, withoutQuotes);
    pieces.push(QUOTE);
    await add(part.slice(end + MARK_END.length), asItIs);
  }
  await systemClock.nextTurn();
  const bytes = Buffer.concat(pieces);
  await systemClock.nextTurn();
  return bytes;
}

const QUOTE = Buffer.from('"');

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
