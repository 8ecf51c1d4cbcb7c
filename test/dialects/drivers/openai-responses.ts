// OpenAI's Responses API, which the gateway bridges to for models that chat completions lack.

import {
  added,
  argumentsDelta,
  completed,
  done,
  functionCall,
  message,
  OPENING,
  outputText,
  reasoning,
  responseOf,
  textDelta,
} from "../../providers/openai-responses/support.ts";
import { namedEvent } from "../../support/sse.ts";
import {
  type Answer,
  type Driver,
  type Fields,
  failed,
  joined,
  openAiCalls,
  rateLimited,
  type StreamParts,
  type Tokens,
} from "../driver.ts";
import {
  ANSWER_SCHEMA,
  LIMIT,
  LOOK_SCHEMA,
  PNG,
  QUESTION,
  REASONING_LIMIT,
  SYSTEM,
} from "../requests.ts";
import { openAiFailure, openai } from "./openai.ts";

const MODEL = "gpt-5-codex";

const usageOf = (tokens: Tokens) => ({
  input_tokens: tokens.input,
  input_tokens_details: { cached_tokens: tokens.cached },
  output_tokens: tokens.output,
  output_tokens_details: { reasoning_tokens: tokens.reasoning },
  total_tokens: tokens.input + tokens.output,
});

/** The items of an answer. Summaries of the reasoning are empty unless they were asked for. */
function itemsOf({ text, refusal, reasoning: thoughts, calls }: Answer): Fields[] {
  return [
    ...(thoughts ? [reasoning()] : []),
    ...(text ? [message(outputText(joined(text)))] : []),
    ...(refusal === undefined ? [] : [message({ type: "refusal", refusal })]),
    ...(calls ?? []).map(({ id, name, args }) => functionCall(id, name, joined(args))),
  ];
}

const ending = ({ end }: Answer): Fields =>
  end === "length"
    ? { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } }
    : {};

function whole(answer: Answer): Fields {
  const usage = usageOf(answer.tokens);
  return responseOf({ model: MODEL, output: itemsOf(answer), usage, ...ending(answer) });
}

/** The events of one item: what is said of it in pieces, between its beginning and its end. */
function itemEvents(item: Fields, place: number, answer: Answer): Fields[] {
  const begun = { ...item, status: "in_progress", content: [], arguments: "" };
  return [added(place, begun), ...pieces(item, place, answer), done(place, item)];
}

function pieces(item: Fields, place: number, { text, refusal, calls }: Answer): Fields[] {
  if (item.type === "function_call") {
    const use = calls?.find(({ id }) => id === item.call_id);
    return (use?.args ?? []).map((piece) => argumentsDelta(place, piece));
  }
  if (item.type !== "message") return [];
  if (refusal === undefined) return (text ?? []).map((piece) => textDelta(place, piece));
  const type = "response.refusal.delta";
  return [{ type, item_id: "msg_1", output_index: place, content_index: 0, delta: refusal }];
}

function stream(answer: Answer): StreamParts {
  const items = itemsOf(answer).flatMap((item, place) => itemEvents(item, place, answer));
  const type = answer.end === "length" ? "response.incomplete" : "response.completed";
  return {
    head: [...OPENING, ...items.slice(0, -1)].map((one) => namedEvent(one)),
    tail: [...items.slice(-1), completed(whole(answer), type)].map((one) => namedEvent(one)),
  };
}

const failureOf = (code: string) => ({ code, message: "The answer failed." });

const failedResponse = (code: string): Fields =>
  completed({ status: "failed", error: failureOf(code), usage: null }, "response.failed");

const system = { role: "system", content: SYSTEM };
const user = { role: "user", content: QUESTION };
const body = { model: MODEL, input: [system, user], store: false, max_output_tokens: LIMIT };
const look = {
  type: "function",
  name: "look",
  description: "Looks at a city.",
  parameters: LOOK_SCHEMA,
  strict: false,
};
const callItem = (id: string, city: string) => ({
  type: "function_call",
  call_id: id,
  name: "look",
  arguments: JSON.stringify({ city }),
});
const resultItem = (id: string, output: string) => ({
  type: "function_call_output",
  call_id: id,
  output,
});

export const openaiResponses: Driver = {
  ...openai,
  others: {},
  name: "openai-responses",
  config: {
    providers: {
      openai: {
        models: {
          [MODEL]: {
            price: { inputPerMtok: 1.25, cacheReadPerMtok: 0.125, outputPerMtok: 10 },
            contextWindow: 400_000,
            maxOutputTokens: 128_000,
            capabilities: {
              tools: true,
              structuredOutput: true,
              jsonMode: true,
              vision: true,
              files: true,
              reasoning: true,
            },
          },
        },
      },
    },
  },
  model: MODEL,
  price: { input: 1_250_000, cacheRead: 125_000, output: 10_000_000 },
  path: { whole: "/v1/responses", stream: "/v1/responses" },
  answerExtras: { service_tier: "default" },
  whole,
  stream,
  streamExtras: { stream: true, stream_options: { include_obfuscation: false } },
  sends: {
    text: body,
    tools: { ...body, tools: [look], tool_choice: "required" },
    parallelTools: { ...body, tools: [look], parallel_tool_calls: true },
    toolResults: {
      ...body,
      tools: [look],
      input: [
        system,
        user,
        callItem("call_1", "Rome"),
        callItem("call_2", "Oslo"),
        resultItem("call_1", "sunny"),
        resultItem("call_2", "rain"),
      ],
    },
    jsonSchema: {
      ...body,
      text: {
        format: { type: "json_schema", name: "person", schema: ANSWER_SCHEMA, strict: true },
      },
    },
    image: {
      ...body,
      input: [
        {
          role: "user",
          content: [
            { type: "input_text", text: "What is it?" },
            {
              type: "input_image",
              image_url: `data:image/png;base64,${PNG}`,
              detail: "auto",
            },
          ],
        },
      ],
    },
    stop: {
      cannot: "the Responses API has no stop sequences",
      status: 400,
      param: "stop",
      code: "unsupported_parameter",
      message:
        "'stop' cannot be used in this request: OpenAI serves this model, with these tools and " +
        "this effort, only through its Responses API, which lacks the field.",
    },
    reasoning: { ...body, max_output_tokens: REASONING_LIMIT, reasoning: { effort: "high" } },
  },
  clientCalls: openAiCalls,
  historyCalls: openAiCalls,
  failure: openAiFailure,
  failureIn200: {
    body: responseOf({ status: "failed", error: failureOf("server_error"), usage: null }),
    says: failed(),
  },
  streamFailures: [
    {
      event: namedEvent({ type: "error", ...failureOf("server_error"), param: null }),
      says: failed(),
    },
    {
      event: namedEvent({ type: "error", ...failureOf("rate_limit_exceeded"), param: null }),
      says: rateLimited("The answer failed."),
    },
    { event: namedEvent(failedResponse("server_error")), says: failed() },
    {
      event: namedEvent(failedResponse("rate_limit_exceeded")),
      says: rateLimited("The answer failed."),
    },
  ],
};
