// Bounds the shape of JSON before it is parsed: the parser itself knows no limit and cannot be interrupted.
import { type ApiError, invalidRequest } from "../../base/errors.ts";
import type { Config } from "../../config/schema.ts";

export type JsonLimits = Pick<
  Config["limits"],
  "jsonDepth" | "jsonFields" | "jsonItems" | "jsonWeight"
>;

/**
 * What reading a text costs, in the time of one plain character of a string (about a nanosecond): an escape ends a
 * run that could be copied whole, a value is an allocation and a check, and outside of strings each character is
 * looked at by itself.
 */
const ESCAPE_WEIGHT = 32;
const VALUE_WEIGHT = 512;
const OUTER_CHAR_WEIGHT = 4;

/** Weight after which others get their turn: about a millisecond, and more before the scan is compiled. */
const SLICE_WEIGHT = 1_048_576;

/** 2^53 has 16 digits: where a number has as many, all are parsed with care, which costs a look at each. */
const LONG_DIGITS = 16;

/** Of one number. The longest double has some 770 digits, and reading more of them takes its time for nothing. */
const MAX_DIGITS = 1_024;

const ZERO = 0x30;
const NINE = 0x39;
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Checks that a JSON text nests at most `jsonDepth` objects and arrays (`{}` is 1 deep), that no object has more than
 * `jsonFields` members, no array more than `jsonItems` and no number more than {@link MAX_DIGITS} digits, and that all of
 * it weighs at most `jsonWeight`. One pass
 * without recursion, in slices. Text that is not JSON passes: the parser stops where this stops counting.
 * @param pause waited for between two slices; small texts have one
 * @returns what it weighs, and whether a number in it may have more digits than a double holds
 * @throws ApiError 400, which names the body's field at fault where it has a plain name
 */
export async function assertJsonShape(
  text: string,
  limits: JsonLimits,
  pause: () => Promise<void>,
): Promise<{ weight: number; hasLongNumbers: boolean }> {
  const scan = new Scan(text, limits);
  while (!scan.slice()) await pause();
  const { weight, hasLongNumbers } = scan;
  return { weight, hasLongNumbers };
}

class Scan {
  #index = 0;
  #depth = 0;
  #weight = 0;
  /** Those that followed each other until here. */
  #digits = 0;
  #hasLongNumbers = false;
  /** Whether a string has begun and not ended, and where it began. */
  #inString = false;
  #stringStart = 0;
  /** Where the next quote and the next backslash are, once they have been looked for: each is found once. */
  #quote = -1;
  #backslash = -1;
  /** The body's field that is being read, as the place of its name. */
  #fieldStart = 0;
  #fieldEnd = 0;
  readonly #text: string;
  readonly #limits: JsonLimits;
  readonly #members: Uint32Array;
  readonly #isObject: Uint8Array;

  constructor(text: string, limits: JsonLimits) {
    this.#text = text;
    this.#limits = limits;
    this.#members = new Uint32Array(limits.jsonDepth + 1);
    this.#isObject = new Uint8Array(limits.jsonDepth + 1);
  }

  /** Of what has been read so far. */
  get weight(): number {
    return this.#weight;
  }

  get hasLongNumbers(): boolean {
    return this.#hasLongNumbers;
  }

