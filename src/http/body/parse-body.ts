// Makes a value of a body's bytes, once their shape is known to be bounded.
import { invalidRequest } from "../../base/errors.ts";
import { parseExactJson } from "../../base/exact-json.ts";
import { assertJsonShape, assertSmallJsonShape, type JsonLimits } from "./json-shape.ts";
import { putBack, readLongString, withoutLongStrings } from "./long-strings.ts";

/** Bytes decoded in one turn: some milliseconds. */
const SLICE_BYTES = 4 * 1_048_576;

type Pause = () => Promise<void>;

/** Parses a small body. @throws ApiError 400 for what is empty, not UTF-8, not JSON, or beyond the limits of its shape */
export function parseAtOnce(bytes: Uint8Array, limits: JsonLimits): unknown {
  const { hasLongNumbers } = assertSmallJsonShape(bytes, limits);
  return parsed(
    decoded(() => strictDecoder().decode(bytes)),
    hasLongNumbers,
  );
}

/**
 * The same for a body of any size. Its long strings are read by themselves, in pieces: what is left for the parser is
 * bounded by `jsonWeight`.
 */
export async function parseInTurns(
  bytes: Uint8Array,
  limits: JsonLimits,
  pause: Pause,
): Promise<unknown> {
  const { hasLongNumbers, longStrings } = await assertJsonShape(bytes, limits, pause);
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
  const utf8 = strictDecoder();
  let text = "";
  for (let start = 0; start < bytes.byteLength; start += SLICE_BYTES) {
    if (start > 0) await pause();
    const slice = bytes.subarray(start, start + SLICE_BYTES);
    text += decoded(() => utf8.decode(slice, { stream: true }));
  }
  return text + decoded(() => utf8.decode());
}

const strictDecoder = () => new TextDecoder("utf-8", { fatal: true });

function decoded(decode: () => string): string {
  try {
    return decode();
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
