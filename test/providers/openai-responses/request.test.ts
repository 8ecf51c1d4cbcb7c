// A chat request as the Responses API's body: what is mapped, dropped and refused.
import { describe, expect, test } from "bun:test";
import { ApiError } from "../../../src/base/errors.ts";
import { buildResponsesRequest } from "../../../src/providers/openai-responses/request.ts";
import type { UpstreamCall } from "../../../src/providers/protocol.ts";
import { callOf } from "../support.ts";
import type { Fields } from "./support.ts";

const plain = { quirks: { refusesObfuscation: true }, passFields: undefined, stream: false };

function build(request: Fields, extra: Partial<UpstreamCall> = {}, options = {}): Fields {
  const call = callOf(request, extra);
  const before = structuredClone(call);
  const { body } = buildResponsesRequest(call, { ...plain, ...options });
  expect(call).toEqual(before);
  return body;
}

function refusalOf(request: Fields, extra: Partial<UpstreamCall> = {}): ApiError {
  try {
    build(request, extra);
  } catch (error) {
    if (error instanceof ApiError) {
      return error;
    }
    throw error;
  }
  throw new Error("expected a refusal");
}

const hello = [{ role: "user", content: "hello" }];

describe("the body", () => {
  test("of a plain request", () => {
    expect(build({})).toEqual({
      model: "upstream-model",
      input: hello,
      store: false,
      max_output_tokens: 100,
    });
  });

  test("of a request with everything", () => {
    const shared = {
      metadata: { a: "b" },
      parallel_tool_calls: false,
      prompt_cache_key: "key",
      prompt_cache_options: { mode: "explicit", ttl: "30m" },
      prompt_cache_retention: "24h",
      safety_identifier: "safe",
      service_tier: "default",
      temperature: 0,
      top_p: 0.5,
      user: "u",
    };
    const body = build({
      ...shared,
      store: true,
      reasoning_effort: "high",
      verbosity: "low",
      logprobs: true,
      top_logprobs: 3,
      response_format: {
        type: "json_schema",
        json_schema: { name: "n", description: "d", schema: { type: "object" }, strict: true },
      },
      tools: [{ type: "function", function: { name: "f", strict: true } }],
      tool_choice: "required",
      n: 1,
      max_tokens: 5,
      stream_options: { include_usage: true },
    });
    expect(body).toEqual({
      model: "upstream-model",
      input: hello,
      ...shared,
      store: true,
      max_output_tokens: 100,
      reasoning: { effort: "high" },
      text: {
        format: {
          type: "json_schema",
          name: "n",
          description: "d",
          schema: { type: "object" },
          strict: true,
        },
        verbosity: "low",
      },
      include: ["message.output_text.logprobs"],
      top_logprobs: 3,
      tools: [
        {
          type: "function",
          name: "f",
          parameters: { type: "object", properties: {} },
          strict: true,
        },
      ],
      tool_choice: "required",
    });
  });

  test("of a stream asks for one, without padding where that can be asked for", () => {
    const { stream, stream_options } = build({}, {}, { stream: true });
    expect([stream, stream_options]).toEqual([true, { include_obfuscation: false }]);
    const azure = { stream: true, quirks: { refusesObfuscation: false } };
    expect(build({}, {}, azure)).not.toHaveProperty("stream_options");
  });

  test("has no limit where none is to be sent", () => {
    expect(build({}, { maxOutputTokens: null })).not.toHaveProperty("max_output_tokens");
    expect(build({}, { maxOutputTokens: 16 }).max_output_tokens).toBe(16);
  });

  test.each<[Fields, Fields]>([
    [{ response_format: { type: "text" } }, { text: { format: { type: "text" } } }],
    [{ response_format: { type: "json_object" } }, { text: { format: { type: "json_object" } } }],
    [
      { response_format: { type: "json_schema", json_schema: { name: "n", strict: null } } },
      { text: { format: { type: "json_schema", name: "n", schema: {}, strict: false } } },
    ],
    [{ verbosity: "high" }, { text: { verbosity: "high" } }],
    [{ reasoning_effort: "none" }, { reasoning: { effort: "none" } }],
    [{ logprobs: true }, { include: ["message.output_text.logprobs"] }],
    [{ logprobs: false, top_logprobs: 2 }, {}],
    [{ tools: [] }, {}],
    [{ stop: [], logit_bias: {}, functions: [], modalities: ["text"] }, {}],
    [{ frequency_penalty: 0, presence_penalty: 0, n: 1 }, {}],
    [{ background: true, previous_response_id: "resp_1", prompt: { id: "p" } }, {}],
    [{ conversation: "c", instructions: "i", top_k: 3 }, {}],
  ])("of %j adds %j", (request, added) => {
    expect(build(request)).toEqual({ ...build({}), ...added });
  });

  test("goes without the fields that only tune, and names them", () => {
    const values: Fields = {
      seed: 1,
      prediction: { type: "content", content: "x" },
      frequency_penalty: 0.1,
      presence_penalty: -1,
      logit_bias: { "1": 1 },
      top_k: 4,
    };
    expect(build(values)).toEqual(build({}));
    const ignored = (request: Fields, options = {}) =>
      buildResponsesRequest(callOf(request), { ...plain, ...options }).ignored;
    expect(ignored(values)).toEqual(Object.keys(values));
    expect(ignored({ instructions: "i", made_up: 1 })).toEqual(["instructions", "made_up"]);
    expect(ignored({ frequency_penalty: 0, logit_bias: {}, user: "u", store: true })).toEqual([]);
    expect(ignored(values, { passFields: ["top_k"] })).not.toContain("top_k");
    expect(ignored({ messages: [{ role: "user", name: "Ann", content: "x" }] })).toEqual([
      "messages.name",
    ]);
    expect(build({ service_tier: "on_demand" })).toEqual(build({}));
  });

  test("takes unknown fields by name only, and those that keep state not even so", () => {
    const given = { truncation: "auto", background: true, previous_response_id: "r", seed: 1 };
    const passFields = ["truncation", "background", "previous_response_id", "seed", "max_tokens"];
    expect(build(given, {}, { passFields })).toEqual({ ...build({}), truncation: "auto" });
    expect(build(given, {}, { passFields: true })).toEqual(build({}));
  });
});

