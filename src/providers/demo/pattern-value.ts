// Makes a string that a regular expression matches, from its tokens. Of it only classes of characters are run.
import ret, { reconstruct, types } from "ret";

type Root = ReturnType<typeof ret>;
type Token = NonNullable<Root["stack"]>[number];

/** Expressions longer than this are not read, and strings longer than this are not made. */
const PATTERN_MAX = 500;
const LENGTH_MAX = 10_000;
/** Classes and codes that the tokens do not tell from letters. */
const UNREADABLE = /\\(?:[pPk]|u(?![\dA-F]{4})|x(?![\dA-F]{2}))/;
/** Of a set the first of these that it has. */
const LIKED = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890 -_.,:/@#+"];

/**
 * A string of that length in characters; undefined where the expression cannot be read, or none was
 * found. Anchors are taken to stand at the ends, and what must not follow not to follow.
 */
export function patternValue(pattern: string, least: number, most: number): string | undefined {
  if (pattern.length > PATTERN_MAX || UNREADABLE.test(pattern)) return undefined;
  const filled = pattern.endsWith("$") ? 0 : least;
  try {
    const root = ret(pattern);
    const texts = [1, 0, 3, 9, 30, least >> 1, least - 1, least]
      .values()
      .map((times) => render(root, times).padEnd(filled, "x"));
    return texts.find((text) => text.length >= least && text.length <= most);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** @param times how often to repeat what may be repeated so often */
function render(token: Root | Token, times: number): string {
  switch (token.type) {
    case types.CHAR:
      return String.fromCharCode(token.value);
    case types.SET:
      return characterOf(reconstruct(token));
    case types.REPETITION: {
      const count = Math.min(Math.max(token.min, times), token.max);
      const once = count > 0 ? render(token.value, times) : "";
      if (once.length * count > LENGTH_MAX) throw new SyntaxError("too long");
      return once === "" ? "" : once.repeat(count);
    }
    case types.REFERENCE:
      throw new SyntaxError("a reference to a group");
    case types.POSITION:
      return "";
    default:
      if ("notFollowedBy" in token) return "";
      if ("followedBy" in token) throw new SyntaxError("what has to follow is not worked out");
      return (token.options?.[0] ?? token.stack ?? [])
        .map((inner) => render(inner, times))
        .join("");
  }
}

/** One of a class such as `[^а-я]`: a common one, or else one that stands in its text. */
function characterOf(text: string): string {
  const matcher = new RegExp(text);
  const character = [...LIKED, ...text].find((one) => matcher.test(one));
  if (character === undefined) throw new SyntaxError("a set of unusual characters");
  return character;
}
