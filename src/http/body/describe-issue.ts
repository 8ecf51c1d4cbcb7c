// Says what is wrong with a request in OpenAI's words, from zod's findings, without repeating its
// content.
import type { z } from "zod";

type Issue = z.core.$ZodIssue;
type PathKey = PropertyKey;

/**
 * A finding fit for the client: `param` is a path as `messages[0].content`, null for the body as a
 * whole.
 */
export interface IssueText {
  message: string;
  param: string | null;
}

/** Objects whose keys are the caller's own words, which are not to be repeated. */
const FREE_KEYS = new Set<PathKey>(["metadata", "logit_bias"]);

const EXPECTED: Record<string, string> = {
  string: "a string",
  number: "a number",
  int: "an integer",
  boolean: "a boolean",
  array: "an array",
  object: "an object",
  record: "an object",
};

/**
 * Describes the first finding. `input` is what was validated; only the types of its values are
 * read. The words follow the OpenAI API's own errors.
 */
export function describeIssue(issues: readonly Issue[], input: unknown): IssueText {
  const first = issues[0];
  if (first === undefined) return { message: "Invalid request body.", param: null };
  return describe(first, [], input);
}

function describe(issue: Issue, base: readonly PathKey[], input: unknown): IssueText {
  const path = [...base, ...issue.path];
  const param = formatPath(path);
  const name = param === null ? "the request body" : `'${param}'`;
  const value = valueAt(input, path);
  if (value === undefined && param !== null) {
    return { message: `Missing required parameter: ${name}.`, param };
  }
  switch (issue.code) {
    case "invalid_type":
      return { message: wrongType(name, expectedType(issue.expected), value), param };
    case "invalid_union":
      return describeUnion(issue, path, input);
    case "invalid_value":
      return { message: wrongWord(name, issue.values), param };
    case "too_big":
      return {
        message: `Invalid ${name}: expected ${size(issue.origin, "most", issue.maximum)}.`,
        param,
      };
    case "too_small":
      return {
        message: `Invalid ${name}: expected ${size(issue.origin, "least", issue.minimum)}.`,
        param,
      };
    case "invalid_key":
      return { message: `Invalid ${name}: one of its keys is too long.`, param };
    case "custom":
      return { message: `Invalid ${name}: ${issue.message}.`, param };
    default:
      return { message: `Invalid value for ${name}.`, param };
  }
}

function describeUnion(
  issue: z.core.$ZodIssueInvalidUnion,
  path: readonly PathKey[],
  input: unknown,
): IssueText {
  const param = formatPath(path);
  const name = param === null ? "the request body" : `'${param}'`;
  const value = valueAt(input, path);
  if (issue.errors.length === 0) {
    return { message: wrongWord(name, "options" in issue ? (issue.options ?? []) : []), param };
  }
  const relevant = mostRelevant(issue.errors);
  if (relevant !== undefined) return describe(relevant, path, input);
  const words = issue.errors.flat().find((inner) => inner.code === "invalid_value");
  if (typeof value === "string" && words !== undefined) return describe(words, path, input);
  const last = path.at(-1);
  const expected = issue.errors.map((branch) => rootExpectation(branch[0], last));
  return { message: wrongType(name, [...new Set(expected)].join(" or "), value), param };
}

/**
 * The finding of the branch that the value has the type of: its fault lies within, not in the type
 * itself.
 */
function mostRelevant(branches: readonly Issue[][]): Issue | undefined {
  for (const branch of branches) {
    const first = branch[0];
    if (first !== undefined && !isTypeMismatch(first)) return first;
  }
  return undefined;
}

function isTypeMismatch(issue: Issue): boolean {
  if (issue.path.length > 0) return false;
  // A word list refuses objects and unknown words alike; the words are named where nothing fits
  // better.
  return issue.code === "invalid_type" || issue.code === "invalid_value";
}

function rootExpectation(issue: Issue | undefined, key: PathKey | undefined): string {
  if (issue?.code === "invalid_value") return quoteWords(issue.values);
  if (issue?.code !== "invalid_type") return "another type";
  if (issue.expected === "array" && key === "content") return "an array of parts";
  return expectedType(issue.expected);
}

const expectedType = (expected: string): string => EXPECTED[expected] ?? expected;

const wrongType = (name: string, expected: string, value: unknown): string =>
  `Invalid type for ${name}: expected ${expected}, but got ${typeName(value)} instead.`;

const wrongWord = (name: string, words: readonly unknown[]): string =>
  `Invalid value for ${name}: expected ${words.length > 1 ? "one of " : ""}${quoteWords(words)}.`;

const quoteWords = (words: readonly unknown[]): string =>
  words.map((word) => `'${String(word)}'`).join(", ");

function size(origin: string, bound: "most" | "least", limit: number | bigint): string {
  if (origin === "array" || origin === "set")
    return `an array with at ${bound} ${limit} ${plural("item", limit)}`;
  if (origin === "string")
    return `a string with at ${bound} ${limit} ${plural("character", limit)}`;
  return `a value of at ${bound} ${limit}`;
}

const plural = (noun: string, count: number | bigint): string =>
  Number(count) === 1 ? noun : `${noun}s`;

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  if (typeof value !== "number") return `a ${typeof value}`;
  if (!Number.isFinite(value)) return "a number out of range";
  return Number.isInteger(value) ? "a number" : "a decimal number";
}

/**
 * Writes `["messages", 0, "content"]` as `messages[0].content`; stops at keys that are the caller's
 * own.
 */
function formatPath(path: readonly PathKey[]): string | null {
  let text = "";
  for (const key of path) {
    if (typeof key === "number") text += `[${key}]`;
    else text += text === "" ? String(key) : `.${String(key)}`;
    if (FREE_KEYS.has(key)) break;
  }
  return text === "" ? null : text;
}

function valueAt(input: unknown, path: readonly PathKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}