describe("tools", () => {
  test("are flat, with strictness as on chat completions unless it is given", () => {
    const parameters = { type: "object", properties: { a: { type: "string" } } };
    const grammar = { syntax: "lark", definition: "start: A" };
    const { tools } = build({
      tools: [
        { type: "function", function: { name: "f", description: "d", parameters } },
        { type: "function", function: { name: "g", description: null, parameters: null } },
        { type: "custom", custom: { name: "c", description: "e" } },
        { type: "custom", custom: { name: "h", format: { type: "text" } } },
        { type: "custom", custom: { name: "i", format: { type: "grammar", grammar } } },
      ],
    });
    expect(tools).toEqual([
      { type: "function", name: "f", description: "d", parameters, strict: false },
      {
        type: "function",
        name: "g",
        parameters: { type: "object", properties: {} },
        strict: false,
      },
      { type: "custom", name: "c", description: "e" },
      { type: "custom", name: "h", format: { type: "text" } },
      { type: "custom", name: "i", format: { type: "grammar", ...grammar } },
    ]);
  });

  test.each<[unknown, unknown]>([
    ["auto", "auto"],
    ["none", "none"],
    [
      { type: "function", function: { name: "f" } },
      { type: "function", name: "f" },
    ],
    [
      { type: "custom", custom: { name: "c" } },
      { type: "custom", name: "c" },
    ],
    [
      {
        type: "allowed_tools",
        allowed_tools: {
          mode: "required",
          tools: [
            { type: "function", function: { name: "f" } },
            { type: "custom", custom: { name: "c" } },
          ],
        },
      },
      {
        type: "allowed_tools",
        mode: "required",
        tools: [
          { type: "function", name: "f" },
          { type: "custom", name: "c" },
        ],
      },
    ],
  ])("the choice %j", (choice, expected) => {
    expect(build({ tool_choice: choice }).tool_choice).toEqual(expected);
  });
});

describe("a refusal names the field", () => {
  test.each<[string, unknown]>([
    ["n", 2],
    ["stop", "end"],
    ["stop", ["end"]],
    ["modalities", ["text", "audio"]],
    ["audio", { format: "wav", voice: "a" }],
    ["functions", [{ name: "f" }]],
    ["web_search_options", {}],
  ])("%s: %j", (field, value) => {
    const error = refusalOf({ [field]: value });
    expect([error.status, error.param, error.code]).toEqual([400, field, "unsupported_parameter"]);
    expect(error.message).toContain(`'${field}'`);
  });

  test.each<[Fields, string]>([
    [{ max_tokens: 15 }, "max_tokens"],
    [{ max_completion_tokens: 15 }, "max_completion_tokens"],
    [{ max_completion_tokens: 15, max_tokens: 15 }, "max_completion_tokens"],
    [{}, "max_completion_tokens"],
  ])("a limit below the least one, given as %j", (request, field) => {
    const error = refusalOf(request, { maxOutputTokens: 15 });
    expect([error.status, error.param, error.code]).toEqual([
      400,
      field,
      "integer_below_min_value",
    ]);
    expect(error.message).toContain("at least 16");
  });
});
