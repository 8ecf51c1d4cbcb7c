// OpenAI's chat completions: the dialect of the client itself.

import { chunk, completion, DONE, usageChunk } from "../../support/openai-wire.ts";
import { json } from "../../support/raw-upstream.ts";
import { event } from "../../support/sse.ts";
import {
  type Answer,
  type Driver,
  type End,
  type ErrorRow,
  type Fields,
  failed,
  joined,
  openAiCalls,
  overloaded,
  rateLimited,
  type StreamParts,
  type Tokens,
} from "../driver.ts";
import { ANSWER_SCHEMA, LIMIT, LOOK, PNG, QUESTION, REASONING_LIMIT, SYSTEM } from "../requests.ts";

const MODEL = "gpt-4o-mini";
/** Reasons, but takes no stop sequences. */
const REASONER = "gpt-5-mini";

const FINISH: Record<End, string> = {
  stop: "stop",
  stop_sequence: "stop",
  length: "length",
  tools: "tool_calls",
  filter: "content_filter",
};

const usageOf = (tokens: Tokens) => ({
  prompt_tokens: tokens.input,
  completion_tokens: tokens.output,
  total_tokens: tokens.input + tokens.output,
  prompt_tokens_details: { cached_tokens: tokens.cached, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: tokens.reasoning, audio_tokens: 0 },
});

// A refusal of the model's own is an ordinary end with the words in a field of their own.
const finishOf = ({ refusal, end }: Answer) => (refusal === undefined ? FINISH[end] : "stop");

function whole(answer: Answer): Fields {
  const text = joined(answer.text);
  const message = {
    role: "assistant",
    content: text === "" ? null : text,
    refusal: answer.refusal ?? null,
    ...(answer.calls && { tool_calls: openAiCalls(answer.calls) }),
  };
  const choice = { index: 0, message, logprobs: null, finish_reason: finishOf(answer) };
  return completion(null, { model: MODEL, choices: [choice], usage: usageOf(answer.tokens) });
}

function stream(answer: Answer): StreamParts {
  const calls = (answer.calls ?? []).flatMap(({ id, name, args }, index) => [
    { tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] },
    ...args.map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ]);
  const deltas: Fields[] = [
    { role: "assistant", content: answer.text ? "" : null, refusal: null },
    ...(answer.text ?? []).map((content) => ({ content })),
    ...(answer.refusal === undefined ? [] : [{ refusal: answer.refusal }]),
    ...calls,
  ];
  return {
    head: deltas.map((delta) => event(chunk(delta))),
    tail: [event(chunk({}, finishOf(answer))), event(usageChunk(usageOf(answer.tokens))), DONE],
  };
}

const STREAM_MESSAGE = "The answer failed.";
const openAiBody = (type: string, code: string): Fields => ({
  message: STREAM_MESSAGE,
  type,
  param: null,
  code,
});
const openAiError = (type: string, code: string): string =>
  event({ error: openAiBody(type, code) });

const messages = [
  { role: "system", content: SYSTEM },
  { role: "user", content: QUESTION },
];
const body = { model: MODEL, messages, max_completion_tokens: LIMIT };
const history = ["Rome", "Oslo"].map((city, place) => ({
  id: `call_${place + 1}`,
  type: "function",
  function: { name: "look", arguments: JSON.stringify({ city }) },
}));

export const openai: Driver = {
  name: "openai",
  env: (url) => ({ OPENAI_API_KEY: "sk-upstream", OPENAI_BASE_URL: `${url}/v1` }),
  model: MODEL,
  price: { input: 150_000, cacheRead: 75_000, output: 600_000 },
  others: {
    reasoning: {
      model: REASONER,
      price: { input: 250_000, cacheRead: 25_000, output: 2_000_000 },
    },
  },
  path: { whole: "/v1/chat/completions", stream: "/v1/chat/completions" },
  headers: {
    whole: { authorization: "Bearer sk-upstream", accept: "application/json" },
    stream: { authorization: "Bearer sk-upstream", accept: "text/event-stream" },
  },
  whole,
  stream,
  streamType: "text/event-stream",
  streamExtras: {
    stream: true,
    stream_options: { include_usage: true, include_obfuscation: false },
  },
  sends: {
    text: body,
    tools: { ...body, tools: [LOOK], tool_choice: "required" },
    parallelTools: { ...body, tools: [LOOK], parallel_tool_calls: true },
    toolResults: {
      ...body,
      tools: [LOOK],
      messages: [
        ...messages,
        { role: "assistant", content: null, tool_calls: history },
        { role: "tool", tool_call_id: "call_1", content: "sunny" },
        { role: "tool", tool_call_id: "call_2", content: "rain" },
      ],
    },
    jsonSchema: {
      ...body,
      response_format: {
        type: "json_schema",
        json_schema: { name: "person", strict: true, schema: ANSWER_SCHEMA },
      },
    },
    image: {
      ...body,
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "What is it?" },
            { type: "image_url", image_url: { url: `data:image/png;base64,${PNG}` } },
          ],
        },
      ],
    },
    stop: { ...body, stop: ["END", "\n\n"] },
    reasoning: {
      model: REASONER,
      messages,
      max_completion_tokens: REASONING_LIMIT,
      reasoning_effort: "high",
    },
  },
  clientCalls: openAiCalls,
  historyCalls: openAiCalls,
  refused: (refusal) => ({
    message: { role: "assistant", content: null, refusal },
    finishReason: "stop",
  }),
  // Chat completions give the count of reasoning tokens and none of the words.
  reasoning: { shown: false, counted: true },
  failure: openAiFailure,
  failureSays: { 400: { code: "invalid_value", param: "messages" } },
  streamFailures: [
    { event: openAiError("server_error", "overloaded"), says: overloaded() },
    { event: openAiError("server_error", "server_error"), says: failed() },
    { event: openAiError("tokens", "rate_limit_exceeded"), says: rateLimited(STREAM_MESSAGE) },
  ],
  failureIn200: { body: { error: openAiBody("server_error", "overloaded") }, says: overloaded() },
  tellsInputEarly: false,
};

const TYPES: Partial<Record<ErrorRow, [string, string | null, string | null]>> = {
  400: ["invalid_request_error", "messages", "invalid_value"],
  401: ["invalid_request_error", null, "invalid_api_key"],
  403: ["invalid_request_error", null, "unsupported_country_region_territory"],
  404: ["invalid_request_error", null, "model_not_found"],
  429: ["requests", null, "rate_limit_exceeded"],
};

/** OpenAI's error envelope, which both of its APIs have. */
export function openAiFailure(row: ErrorRow, message: string) {
  const [type, param, code] = TYPES[row] ?? ["server_error", null, null];
  return json({ error: { message, type, param, code } }, row, { "retry-after": "7" });
}
