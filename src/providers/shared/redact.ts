// Takes out of a provider's message what must not reach a caller: keys, addresses and account ids.

/** A longer message is cut: it would be a page of HTML or an echo of the request. */
const MAX_MESSAGE_CHARS = 2_000;

const TOP_LEVEL = "com|net|org|io|ai|dev|cloud|xyz|app|internal|local|lan|eu|cn";
const HOST_NAME = new RegExp(`\\b(?:[a-z0-9-]+\\.)+(?:${TOP_LEVEL})\\b(?::\\d+)?`, "gi");

/** Patterns in the order of use; the earlier ones hold what the later ones would cut to pieces. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\barn:aws[\w-]*:\S+/gi, "[id]"],
  [/\b(?:AKIA|ASIA|AROA|AIDA|ABIA|ACCA)[A-Z0-9]{8,}\b/g, "[redacted]"],
  [/\b\d{12}\b/g, "[id]"],
  [/\b(?:bearer|basic)\s+[\w.~+/=*-]{6,}/gi, "[redacted]"],
  // Keys by their prefixes: OpenAI and its kin, xAI, Groq, Cerebras, Fireworks, Together, Google.
  [/\b(?:sk|pk|rk|xai|gsk|csk|fw|tgp)[-_][\w*.-]{6,}/gi, "[redacted]"],
  [/\b(?:key|api|token)[-_](?=[\w*.-]*[\d*])[\w*.-]{6,}/gi, "[redacted]"],
  [/\bAIza[\w-]{20,}/g, "[redacted]"],
  [/\bhttps?:\/\/[^\s"'<>)\]]+/gi, "[url]"],
  // Organizations, projects, accounts, users and the provider's own request ids.
  [/\b(?:org|proj|acct|account|user|team|req|tenant)[-_](?=[\w-]*\d)[\w-]{6,}/gi, "[id]"],
  [/\borg-[A-Za-z]{12,}/g, "[id]"],
  [/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, "[id]"],
  // Google's resource names hold the operator's project and region.
  [/\bprojects?\/[^\s`'",]+/gi, "[id]"],
  [/\bprojects? (?:number )?\d{6,}/gi, "project [id]"],
  [/\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b/g, "[host]"],
  [/\blocalhost(?::\d+)?\b/gi, "[host]"],
  // Host names by well-known endings: any dotted word would hit field names as messages.content.
  [HOST_NAME, "[host]"],
  // Anything long with letters and digits in it is likelier a secret than a word. With dashes the
  // bound is higher, because model names as Llama-4-Maverick-17B-128E-Instruct-FP8 must survive.
  [/\b(?=\w*\d)(?=\w*[A-Za-z])[A-Za-z0-9]{28,}\b/g, "[redacted]"],
  [/(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{44,}(?![\w-])/g, "[redacted]"],
];

// Line breaks and other control characters, which have no business in a one-line message or in a
// log.
const CONTROL = /\p{Cc}+/gu;

/** The message with every key, URL, host and account id replaced, on one line of bounded length. */
export function redact(message: string): string {
  let text = message.slice(0, 4 * MAX_MESSAGE_CHARS).replace(CONTROL, " ");
  for (const [pattern, replacement] of PATTERNS) {
    text = text.replace(pattern, replacement);
  }
  return text.length > MAX_MESSAGE_CHARS ? `${text.slice(0, MAX_MESSAGE_CHARS)}…` : text;
}
