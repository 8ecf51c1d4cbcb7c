// When a provider says to come back: the three spellings of Retry-After, in milliseconds.
import { asObject, isObject, type JsonObject } from "./json.ts";

/**
 * The longest wait that is passed on, in milliseconds. openai-node honours 0 to 60 s and falls back
 * to its own short pauses beyond that; openai-python does not retry at all above 120 s. A minute
 * serves both.
 */
export const RETRY_AFTER_CAP_MS = 60_000;

/**
 * Reads `retry-after-ms`, then `retry-after` in seconds or as an HTTP date, then Google's
 * `RetryInfo` detail of the error. Capped at {@link RETRY_AFTER_CAP_MS}; undefined when nothing
 * readable was given.
 * @param nowMs the wall clock, as a date is compared with it
 */
export function retryAfterMs(
  headers: Headers,
  error: JsonObject,
  nowMs: number,
): number | undefined {
  const found =
    number(headers.get("retry-after-ms"), 1) ??
    number(headers.get("retry-after"), 1_000) ??
    dateMs(headers.get("retry-after"), nowMs) ??
    googleDelayMs(error);
  return found === undefined ? undefined : Math.min(Math.ceil(found), RETRY_AFTER_CAP_MS);
}

function number(text: string | null, unitMs: number): number | undefined {
  return text !== null && /^\s*\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) * unitMs : undefined;
}

function dateMs(text: string | null, nowMs: number): number | undefined {
  // `Date.parse` reads nearly anything, "-5" included: a date of HTTP names its month.
  const at = text !== null && /[A-Za-z]{3}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

/** `{"details":[{"@type":"…RetryInfo","retryDelay":"17s"}]}` in an error of Google's. */
function googleDelayMs(error: JsonObject): number | undefined {
  const details = Array.isArray(error.details) ? error.details : [];
  const info = details.find((detail) => isObject(detail) && typeof detail.retryDelay === "string");
  return number(String(asObject(info).retryDelay ?? "").replace(/s$/, ""), 1_000);
}
