// Anthropic's Messages as Claude answers them, wherever it is served.

import {
  blockDelta,
  blockStart,
  blockStop,
  END,
  message,
  START_USAGE,
  start,
  textBlock,
  toolBlock,
} from "../../providers/anthropic/support.ts";
import { json } from "../../support/raw-upstream.ts";
import { namedEvent } from "../../support/sse.ts";
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
  toJson,
} from "../driver.ts";
import { LOOK_SCHEMA, PNG, QUESTION, SYSTEM } from "../requests.ts";

const STOP_REASONS: Record<End, string> = {
  stop: "end_turn",
  stop_sequence: "stop_sequence",
  length: "max_tokens",
  tools: "tool_use",
  filter: "refusal",
};

const inputUsage = ({ input, cached }: Tokens) => ({
  ...START_USAGE,
  input_tokens: input - cached,
  cache_read_input_tokens: cached,
});

const outputUsage = ({ output, reasoning }: Tokens) => ({
  output_tokens: output,
  output_tokens_details: { thinking_tokens: reasoning },
});

const stopOf = ({ end, refusal }: Answer): Fields => ({
  stop_reason: STOP_REASONS[end],
  stop_sequence: end === "stop_sequence" ? "END" : null,
  ...(refusal !== undefined && {
    stop_details: { type: "refusal", category: "cyber", explanation: refusal },
  }),
});

export function claudeWhole(answer: Answer): Fields {
  const { text, reasoning, calls, tokens } = answer;
  const content: Fields[] = [
    ...(reasoning ? [{ type: "thinking", thinking: joined(reasoning), signature: "c2ln" }] : []),
    ...(text ? [{ type: "text", text: joined(text) }] : []),
    ...(calls ?? []).map((use) => ({
      type: "tool_use",
      id: use.id,
      name: use.name,
      input: toJson(use),
    })),
  ];
  const usage = { ...inputUsage(tokens), ...outputUsage(tokens) };
  return message(content, { usage, ...stopOf(answer) });
}

function thinkingBlock(index: number, pieces: readonly string[]): { type: string }[] {
  return [
    blockStart(index, { type: "thinking", thinking: "", signature: "" }),
    ...pieces.map((thinking) => blockDelta(index, { type: "thinking_delta", thinking })),
    blockDelta(index, { type: "signature_delta", signature: "c2ln" }),
    blockStop(index),
  ];
}

export function claudeStream(answer: Answer): StreamParts {
  const { text, reasoning, calls, tokens } = answer;
  const blocks: ((index: number) => { type: string }[])[] = [
    ...(reasoning ? [(index: number) => thinkingBlock(index, reasoning)] : []),
    ...(text ? [(index: number) => textBlock(index, ...text)] : []),
    ...(calls ?? []).map(
      ({ id, name, args }) =>
        (index: number) =>
          toolBlock(index, id, name, ...args),
    ),
  ];
  const said = blocks.flatMap((block, index) => block(index));
  const delta = { type: "message_delta", delta: stopOf(answer), usage: outputUsage(tokens) };
  const opening = [start(inputUsage(tokens)), { type: "ping" }];
  return {
    head: [...opening, ...said.slice(0, -1)].map((one) => namedEvent(one)),
    tail: [...said.slice(-1), delta, END].map((one) => namedEvent(one)),
  };
}

const TYPES: Record<ErrorRow, string> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  500: "api_error",
  503: "overloaded_error",
  504: "timeout_error",
};

/** Anthropic has a status of its own, 529, for what others call 503. */
export function claudeFailure(row: ErrorRow, text: string) {
  const error = { type: TYPES[row], message: text };
  const status = row === 503 ? 529 : row;
  return json({ type: "error", error, request_id: "req_01" }, status, { "retry-after": "7" });
}

const failureOf = (type: string) => ({
  type: "error",
  error: { type, message: "The answer failed." },
});
const failure = (type: string) => namedEvent(failureOf(type));

export const claudeFailureIn200 = { body: failureOf("overloaded_error"), says: overloaded() };

export const claudeStreamFailures: readonly StreamFailure[] = [
  { event: failure("overloaded_error"), says: overloaded() },
  { event: failure("api_error"), says: failed() },
  { event: failure("rate_limit_error"), says: rateLimited("The answer failed.") },
];

// What requests to Claude have in common, beside the fields of each platform.

const claudeText = (text: string) => [{ type: "text", text }];
export const claudeUser = { role: "user", content: claudeText(QUESTION) };
export const claudeSystem = SYSTEM;

export const claudeLook = {
  name: "look",
  description: "Looks at a city.",
  input_schema: LOOK_SCHEMA,
};

const toolUse = (id: string, city: string) => ({
  type: "tool_use",
  id,
  name: "look",
  input: { city },
});
const toolResult = (id: string, text: string) => ({
  type: "tool_result",
  tool_use_id: id,
  content: text,
});

export const claudeHistory = [
  claudeUser,
  { role: "assistant", content: [toolUse("call_1", "Rome"), toolUse("call_2", "Oslo")] },
  { role: "user", content: [toolResult("call_1", "sunny"), toolResult("call_2", "rain")] },
];

export const claudeImage = {
  role: "user",
  content: [
    { type: "text", text: "What is it?" },
    { type: "image", source: { type: "base64", media_type: "image/png", data: PNG } },
  ],
};
