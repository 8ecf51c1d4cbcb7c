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

/**
 * The events of that shape that stand whole from `at` on; null where the next is none.
 * @param maxEventChars the longest event that is taken for one, in UTF-16 units
 */
export function findRun(
  text: string,
  at: number,
  shape: PlainShape,
  maxEventChars: number,
): FoundRun | null {
  const lead = lineStart(text, at) + shape.head;
  const { tail } = shape;
  const texts: string[] = [];
  let end = at;
  while (text.startsWith(lead, end)) {
    const from = end + lead.length;
    const stop = text.indexOf(EVENT_END, from);
    const to = stop - tail.length;
    if (to <= from || !text.startsWith(tail, to) || stop - end > maxEventChars) break;
    texts.push(text.slice(from, to));
    end = stop + EVENT_END.length;
  }
  const events = texts.length;
  if (events === 0) return null;
  const joined = texts.join("\n");
  const units = unitsOf(joined);
  if (units === null) return { end, plain: null };
  shape.events += events;
  return { end, plain: { shape, texts: joined, chars: units - (events - 1) } };
}

/** Whether what stands from `at` on is the beginning of an event of that shape, as far as it has come. */
export function mayBeginPlain(text: string, at: number, shape: PlainShape): boolean {
  if (text.length - at > MAX_BEGUN_CHARS) return false;
  const lead = lineStart(text, at) + shape.head;
  const isPart = text.length - at < lead.length;
  if (isPart) return lead.startsWith(text.slice(at));
  return text.startsWith(lead, at) && !hasLineEnd(text, at + lead.length);
}

/**
 * Whether a line ends in it before its last character, which may be the first half of an event's end.
 * A plain event has no line end but that: one with others may be whole already.
 */
function hasLineEnd(text: string, from: number): boolean {
  const line = text.indexOf("\n", from);
  return (line >= 0 && line < text.length - 1) || text.indexOf("\r", from) >= 0;
}

/** The space behind the colon may be left out, and some providers do. */
const lineStart = (text: string, at: number): string =>
  text.charCodeAt(at + 5) === SPACE ? "data: " : "data:";

const SPACE = 0x20;
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
