// Takes out of a provider's message what must not reach a caller: keys, addresses and account ids.
import { isIPv6 } from "node:net";
import { redactWord } from "./redact-word.ts";

/** A longer message is cut: it would be a page of HTML or an echo of the request. */
const MAX_MESSAGE_CHARS = 2_000;
/** As much is looked at: what is replaced makes a message shorter. */
const MAX_READ_CHARS = 4 * MAX_MESSAGE_CHARS;

// Line breaks and other control characters, which have no business in a one-line message or in a
// log.
const CONTROL = /\p{Cc}+/gu;

type Replacement = string | ((match: string, ...groups: string[]) => string);

/**
 * What spans several words, in the order of use: the earlier ones hold what the later ones would cut to pieces. A
 * hostile message must cost no more than its length, so no pattern may look for its end twice: each begins at a fixed
 * text or where a run of its characters begins, and repeats only one class of characters, or a bounded number of times.
 */
const PATTERNS: readonly (readonly [RegExp, Replacement])[] = [
  [/\b(bearer|basic)\s{1,8}([\w.~+/=*-]{6,})/gi, redactBearer],
  [/\b[a-z][a-z0-9+.-]{1,15}:\/\/[^\s"'<>)\]]+/gi, "[url]"],
  [/\barn:aws[^\s"'`<>)\],]*/gi, "[id]"],
  [/(?<![\w.%+-])[\w.%+-]{1,64}@[\w-][\w.-]*\w/g, "[id]"],
  [
    /\b(password|passwd|secret|credential|access_token|api_?key|token|signature|sig)=[^\s&"'`<>]+/gi,
    "$1=[redacted]",
  ],
  // Google's resource names hold the operator's project and region.
  [/\bprojects?\/[^\s`'",]+/gi, "[id]"],
  [
    /\bproject(?:s?[ _:=]{1,2})(?:number|id)?[ :=]{0,2}(?=[a-z-]{0,30}\d)[\w-]{6,}/gi,
    "project [id]",
  ],
  [/(?<![\w.:])\[?(?:[0-9a-f]{0,4}:){2,8}[\w.:%/]{0,40}\]?(?::\d{1,5})?/gi, redactIPv6],
  [/(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?:[:/]\d{1,5})?(?![\w-])/g, "[host]"],
  // How programs say that a name was not found or does not answer; the name may be of one word.
  [/\b(ENOTFOUND|EAI_AGAIN|dial tcp:? lookup)\s{1,8}[\w.-]{1,253}(?::\d{1,5})?/g, "$1 [host]"],
  [
    /\b(ECONNREFUSED|lookup|dial tcp:?|host(?:name)?:?)(\s{1,8}['"]?)[a-z0-9](?=[a-z]{0,62}(?:[-\d]|\.\w))[\w.-]{0,252}(?::\d{1,5})?/gi,
    "$1$2[host]",
  ],
  [/\blocalhost(?::\d{1,5})?\b/gi, "[host]"],
  [/[\w*][\w*.-]*(?::\d{2,5}(?![\w.]))?/g, redactWord],
];

/** The message with every key, URL, host and account id replaced, on one line of bounded length. */
export function redact(message: string): string {
  const text = redactAll(wholeWords(message));
  return text.length > MAX_MESSAGE_CHARS ? `${text.slice(0, MAX_MESSAGE_CHARS)}…` : text;
}

/** The same for a text of any length, in time that grows with it. */
export function redactAll(text: string): string {
  let redacted = text.replace(CONTROL, " ");
  for (const [pattern, replacement] of PATTERNS) {
    // The two kinds of replacement are two overloads to the type checker.
    redacted =
      typeof replacement === "string"
        ? redacted.replace(pattern, replacement)
        : redacted.replace(pattern, replacement);
  }
  return redacted;
}

/** The beginning of a message, without a word that would be cut: half a name may not be known for one. */
function wholeWords(message: string): string {
  if (message.length <= MAX_READ_CHARS) return message;
  return message.slice(0, Math.max(0, message.lastIndexOf(" ", MAX_READ_CHARS)));
}

/** "Basic authentication" is no secret. */
function redactBearer(match: string, _scheme: string | undefined, value = ""): string {
  return /[\d*=.]/.test(value) || value.length >= 20 ? "[redacted]" : match;
}

/** A time of day has colons too, and `a::b` is a name of some programming language. */
function redactIPv6(match: string): string {
  const [, bare = match] = /^\[(.*)\](?::\d+)?$/.exec(match) ?? [];
  const address = bare
    .replace(/[.:]$/, (end) => (bare.endsWith("::") ? end : ""))
    .replace(/[%/].*$/, "");
  return isIPv6(address) && /\d/.test(address) ? "[host]" : match;
}
