// Reads a request's JSON body: size, time, type and shape are bounded before anything is parsed.
import { invalidRequest } from "../../base/errors.ts";
import { parseExactJson } from "../../base/exact-json.ts";
import type { Config } from "../../config/schema.ts";
import { collectBytes } from "./collect-bytes.ts";
import { assertJsonContent } from "./content-type.ts";
import { assertJsonDepth } from "./json-depth.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

export interface JsonBody {
  /** An object; nothing is known of its fields yet. */
  json: unknown;
  /** The body as it came. */
  bytes: Uint8Array;
}

/**
 * Gives the JSON object of a request's body, which is read to its end. No message repeats any of
 * it.
 * @throws ApiError 413, 408 and 415 by the limits of size, time and type; 400 for a body that is
 * empty, not UTF-8, not JSON, not an object, nested deeper than `limits.jsonDepth`, or has more
 * values than MAX_JSON_VALUES.
 */
export async function readJsonBody(request: Request, limits: Config["limits"]): Promise<JsonBody> {
  assertJsonContent(request.headers);
  const bytes = await collectBytes(request, limits);
  const text = decode(bytes);
  if (text.trim() === "") {
    throw invalidRequest("The request body is empty: send a JSON object.", null);
  }
  assertJsonDepth(text, limits.jsonDepth);
  const json = parse(text);
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw invalidRequest("The request body must be a JSON object.", null);
  }
  return { json, bytes };
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw invalidRequest("The request body is not valid UTF-8.", null);
  }
}

function parse(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    // The parser's own message may quote the body.
    throw invalidRequest("The request body is not valid JSON.", null);
  }
}