  /** Reads on for one slice; true when the text is read. */
  slice(): boolean {
    const text = this.#text;
    const limits = this.#limits;
    let index = this.#index;
    let weight = this.#weight;
    let digits = this.#digits;
    const until = Math.min(limits.jsonWeight, weight + SLICE_WEIGHT);
    while (index < text.length && weight <= until) {
      if (this.#inString) {
        weight += this.#readString(index, until - weight);
        index = this.#index;
        if (!this.#inString && this.#depth === 1) this.#noteField(this.#stringStart, index - 1);
        continue;
      }
      const code = text.charCodeAt(index);
      index += 1;
      weight += OUTER_CHAR_WEIGHT;
      digits = code >= ZERO && code <= NINE ? digits + 1 : 0;
      if (digits >= LONG_DIGITS) {
        this.#hasLongNumbers = true;
        if (digits > MAX_DIGITS) throw tooLong(this.#field());
      }
      if (code === QUOTE) {
        this.#inString = true;
        this.#stringStart = index;
      } else if (code === COMMA) {
        weight += VALUE_WEIGHT;
        this.#nextMember();
      } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
        weight += VALUE_WEIGHT;
        this.#open(code === OPEN_BRACE);
      } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
        this.#depth -= 1;
        // More closed than opened is no JSON; the parser gets no further than this either.
        if (this.#depth < 0) return true;
      }
    }
    if (weight > limits.jsonWeight) throw tooHeavy(this.#field());
    this.#index = index;
    this.#weight = weight;
    this.#digits = digits;
    return index >= text.length;
  }

  #open(isObject: boolean): void {
    this.#depth += 1;
    const depth = this.#depth;
    if (depth > this.#limits.jsonDepth) throw tooDeep(this.#limits.jsonDepth, this.#field());
    this.#members[depth] = 1;
    this.#isObject[depth] = isObject ? 1 : 0;
  }

  #nextMember(): void {
    const depth = this.#depth;
    const members = (this.#members[depth] ?? 0) + 1;
    this.#members[depth] = members;
    const isObject = this.#isObject[depth] === 1;
    const max = isObject ? this.#limits.jsonFields : this.#limits.jsonItems;
    if (depth > 0 && members > max)
      throw tooMany(isObject, max, depth === 1 ? null : this.#field());
  }

  /**
   * Reads on in a string from `start`: leaves #index after its closing quote, at the text's end, or where what was read
   * weighs `maxWeight`. Gives the weight.
   */
  #readString(start: number, maxWeight: number): number {
    const text = this.#text;
    let from = start;
    let escapes = 0;
    while (escapes * ESCAPE_WEIGHT <= maxWeight) {
      if (this.#quote < from) this.#quote = indexOrEnd(text, '"', from);
      if (this.#backslash < from) this.#backslash = indexOrEnd(text, "\\", from);
      if (this.#quote <= this.#backslash) {
        this.#inString = false;
        from = this.#quote + 1;
        break;
      }
      escapes += 1;
      from = this.#backslash + 2;
    }
    this.#index = Math.min(from, text.length);
    return this.#index - start + escapes * ESCAPE_WEIGHT;
  }

  #noteField(start: number, end: number): void {
    this.#fieldStart = start;
    this.#fieldEnd = end;
  }

  /** The name of the body's field that is being read; null where it could be anything but a name. */
  #field(): string | null {
    const name = this.#text.slice(
      this.#fieldStart,
      Math.min(this.#fieldEnd, this.#fieldStart + 64),
    );
    return /^[a-z][a-z_]{0,40}$/.test(name) ? name : null;
  }
}

function indexOrEnd(text: string, what: string, from: number): number {
  const index = text.indexOf(what, from);
  return index === -1 ? text.length : index;
}

const where = (param: string | null): string =>
  param === null ? "The request body" : `'${param}'`;

const tooDeep = (max: number, param: string | null): ApiError =>
  invalidRequest(`${where(param)} is nested too deeply: at most ${max} levels.`, param);

const tooMany = (isObject: boolean, max: number, param: string | null): ApiError =>
  invalidRequest(
    isObject
      ? `${where(param)} has an object with too many fields: at most ${max}.`
      : `${where(param)} has an array with too many items: at most ${max}.`,
    param,
  );

const tooLong = (param: string | null): ApiError =>
  invalidRequest(`${where(param)} has a number with more than ${MAX_DIGITS} digits.`, param);

const tooHeavy = (param: string | null): ApiError =>
  invalidRequest(
    `${where(param)} takes too much work to read: it has too many values, escaped characters or blanks.`,
    param,
  );
