// generateContent as Gemini answers it, wherever it is served.
import { answerOf, sse } from "../../providers/gemini/support.ts";
import { json } from "../../support/raw-upstream.ts";
import {
  type Answer,
  type End,
  type ErrorRow,
  type Fields,
  failed,
  joined,
  overloaded,
  rateLimited,
  type StreamFailure,
  type StreamParts,
  type Tokens,
  type ToolUse,
} from "../driver.ts";
import { LOOK_SCHEMA, PNG, QUESTION, SYSTEM } from "../requests.ts";

const FINISH: Record<End, string> = {
  stop: "STOP",
  stop_sequence: "STOP",
  length: "MAX_TOKENS",
  tools: "STOP",
  filter: "SAFETY",
};

/** Gemini counts the answer and the thoughts apart, and leaves zeros out. */
const usageOf = ({ input, cached, output, reasoning }: Tokens) => ({
  promptTokenCount: input,
  ...(cached > 0 && { cachedContentTokenCount: cached }),
  candidatesTokenCount: output - reasoning,
  ...(reasoning > 0 && { thoughtsTokenCount: reasoning }),
  totalTokenCount: input + output,
});

export type ToPart = (use: ToolUse, place: number) => Fields;

const thoughts = (pieces: readonly string[] | undefined): Fields[] =>
  (pieces ?? []).map((text) => ({ text, thought: true }));

export function geminiWhole(answer: Answer, toPart: ToPart): Fields {
  const { text, reasoning, calls, tokens, end } = answer;
  const parts = [
    ...thoughts(reasoning && [joined(reasoning)]),
    ...(text ? [{ text: joined(text) }] : []),
    ...(calls ?? []).map(toPart),
  ];
  return answerOf(parts, FINISH[end], usageOf(tokens));
}

/**
 * Each event brings a part and the usage so far; the last one brings all calls, as they come
 * together, the finish reason and the final usage.
 */
export function geminiStream(answer: Answer, toPart: ToPart): StreamParts {
  const { text, reasoning, calls, tokens, end } = answer;
  const parts = [...thoughts(reasoning), ...(text ?? []).map((piece) => ({ text: piece }))];
  const soFar = { promptTokenCount: tokens.input, totalTokenCount: tokens.input };
  return {
    head: parts.map((part) => sse([answerOf([part], undefined, soFar)])),
    tail: [sse([answerOf((calls ?? []).map(toPart), FINISH[end], usageOf(tokens))])],
  };
}

/** Google's own words name the operator's plan and quota. */
export const RATE_LIMITED = "The provider limits the rate of requests. Try again later.";

const NAMES: Record<ErrorRow, string> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  413: "INVALID_ARGUMENT",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
  503: "UNAVAILABLE",
  504: "DEADLINE_EXCEEDED",
};

/** Google names the time to come back at in a detail of the error. */
export function geminiFailure(row: ErrorRow, message: string) {
  const details = [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "7s" }];
  return json({ error: { code: row, message, status: NAMES[row], details } }, row);
}

const failureOf = (code: number, status: string) => ({
  error: { code, message: "The answer failed.", status },
});
const failure = (code: number, status: string) => sse([failureOf(code, status)]);

/** As an array, in which Google wraps what would have been a stream. */
export const geminiFailureIn200 = { body: [failureOf(503, "UNAVAILABLE")], says: overloaded() };

export const geminiStreamFailures: readonly StreamFailure[] = [
  { event: failure(503, "UNAVAILABLE"), says: overloaded() },
  { event: failure(500, "INTERNAL"), says: failed() },
  { event: failure(429, "RESOURCE_EXHAUSTED"), says: rateLimited(RATE_LIMITED) },
];

// What requests to Gemini have in common.

export const geminiSystem = { parts: [{ text: SYSTEM }] };
export const geminiUser = { role: "user", parts: [{ text: QUESTION }] };

export const geminiTools = [
  {
    functionDeclarations: [
      { name: "look", description: "Looks at a city.", parametersJsonSchema: LOOK_SCHEMA },
    ],
  },
];

export const geminiImage = {
  role: "user",
  parts: [{ text: "What is it?" }, { inlineData: { mimeType: "image/png", data: PNG } }],
};
