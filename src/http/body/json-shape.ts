// Bounds the shape of JSON before it is parsed: the parser itself knows no limit and cannot be interrupted.
import { type ApiError, invalidRequest } from "../../base/errors.ts";
import type { Config } from "../../config/schema.ts";

export type JsonLimits = Pick<
  Config["limits"],
  "jsonDepth" | "jsonFields" | "jsonItems" | "jsonWeight"
>;

/**
 * What reading a text costs, by and large in nanoseconds: a short string is copied whole, an escape ends a run that could
 * be copied, a value is an allocation and a check, and outside of strings each character is looked at by itself.
 */
const SHORT_CHAR_WEIGHT = 2;
const ESCAPE_WEIGHT = 32;
const VALUE_WEIGHT = 512;
const OUTER_CHAR_WEIGHT = 4;
/** Both are many times as dear as others: a number that is kept as text, and a field whose name is an index of an array. */
const LONG_NUMBER_WEIGHT = 512;
const NUMBER_NAME_WEIGHT = 2_048;

/** Weight after which others get their turn: about a millisecond, and more before the scan is compiled. */
const SLICE_WEIGHT = 1_048_576;

/** 2^53 has 16 digits: where a number has as many, all are parsed with care, which costs a look at each. */
const LONG_DIGITS = 16;

/** Of a body that takes turns, a longer string is read in pieces, apart from the rest: no turn is as long as the string. */
const LONG_STRING_BYTES = 16_384;

/** Bytes up to which a string's next quote or backslash is looked for by hand: calling for help takes longer. */
const NEAR_BYTES = 64;

/** Of one number. The longest double has some 770 digits, and reading more of them takes its time for nothing. */
const MAX_DIGITS = 1_024;

/** No field that a message names is longer. */
const MAX_FIELD_CHARS = 64;

const ZERO = 0x30;
const NINE = 0x39;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Where a long string is in a text, without its quotes. */
export interface LongString {
  start: number;
  end: number;
}

export interface JsonShape {
  weight: number;
  /** Whether a number in it may have more digits than a double holds. */
  hasLongNumbers: boolean;
  /** In the order of the text. */
  longStrings: readonly LongString[];
}

/**
 * Checks that a JSON text nests at most `jsonDepth` objects and arrays (`{}` is 1 deep), that no object has more than
 * `jsonFields` members, no array more than `jsonItems` and no number more than {@link MAX_DIGITS} digits, that no field's
 * name is a long string, and that all of it weighs at most `jsonWeight`, where the plain characters of long strings weigh
 * nothing. One pass without recursion, in slices. Text that is not JSON passes: the parser stops where this stops counting.
 * @param bytes the text in UTF-8
 * @param pause waited for between two slices; small texts have one
 * @throws ApiError 400, which names the body's field at fault where it has a plain name
 */
export async function assertJsonShape(
  bytes: Uint8Array,
  limits: JsonLimits,
  pause: () => Promise<void>,
): Promise<JsonShape> {
  const scan = new JsonScan(bytes, limits);
  while (!scan.slice()) await pause();
  return scan;
}

/** The check as steps, for who decides by the first whether there will be others. */
export class JsonScan implements JsonShape {
  weight = 0;
  hasLongNumbers = false;
  readonly longStrings: LongString[] = [];
  #index = 0;
  #depth = 0;
  /** Those that followed each other until here. */
  #digits = 0;
  /** Whether a string has begun and not ended, and where it began. */
  #inString = false;
  #stringStart = 0;
  /** Whether the last string that ended was a long one. */
  #wasLong = false;
  /** Where the next quote and the next backslash are, once they have been looked for: each is found once. */
  #quote = -1;
  #backslash = -1;
  /** The name of the body's field that is being read, as a place. */
  #fieldStart = 0;
  #fieldEnd = 0;
  readonly #bytes: Uint8Array;
  readonly #limits: JsonLimits;
  /** Of what is open, by its depth. Arrays that grow as it does: most texts are few levels deep. */
  readonly #members: number[] = [];
  readonly #isObject: boolean[] = [];

  constructor(bytes: Uint8Array, limits: JsonLimits) {
    this.#bytes = bytes;
    this.#limits = limits;
  }

