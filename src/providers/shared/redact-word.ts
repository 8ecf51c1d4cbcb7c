// Judges one word of a provider's message: whether it is a key, an id, a host, or a word like any other.

/** Keys by their prefixes: OpenAI and its kin, xAI, Groq, Cerebras, Fireworks, Together, Hugging Face and others. */
const KEY = /\b(?:sk|pk|rk|xai|gsk|csk|fw|tgp|nvapi|pplx|ghp|gho|ghs|glpat)[-_][\w*.-]{6,}/i;
/** Words that may also begin a field's name: a key has a digit or is masked. */
const KEY_WORD = /\b(?:key|api|apikey|token|hf|r8)[-_](?=[\w*.-]{6})/i;
/** Google's, AWS's and signed tokens. */
const KEY_SHAPE =
  /\b(?:AIza[\w-]{20,}|ya29\.[\w.-]{10,}|eyJ[\w-]{8,}[\w.-]*|ABSK\w{20,}|A(?:KIA|SIA|ROA|IDA|BIA|CCA|GPA|NPA|PKA)[A-Z0-9]{8,})/;

/** Organizations, projects, workspaces, accounts, users and the provider's own request ids. */
const ID =
  /\b(?:org|proj|project|acct|account|user|team|req|tenant|wrkspc|workspace)[-_](?=[\w-]{6})/i;
/** Of such ids those that are made of letters alone. */
const LETTER_ID =
  /\b(?:(?:org|proj)[-_][A-Za-z]{12,}|(?:org|proj|acct|user|team|req)[-_](?=[a-z]{0,40}[A-Z])(?=[A-Z]{0,40}[a-z])[A-Za-z]{12,})/;
const UUID = /(?<![0-9a-f])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![0-9a-f])/gi;
/** An account of AWS, as it is written and as its console shows it. No other number of 12 digits is worth a leak. */
const ACCOUNT = /^(?:\d{12}|\d{4}-\d{4}-\d{4})$/;

/**
 * Endings of host names, of the world's and of those inside of houses. Any dotted word would hit field names as
 * `messages.content`.
 */
const TOP_LEVEL = new Set(
  (
    "com net org io ai dev cloud xyz app tech site online edu gov biz co eu cn uk de fr jp kr ru nl ch ca au br se es " +
    "pl tw hk sg nz internal local lan corp intranet private localdomain home svc consul arpa"
  ).split(" "),
);
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
/** Below are numbers of lines and of items. */
const MIN_PORT = 1_000;

/**
 * Anything long with letters and digits in it is likelier a secret than a word. With dashes the bound is higher,
 * because model names as Llama-4-Maverick-17B-128E-Instruct-FP8 must survive.
 */
const SECRET_CHARS = 28;
const DASHED_SECRET_CHARS = 44;

/**
 * Returns what is to stand for a word.
 * @param word letters, digits, `_`, `*`, `.` and `-`, and a port behind a colon
 */
export function redactWord(word: string): string {
  // The end of a sentence is none of the word's.
  let end = word.length;
  while (end > 0 && word[end - 1] === ".") end--;
  return redactName(word.slice(0, end)) + word.slice(end);
}

function redactName(word: string): string {
  if (ACCOUNT.test(word)) return "[id]";
  const key = KEY.exec(word) ?? secretAfter(KEY_WORD, /[\d*]/, word) ?? KEY_SHAPE.exec(word);
  if (key !== null) return `${word.slice(0, key.index)}[redacted]`;
  if (isHost(word)) return "[host]";
  return word.replace(UUID, "[id]").replace(/[\w-]+/g, redactIds);
}

/** Where a prefix begins a name that has such a character behind the prefix. Later prefixes have less behind them. */
function secretAfter(prefix: RegExp, needs: RegExp, word: string): { index: number } | null {
  const match = prefix.exec(word);
  if (match === null) return null;
  return needs.test(word.slice(match.index + match[0].length)) ? match : null;
}

/** For a run of letters, digits, `_` and `-`. */
function redactIds(run: string): string {
  const id = secretAfter(ID, /\d/, run) ?? LETTER_ID.exec(run);
  if (id !== null) return `${run.slice(0, id.index)}[id]`;
  if (run.length >= DASHED_SECRET_CHARS && hasBoth(run)) return "[redacted]";
  return run.replace(/[A-Za-z0-9_]+/g, (part) =>
    part.length >= SECRET_CHARS && !part.includes("_") && hasBoth(part) ? "[redacted]" : part,
  );
}

const hasBoth = (text: string) => /\d/.test(text) && /[A-Za-z]/.test(text);

/** A name with a known ending, or one that has a port and more in it than a plain word. */
function isHost(word: string): boolean {
  const [name = "", port] = word.split(":");
  const labels = name.toLowerCase().split(".");
  if (!labels.every((label) => LABEL.test(label)) || !/[a-z]/i.test(name)) return false;
  if (labels.length > 1 && TOP_LEVEL.has(labels.at(-1) ?? "")) return true;
  return (
    port !== undefined && Number(port) >= MIN_PORT && (labels.length > 1 || /[-\d]/.test(name))
  );
}
