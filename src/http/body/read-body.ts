// Reads a request's JSON body: size, time, type and shape are bounded before anything is parsed.
import { createHash } from "node:crypto";
import { systemClock } from "../../base/clock.ts";
import { invalidRequest } from "../../base/errors.ts";
import { parseExactJson } from "../../base/exact-json.ts";
import type { Config } from "../../config/schema.ts";
import { collectBytes } from "./collect-bytes.ts";
import { assertJsonContent } from "./content-type.ts";
import { assertJsonShape } from "./json-shape.ts";

/** Up to this length a body is worked on in one turn of the event loop. */
export const ONE_TURN_BYTES = 65_536;
/** Bytes hashed or decoded in one turn: some milliseconds. */
const SLICE_BYTES = 4 * 1_048_576;

export interface BodyReading {
  limits: Config["limits"];
  /** Whether to hash the bytes. */
  hashed: boolean;
  /**
   * Told the length before more is read: the whole of it where the client says so, else what has come by now.
   * Refuses by throwing.
   */
  onLength: (bytes: number) => void;
}

export interface JsonBody {
  /** An object; nothing is known of its fields yet. */
  json: unknown;
  bodyBytes: number;
  /** SHA-256 in hex of the body as it came; null where none was asked for. */
  hash: string | null;
}

/**
 * Gives the JSON object of a request's body, which is read to its end. No message repeats any of it. A large body is
 * worked on in steps, between which others get their turn; the longest of them is the parser's.
 * @throws ApiError 413, 408 and 415 by the limits of size, time and type; 400 for a body that is empty, not UTF-8, not
 * JSON, not an object, or beyond the limits of its shape
 */
export async function readJsonBody(request: Request, reading: BodyReading): Promise<JsonBody> {
  assertJsonContent(request.headers);
  const bytes = await collectBytes(request, reading);
  const bodyBytes = bytes.byteLength;
  const pause = () => (bodyBytes > ONE_TURN_BYTES ? systemClock.nextTurn() : null);
  const hash = reading.hashed ? await hashOf(bytes, pause) : null;
  await pause();
  const json = await parse(await decode(bytes, pause), reading.limits, pause);
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw invalidRequest("The request body must be a JSON object.", null);
  }
  await pause();
  return { json, bodyBytes, hash };
}

type Pause = () => Promise<void> | null;

async function hashOf(bytes: Uint8Array, pause: Pause): Promise<string> {
  const hash = createHash("sha256");
  for (let start = 0; start < bytes.byteLength; start += SLICE_BYTES) {
    if (start > 0) await pause();
    hash.update(bytes.subarray(start, start + SLICE_BYTES));
  }
  return hash.digest("hex");
}

async function decode(bytes: Uint8Array, pause: Pause): Promise<string> {
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  try {
    for (let start = 0; start < bytes.byteLength; start += SLICE_BYTES) {
      if (start > 0) await pause();
      text += utf8.decode(bytes.subarray(start, start + SLICE_BYTES), { stream: true });
    }
    return text + utf8.decode();
  } catch {
    throw invalidRequest("The request body is not valid UTF-8.", null);
  }
}

async function parse(text: string, limits: Config["limits"], pause: Pause): Promise<unknown> {
  if (!/\S/.test(text)) {
    throw invalidRequest("The request body is empty: send a JSON object.", null);
  }
  const { hasLongNumbers } = await assertJsonShape(text, limits, async () => void (await pause()));
  await pause();
  try {
    return hasLongNumbers ? parseExactJson(text) : JSON.parse(text);
  } catch {
    // The parser's own message may quote the body.
    throw invalidRequest("The request body is not valid JSON.", null);
  }
}
