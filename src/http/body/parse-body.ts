// Makes a value of a body's bytes, once their shape is known to be bounded.
import { invalidRequest } from "../../base/errors.ts";
import { parseExactJson } from "../../base/exact-json.ts";
import { type JsonLimits, JsonScan } from "./json-shape.ts";
import { putBack, readLongString, withoutLongStrings } from "./long-strings.ts";

/** Bytes decoded in one turn: some milliseconds. */
const SLICE_BYTES = 4 * 1_048_576;

type Pause = () => Promise<void>;

/** A body of more bytes is parsed in turns, and one that weighs more than a slice of the scan. */
const ONE_TURN_BYTES = 262_144;

/**
 * Parses a body.
 * @param pause waited for between two steps
 * @returns a promise where that takes several turns of the event loop
 * @throws ApiError 400 for what is empty, not UTF-8, not JSON, or beyond the limits of its shape
 */
export function parseBody(
  bytes: Uint8Array,
  limits: JsonLimits,
  pause: Pause,
): unknown | Promise<unknown> {
  const scan = new JsonScan(bytes, limits);
  const isOneTurn = bytes.byteLength <= ONE_TURN_BYTES && scan.slice();
  return isOneTurn ? parsed(decoded(bytes), scan.hasLongNumbers) : parseInTurns(bytes, scan, pause);
}

/**
 * Parses a body of any size. Its long strings are read by themselves, in pieces: what is left for the parser is bounded
 * by `jsonWeight`.
 * @param scan of these bytes, at its beginning or after some slices
 */
export async function parseInTurns(
  bytes: Uint8Array,
  scan: JsonScan,
  pause: Pause,
): Promise<unknown> {
  while (!scan.slice()) await pause();
  const { hasLongNumbers, longStrings } = scan;
  await pause();
  const text = await decodeInTurns(withoutLongStrings(bytes, longStrings), pause);
  await pause();
  const json = parsed(text, hasLongNumbers);
  await pause();
  if (longStrings.length === 0) return json;
  const strings: string[] = [];
  for (const place of longStrings) {
    strings.push(await readLongString(bytes, place, pause).catch(refuse));
  }
  const whole = putBack(json, strings);
  await pause();
  return whole;
}

async function decodeInTurns(bytes: Uint8Array, pause: Pause): Promise<string> {
  if (bytes.byteLength <= SLICE_BYTES) return decoded(bytes);
  const decoder = new TextDecoder("utf-8", STRICT);
  let text = "";
  for (let start = 0; start < bytes.byteLength; start += SLICE_BYTES) {
    if (start > 0) await pause();
    text += decoded(bytes.subarray(start, start + SLICE_BYTES), decoder, MORE_FOLLOWS);
  }
  return text + decoded(NOTHING, decoder);
}

const STRICT = { fatal: true };
const MORE_FOLLOWS = { stream: true };
const NOTHING = new Uint8Array(0);

/** For whole texts, after each of which it begins anew. */
const utf8 = new TextDecoder("utf-8", STRICT);

function decoded(bytes: Uint8Array, decoder = utf8, options?: { stream: boolean }): string {
  try {
    return decoder.decode(bytes, options);
  } catch {
    throw notUtf8();
  }
}

function parsed(text: string, hasLongNumbers: boolean): unknown {
  if (!/\S/.test(text)) {
    throw invalidRequest("The request body is empty: send a JSON object.", null);
  }
  try {
    return hasLongNumbers ? parseExactJson(text) : JSON.parse(text);
  } catch {
    throw notJson();
  }
}

function refuse(error: unknown): never {
  throw error instanceof SyntaxError ? notJson() : notUtf8();
}

const notUtf8 = () => invalidRequest("The request body is not valid UTF-8.", null);

// The parser's own message may quote the body.
const notJson = () => invalidRequest("The request body is not valid JSON.", null);
