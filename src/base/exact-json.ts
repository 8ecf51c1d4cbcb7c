// JSON with whole numbers to the last digit: what a double would round keeps its source text.

/** What the engine has beyond the types that TypeScript ships: the source text of a number, and a number from text. */
interface JsonWithSource {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context?: { source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
  isRawJSON(value: unknown): boolean;
}

const json = JSON as typeof JSON & JsonWithSource;

/** 2^53 has 16 digits: a text without such a run has no number to keep, and is parsed the usual way. */
const LONG_DIGITS = /\d{16}/;

const WHOLE = /^-?\d+$/;

/**
 * Parses JSON as `JSON.parse` does, but for whole numbers beyond 2^53 (ids of 19 digits, bounds of 64-bit integers):
 * each becomes an opaque value that `JSON.stringify` writes as it was read. {@link isExactNumber} tells them.
 * @throws SyntaxError when the text is no JSON
 */
export function parseExactJson(text: string): unknown {
  return LONG_DIGITS.test(text) ? json.parse(text, keepSource) : JSON.parse(text);
}

/** Whether this stands for a whole number that a double cannot hold. It is an object without a prototype. */
export function isExactNumber(value: unknown): boolean {
  return json.isRawJSON(value);
}

/** Reading a number takes the square of its length, and whoever asks has a bound of far fewer digits. */
const MAX_DIGITS = 64;

/** The value of such a number, of an endless one that of its first digits; null for any other value. */
export function exactInteger(value: unknown): bigint | null {
  return isExactNumber(value) ? BigInt(JSON.stringify(value).slice(0, MAX_DIGITS)) : null;
}

function keepSource(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? "";
  return WHOLE.test(source) ? json.rawJSON(source) : value;
}
