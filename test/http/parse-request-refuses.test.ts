// What is wrong with a chat request is named by field, and its content is never repeated.
import { describe, expect, test } from "bun:test";
import { ApiError } from "../../src/base/errors.ts";
import { configSchema } from "../../src/config/schema.ts";
import { parseChatRequest } from "../../src/http/endpoints/chat-completions/parse.ts";

const { limits } = configSchema.parse({ limits: { messages: 4, tools: 2, choices: 3 } });
const SECRET = "canary-7f3a";
const user = { role: "user", content: "hi" };
const minimal = { model: "m", messages: [user] };

function refusal(body: unknown): ApiError {
  try {
    parseChatRequest(body, limits);
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error("the request was accepted");
}

const withMessage = (message: unknown) => ({ model: "m", messages: [user, message] });
const withPart = (part: unknown) => ({ model: "m", messages: [{ role: "user", content: [part] }] });

describe("the message says what was expected", () => {
  const cases: [unknown, string | null, string][] = [
    [[], null, "The request body must be a JSON object."],
    ["text", null, "The request body must be a JSON object."],
    [{}, "model", "Missing required parameter: 'model'."],
    [{ model: null, messages: [user] }, "model", "Missing required parameter: 'model'."],
    [{ model: "m" }, "messages", "Missing required parameter: 'messages'."],
    [
      { model: "m", messages: [] },
      "messages",
      "Invalid 'messages': expected an array with at least 1 item.",
    ],
    [
      withMessage({ role: "user", content: 5 }),
      "messages[1].content",
      "Invalid type for 'messages[1].content': " +
        "expected a string or an array of parts, but got a number instead.",
    ],
    [
      withMessage({ role: "user", content: null }),
      "messages[1].content",
      "Invalid type for 'messages[1].content': " +
        "expected a string or an array of parts, but got null instead.",
    ],
    [
      withMessage({ role: "tool", content: "r" }),
      "messages[1].tool_call_id",
      "Missing required parameter: 'messages[1].tool_call_id'.",
    ],
    [
      withMessage({ role: SECRET, content: "" }),
      "messages[1].role",
      "Invalid value for 'messages[1].role': expected one of " +
        "'developer', 'system', 'user', 'assistant', 'tool', 'function'.",
    ],
    [
      withPart({ type: "text" }),
      "messages[0].content[0].text",
      "Missing required parameter: 'messages[0].content[0].text'.",
    ],
    [
      { ...minimal, temperature: 2.5 },
      "temperature",
      "Invalid 'temperature': expected a value of at most 2.",
    ],
    [
      { ...minimal, max_tokens: 1.5 },
      "max_tokens",
      "Invalid type for 'max_tokens': expected an integer, but got a decimal number instead.",
    ],
    [
      { ...minimal, tool_choice: SECRET },
      "tool_choice",
      "Invalid value for 'tool_choice': expected one of 'none', 'auto', 'required'.",
    ],
    [
      { ...minimal, stop: 5 },
      "stop",
      "Invalid type for 'stop': expected a string or an array, but got a number instead.",
    ],
    [
      { ...minimal, metadata: { [SECRET]: 1 } },
      "metadata",
      "Invalid type for 'metadata': expected a string, but got a number instead.",
    ],
    [{ ...minimal, n: 4 }, "n", "Invalid 'n': expected a value of at most 3."],
    [
      { model: "m", messages: Array(5).fill(user) },
      "messages",
      "Invalid 'messages': expected an array with at most 4 items.",
    ],
    [
      { ...minimal, tools: Array(3).fill({}) },
      "tools",
      "Invalid 'tools': expected an array with at most 2 items.",
    ],
  ];

  test.each(cases)("%j", (body, param, message) => {
    const error = refusal(body);
    expect(error).toMatchObject({ status: 400, type: "invalid_request_error", code: null });
    expect(error.message).toBe(message);
    expect(error.param).toBe(param);
  });
});

const call = { id: "c", type: "function", function: { name: "f", arguments: "{}" } };

describe("the field at fault", () => {
  const cases: [string, unknown][] = [
    ["model", { ...minimal, model: "" }],
    ["model", { ...minimal, model: 1 }],
    ["model", { ...minimal, model: SECRET.repeat(30) }],
    ["messages", { model: "m", messages: SECRET }],
    ["messages[1]", withMessage(SECRET)],
    ["messages[1]", withMessage(null)],
    ["messages[1].role", withMessage({ content: SECRET })],
    ["messages[1].content", withMessage({ role: "system" })],
    ["messages[1].content", withMessage({ role: "assistant", content: { [SECRET]: 1 } })],
    ["messages[1].name", withMessage({ ...user, name: 1 })],
    ["messages[1].tool_calls", withMessage({ role: "assistant", tool_calls: SECRET })],
    ["messages[1].tool_calls[0].type", withMessage({ role: "assistant", tool_calls: [{}] })],
    [
      "messages[1].tool_calls[0].function.arguments",
      withMessage({
        role: "assistant",
        tool_calls: [{ ...call, function: { name: "f", arguments: { [SECRET]: 1 } } }],
      }),
    ],
    ["messages[1].name", withMessage({ role: "function", content: SECRET })],
    [
      "messages[1].content[0].type",
      withMessage({ role: "tool", content: [{ type: "input_audio" }], tool_call_id: "c" }),
    ],
    ["messages[0].content[0]", withPart(SECRET)],
    ["messages[0].content[0].type", withPart({ type: SECRET })],
    ["messages[0].content[0].image_url", withPart({ type: "image_url", image_url: SECRET })],
    ["messages[0].content[0].image_url.url", withPart({ type: "image_url", image_url: {} })],
    [
      "messages[0].content[0].input_audio.format",
      withPart({ type: "input_audio", input_audio: { data: "A" } }),
    ],
    ["messages[0].content[0].file.file_data", withPart({ type: "file", file: { file_data: 1 } })],
    ["stream", { ...minimal, stream: SECRET }],
    [
      "stream_options.include_usage",
      { ...minimal, stream: true, stream_options: { include_usage: 1 } },
    ],
    ["temperature", { ...minimal, temperature: "0.5" }],
    ["temperature", { ...minimal, temperature: -0.1 }],
    ["top_p", { ...minimal, top_p: 1.01 }],
    ["frequency_penalty", { ...minimal, frequency_penalty: 2.01 }],
    ["presence_penalty", { ...minimal, presence_penalty: -2.01 }],
    ["max_tokens", { ...minimal, max_tokens: 0 }],
    ["max_completion_tokens", { ...minimal, max_completion_tokens: -1 }],
    ["max_completion_tokens", { ...minimal, max_completion_tokens: 2 ** 53 }],
    ["n", { ...minimal, n: 0 }],
    ["seed", { ...minimal, seed: 0.5 }],
    ["stop", { ...minimal, stop: Array(65).fill(SECRET) }],
    ["stop[1]", { ...minimal, stop: ["a", 1] }],
    ["top_logprobs", { ...minimal, top_logprobs: 21 }],
    ["logprobs", { ...minimal, logprobs: "yes" }],
    ["logit_bias", { ...minimal, logit_bias: { [SECRET]: 101 } }],
    ["metadata", { ...minimal, metadata: { [SECRET]: SECRET.repeat(60) } }],
    ["metadata", { ...minimal, metadata: { [SECRET.repeat(10)]: "a" } }],
    [
      "metadata",
      { ...minimal, metadata: Object.fromEntries([...Array(17).keys()].map((i) => [i, "v"])) },
    ],
    ["modalities[0]", { ...minimal, modalities: [1] }],
    ["tools[0].type", { ...minimal, tools: [{ type: "web_search" }] }],
    ["tools[0].function.name", { ...minimal, tools: [{ type: "function", function: {} }] }],
    [
      "tools[0].function.parameters",
      { ...minimal, tools: [{ type: "function", function: { name: "f", parameters: SECRET } }] },
    ],
    [
      "tools[0].custom.format.type",
      { ...minimal, tools: [{ type: "custom", custom: { name: "c", format: { type: SECRET } } }] },
    ],
    ["tool_choice.type", { ...minimal, tool_choice: { type: SECRET } }],
    ["tool_choice.function.name", { ...minimal, tool_choice: { type: "function", function: {} } }],
    ["tool_choice", { ...minimal, tool_choice: 1 }],
    ["parallel_tool_calls", { ...minimal, parallel_tool_calls: 1 }],
    ["response_format", { ...minimal, response_format: "json" }],
    ["response_format.type", { ...minimal, response_format: { type: SECRET } }],
    ["response_format.json_schema", { ...minimal, response_format: { type: "json_schema" } }],
    ["functions[0].name", { ...minimal, functions: [{}] }],
    ["functions", { ...minimal, functions: Array(3).fill({ name: "f" }) }],
    ["function_call.name", { ...minimal, function_call: {} }],
    ["reasoning_effort", { ...minimal, reasoning_effort: 3 }],
    ["audio.voice", { ...minimal, audio: { format: "wav" } }],
    ["prediction.type", { ...minimal, prediction: { content: SECRET } }],
    [
      "web_search_options.user_location.type",
      { ...minimal, web_search_options: { user_location: {} } },
    ],
    ["store", { ...minimal, store: 1 }],
    ["user", { ...minimal, user: 1 }],
  ];

  test.each(cases)("%s: %j", (param, body) => {
    const error = refusal(body);
    expect(error.param).toBe(param);
    expect(error.status).toBe(400);
    expect(error.message).toContain(`'${param}'`);
    expect(error.message).not.toContain(SECRET);
  });
});
