// Makes a string that a regular expression matches, from its tokens: it is never run.
import ret, { types } from "ret";

type Token = ReturnType<typeof ret>["stack"] extends (infer Part)[] | undefined ? Part : never;
type CharacterSet = Extract<Token, { type: types.SET }>;

/** Expressions longer than this are not read, and strings longer than this are not made. */
const PATTERN_MAX = 1_000;
const LENGTH_MAX = 10_000;

/** Of a set the first of these that it has. */
const CHARACTERS = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890 -_.,:/@#+"];

/** Classes of Unicode, which the tokens do not tell from letters. */
const UNREADABLE = /\\[pPk]/;

class UnreadableError extends Error {
  override readonly name = "UnreadableError";
}

/**
 * A matching string within the limits in characters, or null where the expression or the limits are
 * too much.
 */
export function patternValue(pattern: string, least: number, most: number): string | null {
  if (pattern.length > PATTERN_MAX || UNREADABLE.test(pattern)) return null;
  try {
    return lengthen(firstChoice(ret(pattern)), least, most);
  } catch (error) {
    if (error instanceof UnreadableError || error instanceof SyntaxError) return null;
    throw error;
  }
}

const firstChoice = ({ options, stack }: Pick<ReturnType<typeof ret>, "options" | "stack">) =>
  options?.[0] ?? stack ?? [];

/** Repeats what may be repeated until the string is long enough; an open end is filled instead. */
function lengthen(tokens: readonly Token[], least: number, most: number): string | null {
  const isClosed = isAnchor(tokens.at(-1), "$");
  const inner = tokens.slice(isAnchor(tokens[0], "^") ? 1 : 0, isClosed ? -1 : undefined);
  for (const extra of [0, 1, 2, 4, 8, 16, least]) {
    const made = render(inner, extra);
    const text = isClosed ? made : made.padEnd(Math.min(least, LENGTH_MAX), "x");
    if (text.length >= least && text.length <= most) return text;
  }
  return null;
}

const isAnchor = (token: Token | undefined, value: string) =>
  token?.type === types.POSITION && token.value === value;

/** @param extra added to the times of each repetition that is open to it */
function render(tokens: readonly Token[], extra: number): string {
  return tokens.map((token) => renderOne(token, extra)).join("");
}

function renderOne(token: Token, extra: number): string {
  switch (token.type) {
    case types.CHAR:
      return String.fromCodePoint(token.value);
    case types.SET:
      return characterOf(token);
    case types.GROUP:
      // What is looked ahead or behind for, or must not follow, has no place of its own.
      if (token.followedBy || token.notFollowedBy || token.lookBehind) throw new UnreadableError();
      return render(firstChoice(token), extra);
    case types.REPETITION: {
      // `*` and `?` once where allowed: an example reads better than nothing.
      const times = Math.min(Math.max(token.min, 1) + extra, token.max ?? Infinity);
      const once = times === 0 ? "" : renderOne(token.value, 0);
      if (once.length * times > LENGTH_MAX) throw new UnreadableError();
      return once === "" ? "" : once.repeat(times);
    }
    default:
      throw new UnreadableError();
  }
}

function characterOf(set: CharacterSet): string {
  const known = CHARACTERS.find((character) => hasCode(set, character.charCodeAt(0)));
  const first = set.set[0];
  if (known !== undefined) return known;
  if (set.not || first === undefined || first.type === types.SET) throw new UnreadableError();
  return String.fromCodePoint(first.type === types.CHAR ? first.value : first.from);
}

function hasCode({ set, not }: CharacterSet, code: number): boolean {
  const isListed = set.some((part) => {
    if (part.type === types.SET) return hasCode(part, code);
    return part.type === types.CHAR ? part.value === code : part.from <= code && code <= part.to;
  });
  return isListed !== not;
}
