// What describes a dialect to the suite: how to reach it, how it answers, and what it must be sent.
import type { UpstreamAnswer } from "../support/raw-upstream.ts";

export type Fields = Record<string, unknown>;
export type Bytes = string | Uint8Array;

export interface Tokens {
  /** All input, what was read from the cache included. */
  input: number;
  cached: number;
  /** All output, reasoning included. */
  output: number;
  reasoning: number;
}

export interface ToolUse {
  id: string;
  name: string;
  /** JSON in the pieces that a stream brings it in. */
  args: readonly string[];
}

export type End = "stop" | "stop_sequence" | "length" | "tools" | "filter";

/** What a provider says, before any dialect. */
export interface Answer {
  text?: readonly string[];
  /** Each dialect has a way of its own to refuse. */
  refusal?: string;
  reasoning?: readonly string[];
  calls?: readonly ToolUse[];
  end: End;
  tokens: Tokens;
}

/** A stream cut in two: what comes before the answer's end, and its proper end. */
export interface StreamParts {
  head: Bytes[];
  tail: Bytes[];
}

/** Micro-dollars per million tokens. */
export interface Price {
  input: number;
  cacheRead: number;
  output: number;
}

/** The client's requests, by name; each driver says what becomes of each. */
export type RequestName =
  | "text"
  | "tools"
  | "parallelTools"
  | "toolResults"
  | "jsonSchema"
  | "image"
  | "stop"
  | "reasoning";

/** What the documentation says of a feature that this dialect cannot have. */
export interface Cannot {
  cannot: string;
  status: number;
  param: string;
  code: string | null;
  message: string;
}

export interface ClientError {
  status: number;
  error: { message: string; type: string; param: string | null; code: string | null };
  headers?: Record<string, string>;
}

/** An event that says that the answer failed, and what the client learns of it. */
export interface StreamFailure {
  event: Bytes;
  says: ClientError;
}

/** The kinds of upstream failures, by the HTTP status that usually stands for each. */
export const ERROR_ROWS = [400, 401, 403, 404, 413, 429, 500, 503, 504] as const;
export type ErrorRow = (typeof ERROR_ROWS)[number];

export interface Driver {
  name: string;
  env(url: string): Record<string, string>;
  /** The server's configuration, for a model that the catalogue does not price. */
  config?: Record<string, unknown>;
  model: string;
  /** From the catalogue, or from the configuration. */
  price: Price;
  /** Another model for what the usual one cannot do. */
  others?: Partial<Record<RequestName, { model: string; price: Price }>>;
  path: { whole: string; stream: string };
  /** All headers of a call beside those of HTTP itself. */
  headers: { whole: Record<string, string>; stream: Record<string, string> };
  /** What the client's answer has beside OpenAI's usual fields. */
  answerExtras?: Fields;
  whole(answer: Answer): Fields;
  stream(answer: Answer): StreamParts;
  streamType: string;
  /** The whole body that must reach the upstream for a request without streaming. */
  sends: Record<RequestName, Fields | Cannot>;
  /** What a stream's body has beside, or instead. */
  streamExtras: Fields;
  /** How the client sees these calls; a matcher may stand for an id that the gateway made. */
  clientCalls(calls: readonly ToolUse[]): Fields[];
  /** The calls as a client sends them back. */
  historyCalls(calls: readonly ToolUse[]): Fields[];
  /** The message and finish reason by which the client learns of a refusal. */
  refused(text: string): { message: Fields; finishReason: string };
  /** The answer to a request for this JSON; plain text unless the dialect takes another way. */
  jsonAnswer?(json: string): Answer;
  /** Whether the reasoning's text reaches the client, and whether its tokens are counted. */
  reasoning: { shown: boolean; counted: boolean };
  /** A failure's answer in the documented form. */
  failure(row: ErrorRow, message: string): UpstreamAnswer;
  /** Where the client's view of a failure departs from the common one. */
  failureSays: Partial<Record<ErrorRow, Partial<ClientError["error"]>>>;
  /** The failures that can come inside a stream, each in the documented form. */
  streamFailures: readonly StreamFailure[];
  /** A failure as the JSON body of a 200; a reason where the provider documents none. */
  failureIn200: { body: unknown; says: ClientError } | string;
  /** Whether a stream tells the input before its end, so that a cut one is charged with it. */
  tellsInputEarly: boolean;
}

export const isCannot = (sent: Fields | Cannot): sent is Cannot => "cannot" in sent;

export const joined = (pieces: readonly string[] | undefined): string => (pieces ?? []).join("");

export const toJson = (use: ToolUse): unknown => JSON.parse(joined(use.args));

/** The calls in OpenAI's shape, with the provider's own ids. */
export const openAiCalls = (calls: readonly ToolUse[]): Fields[] =>
  calls.map(({ id, name, args }) => ({
    id,
    type: "function",
    function: { name, arguments: joined(args) },
  }));

/** OpenAI's type of each status that the gateway gives. */
const ENVELOPES: Record<ErrorRow, ClientError> = {
  400: envelope(400, "invalid_request_error", null),
  401: credentials(),
  403: credentials(),
  404: envelope(404, "invalid_request_error", "model_not_found", "model"),
  413: envelope(413, "invalid_request_error", "request_too_large"),
  429: { ...envelope(429, "rate_limit_error", "rate_limit_exceeded"), headers: retryIn7() },
  500: { ...failed(), headers: retryIn7() },
  503: { ...overloaded(), headers: retryIn7() },
  504: {
    ...masked(504, "upstream_timeout", "The provider did not answer in time."),
    headers: retryIn7(),
  },
};

/** What the client must get: the provider's message where the caller is at fault. */
export function failureFor(driver: Driver, row: ErrorRow, message: string): ClientError {
  const common = ENVELOPES[row];
  const said = common.error.message === "" ? { message } : {};
  return { ...common, error: { ...common.error, ...said, ...driver.failureSays[row] } };
}

function envelope(
  status: number,
  type: string,
  code: string | null,
  param: string | null = null,
): ClientError {
  return { status, error: { message: "", type, param, code } };
}

export function masked(status: number, code: string, message: string): ClientError {
  return { status, error: { message, type: "server_error", param: null, code } };
}

function credentials(): ClientError {
  const message = "The provider refused the gateway's credentials or account.";
  return { ...masked(502, "upstream_error", message), headers: { "x-should-retry": "false" } };
}

export function failed(): ClientError {
  return masked(502, "upstream_error", "The provider failed to answer the request.");
}

export function overloaded(): ClientError {
  return masked(503, "overloaded", "The provider cannot take the request now. Try again later.");
}

/** A limit on the rate, where no time to come back at is given. */
export function rateLimited(message: string): ClientError {
  const { status, error } = ENVELOPES[429];
  return { status, error: { ...error, message } };
}

function retryIn7(): Record<string, string> {
  return { "retry-after": "7", "retry-after-ms": "7000" };
}
