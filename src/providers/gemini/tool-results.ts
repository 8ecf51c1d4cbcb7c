// A tool's result as the object that Gemini wants.
import { isObject, type JsonObject, parseJson } from "../shared/json.ts";

/** The reserved key, written plainly or with JSON's escape for `$`. */
const REFERENCE = /"(?:\$|\\u0024)ref"/;

/** Of all results of a request, in characters: reading more as JSON would hold up everything else. */
const MAX_READ_CHARS = 1_048_576;

/** Returns a reader of one request's results, in their order. */
export function createResultReader(): (text: string) => JsonObject {
  let left = MAX_READ_CHARS;
  return (text) => {
    left -= text.length;
    return left < 0 ? { output: text } : responseObject(text);
  };
}

/**
 * Gemini reads `output` and `error` as the whole result, and `$ref` as a reference to a part of the
 * message: a result in which these words may mean something else, and everything that is no JSON
 * object, is handed over within `output`.
 */
function responseObject(text: string): JsonObject {
  const structured = /^\s*[{[]/.test(text) && !REFERENCE.test(text);
  const value = structured ? parseJson(text) : undefined;
  if (value === undefined) {
    return { output: text };
  }
  const plain = isObject(value) && !("output" in value) && !("error" in value);
  const sole = isObject(value) && Object.keys(value).length === 1;
  return isObject(value) && (plain || sole) ? value : { output: value };
}
