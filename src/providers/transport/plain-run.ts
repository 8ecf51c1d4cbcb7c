// Finds the events of one shape in a stream's text by comparing, which costs a fraction of parsing them.
import type { PlainRun, PlainShape } from "../protocol.ts";

/** What ends an event, where lines end as they do nearly everywhere. */
export const EVENT_END = "\n\n";

/** The longest beginning of a plain event that is kept until the rest of it comes, in UTF-16 units. */
const MAX_BEGUN_CHARS = 16_384;

/** Events that stand where a run was looked for, and nothing but such. */
export interface FoundRun {
  /** Where the last of them ends in the text. */
  end: number;
  /** Null where some text is no JSON: then they are not what they look like. */
  plain: PlainRun | null;
}

/** Finds the plain events of one stream. */
export class RunFinder {
  readonly #maxEventChars: number;
  /** What an event begins with, made once for each shape and way to write a line. */
  #lead = "";
  #shape: PlainShape | null = null;
  #isSpaced = false;

  /** @param maxEventChars the longest event that is taken for one, in UTF-16 units */
  constructor(maxEventChars: number) {
    this.#maxEventChars = maxEventChars;
  }

  /** The events of that shape that stand whole from `at` on; null where the next is none. */
  find(text: string, at: number, shape: PlainShape): FoundRun | null {
    const lead = this.#leadAt(text, at, shape);
    const { tail } = shape;
    const texts: string[] = [];
    let end = at;
    while (text.startsWith(lead, end)) {
      const from = end + lead.length;
      // A plain event is one line: one that goes on behind its first is another kind.
      const lineEnd = text.indexOf("\n", from);
      const to = lineEnd - tail.length;
      const isWhole = to > from && text.charCodeAt(lineEnd + 1) === LINE_END;
      if (!isWhole || !text.startsWith(tail, to) || lineEnd - end > this.#maxEventChars) break;
      texts.push(text.slice(from, to));
      end = lineEnd + EVENT_END.length;
    }
    return texts.length === 0 ? null : { end, plain: runOf(shape, texts) };
  }

  /** Whether what stands from `at` on is the beginning of an event of that shape, as far as it has come. */
  mayBegin(text: string, at: number, shape: PlainShape): boolean {
    if (text.length - at > MAX_BEGUN_CHARS) return false;
    const lead = this.#leadAt(text, at, shape);
    const isPart = text.length - at < lead.length;
    if (isPart) return lead.startsWith(text.slice(at));
    return text.startsWith(lead, at) && !hasLineEnd(text, at + lead.length);
  }

  /** The space behind the colon may be left out, and some providers do. */
  #leadAt(text: string, at: number, shape: PlainShape): string {
    const isSpaced = text.charCodeAt(at + LINE_NAME.length) === SPACE;
    if (shape !== this.#shape || isSpaced !== this.#isSpaced) {
      this.#shape = shape;
      this.#isSpaced = isSpaced;
      this.#lead = (isSpaced ? `${LINE_NAME} ` : LINE_NAME) + shape.head;
    }
    return this.#lead;
  }
}

/** Null where some text is no JSON. */
function runOf(shape: PlainShape, texts: readonly string[]): PlainRun | null {
  const events = texts.length;
  const joined = texts.join("\n");
  const units = unitsOf(joined);
  if (units === null) return null;
  shape.events += events;
  return { shape, texts: joined, chars: units - (events - 1) };
}

/**
 * Whether a line ends in it before its last character, which may be the first half of an event's end.
 * A plain event has no line end but that: one with others may be whole already.
 */
function hasLineEnd(text: string, from: number): boolean {
  const line = text.indexOf("\n", from);
  return (line >= 0 && line < text.length - 1) || text.indexOf("\r", from) >= 0;
}

const LINE_NAME = "data:";
const SPACE = 0x20;
const LINE_END = 0x0a;
const ESCAPES = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/g;
/** What no JSON string has unescaped; a line end stands between two. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSOUND = /["\\\x00-\x09\x0b-\x1f]/;

/** The length of what JSON strings stand for, line ends between them included; null where one is none. */
function unitsOf(texts: string): number | null {
  // Each escape stands for one unit.
  const plain = texts.includes("\\") ? texts.replace(ESCAPES, "x") : texts;
  return UNSOUND.test(plain) ? null : plain.length;
}
