// How far the JSON text of a tool call's arguments has come, from pieces in any cut.

/** Follows brackets and strings only: enough to tell a whole object from one that was cut off. */
export class JsonProgress {
  #depth = 0;
  #inString = false;
  #escaped = false;
  #started = false;
  #length = 0;
  #hash = 0;

  /** Nothing but space has come. */
  get isEmpty(): boolean {
    return !this.#started;
  }

  /** Every bracket and string that was opened is closed. */
  get isWhole(): boolean {
    return this.#started && this.#depth <= 0 && !this.#inString;
  }

  /** Something has come, and something is visibly missing. */
  get isCut(): boolean {
    return this.#started && !this.isWhole;
  }

  /** The same text, but for a chance of one in billions: texts are not kept. */
  equals(other: JsonProgress): boolean {
    return this.#length === other.#length && this.#hash === other.#hash;
  }

  add(text: string): this {
    this.#length += text.length;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      this.#hash = Math.imul(this.#hash ^ unit, FNV_PRIME);
      this.#addUnit(unit);
    }
    return this;
  }

  #addUnit(unit: number): void {
    this.#started ||= unit > SPACE;
    if (this.#escaped) {
      this.#escaped = false;
    } else if (this.#inString) {
      this.#escaped = unit === BACKSLASH;
      this.#inString = unit !== QUOTE;
    } else if (unit === QUOTE) {
      this.#inString = true;
    } else if (unit === OPEN_BRACE || unit === OPEN_BRACKET) {
      this.#depth++;
    } else if (unit === CLOSE_BRACE || unit === CLOSE_BRACKET) {
      this.#depth--;
    }
  }
}

const FNV_PRIME = 0x01000193;
const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
