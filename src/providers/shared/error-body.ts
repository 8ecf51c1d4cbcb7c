// The many shapes of an error body, read into one: message, type, code, param and status.
import {
  asArray,
  asObject,
  isGiven,
  isObject,
  type JsonObject,
  nonEmptyString,
  parseJson,
} from "./json.ts";

/** What a provider said about a failure, as it said it: nothing here is fit for a caller yet. */
export interface ErrorDetails {
  message: string | null;
  type: string | null;
  code: string | null;
  param: string | null;
  /** A number between 400 and 599 that the body gives as its status or code. */
  status: number | null;
  /** The error object itself, for rarer fields. */
  raw: JsonObject;
}

const NOTHING: ErrorDetails = {
  message: null,
  type: null,
  code: null,
  param: null,
  status: null,
  raw: {},
};

const MESSAGE_NAMES = ["message", "Message", "msg", "error_msg"];
const STATUS_NAMES = ["code", "status", "status_code", "statusCode"];

/** What is read of the first of the members that has it. */
function first<Value>(
  holder: JsonObject,
  names: readonly string[],
  read: (given: unknown) => Value | null,
): Value | null {
  return names.map((name) => read(holder[name])).find((found) => found !== null) ?? null;
}

/** Members of answers: a body that has one is no failure, whatever else is in it. */
export const ANSWER_MEMBERS = [
  "choices",
  "candidates",
  "content",
  "output",
  "usage",
  "usageMetadata",
];

/**
 * The error in a body or in a stream's event, or null when it holds none. Understands OpenAI's
 * `{error: {…}}`, the same in an array (Google), `{error: "text"}` with a `code` beside it (xAI),
 * Mistral's top-level `{object: "error", message}`, validators' `{detail: [{loc, msg}]}`, lists of
 * `errors`, and a bare message, where an answer should be, with a code or alone (AWS's gateways).
 */
export function findError(body: unknown): ErrorDetails | null {
  const value = Array.isArray(body) ? body[0] : body;
  if (!isObject(value)) {
    return null;
  }
  const error = value.error ?? hiddenError(value);
  if (isObject(error)) {
    return fromObject(error);
  }
  if (typeof error === "string" && error !== "") {
    return { ...fromObject(value), message: error };
  }
  if (error !== undefined && error !== null && error !== false && error !== "") {
    return NOTHING;
  }
  return isBareError(value) ? fromObject(value) : null;
}

/** What Groq and MiniMax say of a failure beside what looks like an answer. */
function hiddenError({ x_groq: groq, base_resp: resp }: JsonObject): JsonObject | undefined {
  const word = nonEmptyString(asObject(groq).error);
  if (word !== null) {
    return { message: word, code: word };
  }
  const { status_code: code, status_msg: message } = asObject(resp);
  return typeof code === "number" && code !== 0 ? { message } : undefined;
}

function isBareError(value: JsonObject): boolean {
  if (value.object === "error" || value.type === "error") {
    return true;
  }
  if (ANSWER_MEMBERS.some((member) => member in value)) {
    return false;
  }
  const isDetail = nonEmptyString(value.detail) !== null || asArray(value.detail).length > 0;
  const isNumbered =
    first(value, MESSAGE_NAMES, nonEmptyString) !== null &&
    [...STATUS_NAMES, "error_code"].some((name) => isGiven(value[name]));
  // What has a name or an id is an event of some kind, which may have a word for whoever reads it.
  const isAlone =
    first(value, ["message", "Message"], nonEmptyString) !== null &&
    !["id", "object", "type"].some((member) => member in value);
  return isDetail || isNumbered || isAlone || asArray(value.errors).length > 0;
}

/**
 * Reads the body of an answer that failed by its status: there, any `message` or `detail` is the
 * error's.
 */
export function readErrorText(text: string): ErrorDetails {
  const json = parseJson(text);
  const found = findError(json);
  if (found !== null) {
    return found;
  }
  const value = Array.isArray(json) ? json[0] : json;
  if (isObject(value)) {
    return fromObject(value);
  }
  const plain = text.trim();
  // A page of HTML, from a proxy in between, tells a caller nothing and an attacker too much.
  const readable = json === undefined && plain !== "" && !plain.startsWith("<");
  return { ...NOTHING, message: readable ? plain : null };
}

function fromObject(error: JsonObject): ErrorDetails {
  const relayed = relayedError(error);
  if (relayed !== null) {
    return relayed;
  }
  const detail = fromDetail(error.detail ?? asObject(error.message).detail ?? error.errors);
  return {
    message: first(error, MESSAGE_NAMES, nonEmptyString) ?? detail.message,
    type: nonEmptyString(error.type),
    code: first(error, ["code", "status", "error_code"], nonEmptyString),
    param: nonEmptyString(error.param) ?? detail.param,
    status: first(error, STATUS_NAMES, httpStatus),
    raw: error,
  };
}

/** A router (OpenRouter) puts the words of the host behind it into `metadata.raw`: they are the real ones. */
function relayedError(error: JsonObject): ErrorDetails | null {
  const { raw } = asObject(error.metadata);
  const given = typeof raw === "string" ? parseJson(raw) : raw;
  const inner = findError(given) ?? (isObject(given) ? fromObject(given) : null);
  const plain = typeof raw === "string" && given === undefined ? nonEmptyString(raw.trim()) : null;
  const message = inner?.message ?? (plain?.startsWith("<") === true ? null : plain);
  if (message === null) {
    return null;
  }
  const status = httpStatus(error.code) ?? inner?.status ?? null;
  return { ...(inner ?? NOTHING), message, status, raw: error };
}

/**
 * A validator's list of faults: its first one, with its place as a path (`messages[0].content`).
 */
function fromDetail(detail: unknown): { message: string | null; param: string | null } {
  if (!Array.isArray(detail)) {
    return { message: nonEmptyString(detail), param: null };
  }
  const first = asObject(detail[0]);
  const place = asArray(first.loc).filter((step) => step !== "body");
  const path = place.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("");
  const message = nonEmptyString(first.msg) ?? nonEmptyString(first.message);
  const param = nonEmptyString(path.replace(/^\./, ""));
  return { message: message === null || param === null ? message : `${param}: ${message}`, param };
}

/**
 * Some providers write their HTTP status as a number into `code`, one (Mistral) as a string of
 * digits.
 */
function httpStatus(value: unknown): number | null {
  const status = typeof value === "string" && /^\d{3}$/.test(value) ? Number(value) : value;
  return typeof status === "number" && Number.isInteger(status) && status >= 400 && status < 600
    ? status
    : null;
}