  /** Reads on for one slice, of about a millisecond; true when the text is read. @throws ApiError 400 */
  slice(): boolean {
    const bytes = this.#bytes;
    const limits = this.#limits;
    const { length } = bytes;
    let index = this.#index;
    let weight = this.weight;
    let digits = this.#digits;
    const until = Math.min(limits.jsonWeight, weight + SLICE_WEIGHT);
    while (index < length && weight <= until) {
      if (this.#inString) {
        weight += this.#readString(index, until - weight);
        index = this.#index;
        continue;
      }
      const code = bytes[index] as number;
      index += 1;
      weight += OUTER_CHAR_WEIGHT;
      digits = isDigit(code) ? digits + 1 : 0;
      if (digits >= LONG_DIGITS) {
        this.hasLongNumbers = true;
        if (digits === LONG_DIGITS) weight += LONG_NUMBER_WEIGHT;
        if (digits > MAX_DIGITS) throw tooLong(this.#field());
      }
      if (code === QUOTE) {
        this.#inString = true;
        this.#stringStart = index;
      } else if (code === COLON) {
        if (this.#wasLong) throw tooLongName();
        if (isDigit(bytes[this.#stringStart] as number)) weight += NUMBER_NAME_WEIGHT;
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
    this.weight = weight;
    this.#digits = digits;
    return index >= length;
  }

  #open(isObject: boolean): void {
    this.#depth += 1;
    const depth = this.#depth;
    if (depth > this.#limits.jsonDepth) throw tooDeep(this.#limits.jsonDepth, this.#field());
    this.#members[depth] = 1;
    this.#isObject[depth] = isObject;
  }

  #nextMember(): void {
    const depth = this.#depth;
    const members = (this.#members[depth] ?? 0) + 1;
    this.#members[depth] = members;
    const isObject = this.#isObject[depth] === true;
    const max = isObject ? this.#limits.jsonFields : this.#limits.jsonItems;
    if (depth > 0 && members > max)
      throw tooMany(isObject, max, depth === 1 ? null : this.#field());
  }

  /**
   * Reads on in a string from `start`: leaves #index after its closing quote, at the text's end, or where what was read
   * weighs `maxWeight`. Returns the weight.
   */
  #readString(start: number, maxWeight: number): number {
    const bytes = this.#bytes;
    let from = start;
    let weight = 0;
    while (weight <= maxWeight && from < bytes.length) {
      const next = this.#endOfRun(from);
      from = next + 1;
      if (bytes[next] === QUOTE) {
        this.#inString = false;
        weight += this.#endString(next);
        break;
      }
      // What follows a backslash ends no string.
      from += 1;
      weight += ESCAPE_WEIGHT;
    }
    this.#index = Math.min(from, bytes.length);
    return weight;
  }

  /** Where the next quote or backslash is; the text's end without one. */
  #endOfRun(from: number): number {
    const bytes = this.#bytes;
    const near = Math.min(from + NEAR_BYTES, bytes.length);
    for (let index = from; index < near; index++) {
      if (bytes[index] === QUOTE || bytes[index] === BACKSLASH) return index;
    }
    if (this.#quote < near) this.#quote = indexOrEnd(bytes, QUOTE, near);
    if (this.#backslash < near) this.#backslash = indexOrEnd(bytes, BACKSLASH, near);
    return Math.min(this.#quote, this.#backslash);
  }

  /** Notes the string that ends here; gives the weight of its plain characters. */
  #endString(end: number): number {
    const start = this.#stringStart;
    if (this.#depth === 1) {
      this.#fieldStart = start;
      this.#fieldEnd = end;
    }
    this.#wasLong = end - start > LONG_STRING_BYTES;
    if (!this.#wasLong) return SHORT_CHAR_WEIGHT * (end + 1 - start);
    this.longStrings.push({ start, end });
    return 0;
  }
  /** The name of the body's field that is being read; null where it could be anything but a name. */
  #field(): string | null {
    const end = Math.min(this.#fieldEnd, this.#fieldStart + MAX_FIELD_CHARS);
    const name = Buffer.from(this.#bytes.subarray(this.#fieldStart, end)).toString("latin1");
    return /^[a-z][a-z_]{0,40}$/.test(name) ? name : null;
  }
}

const isDigit = (code: number): boolean => code >= ZERO && code <= NINE;

function indexOrEnd(bytes: Uint8Array, code: number, from: number): number {
  const index = bytes.indexOf(code, from);
  return index === -1 ? bytes.length : index;
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

const tooLongName = (): ApiError =>
  invalidRequest(
    `The request body has a field whose name is longer than ${LONG_STRING_BYTES} bytes.`,
    null,
  );

const tooHeavy = (param: string | null): ApiError =>
  invalidRequest(
    `${where(param)} takes too much work to read: it has too many values, escaped characters or blanks.`,
    param,
  );
