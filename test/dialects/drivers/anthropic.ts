// Anthropic's own API, with a model that is told an effort and holds schemas natively.
import { type Driver, openAiCalls } from "../driver.ts";
import { ANSWER_SCHEMA, LIMIT, REASONING_LIMIT } from "../requests.ts";
import {
  claudeFailure,
  claudeFailureIn200,
  claudeHistory,
  claudeImage,
  claudeLook,
  claudeStream,
  claudeStreamFailures,
  claudeSystem,
  claudeUser,
  claudeWhole,
} from "./claude-wire.ts";

const MODEL = "claude-opus-5";

const body = { model: MODEL, max_tokens: LIMIT, system: claudeSystem, messages: [claudeUser] };
const access = { "anthropic-version": "2023-06-01", "x-api-key": "sk-ant-upstream" };

export const anthropic: Driver = {
  name: "anthropic",
  env: (url) => ({ ANTHROPIC_API_KEY: "sk-ant-upstream", ANTHROPIC_BASE_URL: url }),
  model: MODEL,
  price: { input: 5_000_000, cacheRead: 500_000, output: 25_000_000 },
  path: { whole: "/v1/messages", stream: "/v1/messages" },
  headers: {
    whole: { ...access, accept: "application/json" },
    stream: { ...access, accept: "text/event-stream" },
  },
  whole: claudeWhole,
  stream: claudeStream,
  streamType: "text/event-stream",
  streamExtras: { stream: true },
  sends: {
    text: body,
    tools: { ...body, tools: [claudeLook], tool_choice: { type: "any" } },
    parallelTools: { ...body, tools: [claudeLook] },
    toolResults: { ...body, tools: [claudeLook], messages: claudeHistory },
    jsonSchema: {
      ...body,
      output_config: { format: { type: "json_schema", schema: ANSWER_SCHEMA } },
    },
    image: { model: MODEL, max_tokens: LIMIT, messages: [claudeImage] },
    // Anthropic refuses a sequence of blanks.
    stop: { ...body, stop_sequences: ["END"] },
    reasoning: {
      ...body,
      max_tokens: REASONING_LIMIT,
      thinking: { type: "adaptive", display: "summarized" },
      output_config: { effort: "high" },
    },
  },
  clientCalls: openAiCalls,
  historyCalls: openAiCalls,
  refused: (refusal) => ({
    message: { role: "assistant", content: null, refusal },
    finishReason: "content_filter",
  }),
  reasoning: { shown: true, counted: true },
  failure: claudeFailure,
  failureSays: {},
  streamFailures: claudeStreamFailures,
  failureIn200: claudeFailureIn200,
  tellsInputEarly: true,
};
