// Reads a request's JSON body: size, time, type and shape are bounded before anything is parsed.
import { createHash } from "node:crypto";
import { systemClock } from "../../base/clock.ts";
import { invalidRequest } from "../../base/errors.ts";
import type { Config } from "../../config/schema.ts";
import { collectBytes } from "./collect-bytes.ts";
import { assertJsonContent } from "./content-type.ts";
import { parseBody } from "./parse-body.ts";

/** Bytes hashed in one turn: some milliseconds. */
const SLICE_BYTES = 4 * 1_048_576;

export interface BodyReading {
  limits: Config["limits"];
  /** Whether to hash the bytes. */
  hashed: boolean;
  /**
   * Told the length before more is read: the whole of it where the client says so, else what has come by now.
   * Refuses by throwing.
   */
  onLength: (bytes: number) => void | Promise<void>;
}

export interface JsonBody {
  /** An object; nothing is known of its fields yet. */
  json: unknown;
  bodyBytes: number;
  /** Whether work on all of it takes longer than one turn of the event loop should. */
  takesTurns: boolean;
  /** SHA-256 in hex of the body as it came; null where none was asked for. */
  hash: string | null;
}

/**
 * Returns the JSON object of a request's body, which is read to its end. No message repeats any of it. A large body is
 * worked on in steps, between which others get their turn.
 * @throws ApiError 413, 408 and 415 by the limits of size, time and type; 400 for a body that is empty, not UTF-8, not
 * JSON, not an object, or beyond the limits of its shape
 */
export async function readJsonBody(request: Request, reading: BodyReading): Promise<JsonBody> {
  assertJsonContent(request.headers);
  const bytes = await collectBytes(request, reading);
  const bodyBytes = bytes.byteLength;
  const { hashed, limits } = reading;
  const hash = hashed ? await hashOf(bytes) : null;
  const parsing = parseBody(bytes, limits, nextTurn);
  const takesTurns = parsing instanceof Promise;
  const json = takesTurns ? await parsing : parsing;
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw invalidRequest("The request body must be a JSON object.", null);
  }
  return { json, bodyBytes, takesTurns, hash };
}

const { nextTurn } = systemClock;

function hashOf(bytes: Uint8Array): string | Promise<string> {
  if (bytes.byteLength > SLICE_BYTES) return hashInTurns(bytes);
  return createHash("sha256").update(bytes).digest("hex");
}

async function hashInTurns(bytes: Uint8Array): Promise<string> {
  const hash = createHash("sha256");
  for (let start = 0; start < bytes.byteLength; start += SLICE_BYTES) {
    hash.update(bytes.subarray(start, start + SLICE_BYTES));
    await nextTurn();
  }
  return hash.digest("hex");
}
