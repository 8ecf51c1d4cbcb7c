// A request's settings, tools and form as Gemini's body, field by field.
import { describe, expect, test } from "bun:test";
import { ApiError } from "../../../src/base/errors.ts";
import { VERTEX_AI } from "../../../src/providers/gemini/surface.ts";
import { bodyOf, FLASH_25, PRO_3 } from "./support.ts";

const hello = [{ role: "user" as const, parts: [{ text: "hello" }] }];
const parameters = { type: "object", properties: { city: { type: "string" } } };
const tools = [
  { type: "function", function: { name: "look", description: "Looks.", parameters } },
  { type: "function", function: { name: "wait" } },
];
const declarations = [
  { name: "look", description: "Looks.", parametersJsonSchema: parameters },
  { name: "wait" },
];

test("the least there is", () => {
  expect(bodyOf({})).toEqual({ contents: hello });
});

test("every setting that has an equal, and none that has not", () => {
  const request = {
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: "hello" },
      { role: "developer", content: [{ type: "text", text: "Be kind." }] },
    ],
    temperature: 0,
    top_p: 0.5,
    stop: ["a", "", "b"],
    seed: 2 ** 32 + 7,
    n: 2,
    presence_penalty: 0.5,
    frequency_penalty: -0.5,
    logprobs: true,
    top_logprobs: 3,
    reasoning_effort: "medium",
    service_tier: "flex",
    logit_bias: { "1": 2 },
    parallel_tool_calls: false,
    metadata: { a: "b" },
    user: "u",
    store: true,
    verbosity: "low",
    anything: "else",
  };
  expect(bodyOf(request, PRO_3, {}, { maxOutputTokens: 500 })).toEqual({
    systemInstruction: { parts: [{ text: "Be brief." }, { text: "Be kind." }] },
    contents: hello,
    generationConfig: {
      maxOutputTokens: 500,
      temperature: 0,
      topP: 0.5,
      stopSequences: ["a", "b"],
      seed: 7,
      candidateCount: 2,
      presencePenalty: 0.5,
      frequencyPenalty: -0.5,
      responseLogprobs: true,
      logprobs: 3,
      thinkingConfig: { thinkingLevel: "medium", includeThoughts: true },
    },
    serviceTier: "flex",
  });
});

test("what the place or generation refuses is left out", () => {
  const request = { presence_penalty: 1, frequency_penalty: 1, service_tier: "flex", n: 1 };
  expect(bodyOf(request, FLASH_25)).toEqual({ contents: hello, serviceTier: "flex" });
  expect(bodyOf(request, FLASH_25, { surface: VERTEX_AI })).toEqual({
    contents: hello,
    generationConfig: { presencePenalty: 1, frequencyPenalty: 1 },
  });
  expect(bodyOf({ service_tier: "auto" })).toEqual({ contents: hello });
});

describe("tools", () => {
  const named = { type: "function", function: { name: "look" } };
  const allow = (mode: string) => ({
    type: "allowed_tools",
    allowed_tools: { mode, tools: [named] },
  });

  test.each<[string, unknown, object | undefined, number]>([
    ["unset", undefined, undefined, 2],
    ["auto", "auto", { mode: "AUTO" }, 2],
    ["none", "none", { mode: "NONE" }, 2],
    ["required", "required", { mode: "ANY" }, 2],
    ["one", named, { mode: "ANY", allowedFunctionNames: ["look"] }, 2],
    ["some, forced", allow("required"), { mode: "ANY", allowedFunctionNames: ["look"] }, 2],
    ["some, free", allow("auto"), { mode: "AUTO" }, 1],
  ])("choice: %s", (_name, choice, config, count) => {
    const request = { tools, ...(choice === undefined ? {} : { tool_choice: choice }) };
    expect(bodyOf(request)).toEqual({
      contents: hello,
      tools: [{ functionDeclarations: declarations.slice(0, count) }],
      ...(config ? { toolConfig: { functionCallingConfig: config } } : {}),
    } as never);
  });

  test("strict tools are validated", () => {
    const strict = [{ type: "function", function: { name: "look", strict: true } }];
    const config = { functionCallingConfig: { mode: "VALIDATED" } } as const;
    expect(bodyOf({ tools: strict }).toolConfig).toEqual(config);
    expect(bodyOf({ tools: strict, tool_choice: "auto" }).toolConfig).toEqual(config);
    expect(bodyOf({ tools: strict, tool_choice: "required" }).toolConfig).toEqual({
      functionCallingConfig: { mode: "ANY" },
    });
  });
});

describe("form of the answer", () => {
  const schema = { type: "object", properties: { a: { const: 1 } } };
  const json_schema = { type: "json_schema", json_schema: { name: "x", schema } };

  test.each([
    [{ type: "text" }, undefined],
    [{ type: "json_object" }, { responseMimeType: "application/json" }],
    [
      json_schema,
      {
        responseMimeType: "application/json",
        responseJsonSchema: { type: "object", properties: { a: { enum: [1] } } },
      },
    ],
  ])("%j", (response_format, config) => {
    expect(bodyOf({ response_format }).generationConfig).toEqual(config as never);
  });

  test("with tools from Gemini 3 on", () => {
    const body = bodyOf({ response_format: json_schema, tools }, PRO_3);
    expect(body.generationConfig?.responseMimeType).toBe("application/json");
    expect(body.tools).toHaveLength(1);
  });
});

describe("refused with the field's name", () => {
  const user = (part: object) => [{ role: "user", content: [part] }];
  test.each<[string, Record<string, unknown>]>([
    ["stop", { stop: ["1", "2", "3", "4", "5", "6"] }],
    ["modalities", { modalities: ["text", "audio"] }],
    ["audio", { audio: { format: "wav", voice: "x" } }],
    ["functions", { functions: [{ name: "f" }] }],
    ["function_call", { function_call: "auto" }],
    ["reasoning_effort", { reasoning_effort: "enormous" }],
    ["response_format", { response_format: { type: "json_object" }, tools }],
    ["tools[0].type", { tools: [{ type: "custom", custom: { name: "c" } }] }],
    ["tools[0].function.name", { tools: [{ type: "function", function: { name: "1x" } }] }],
    ["tool_choice", { tool_choice: "required" }],
    ["tool_choice", { tools, tool_choice: { type: "function", function: { name: "no" } } }],
    ["tool_choice", { tools, tool_choice: { type: "custom", custom: { name: "look" } } }],
    ["messages[0].role", { messages: [{ role: "function", name: "f", content: "x" }] }],
    ["messages[0].audio", { messages: [{ role: "assistant", audio: { id: "a" } }] }],
    [
      "messages[0].tool_calls[0].type",
      {
        messages: [
          {
            role: "assistant",
            tool_calls: [{ id: "a", type: "custom", custom: { name: "c", input: "" } }],
          },
        ],
      },
    ],
    [
      "messages[0].tool_call_id",
      { messages: [{ role: "tool", tool_call_id: "none", content: "x" }] },
    ],
    [
      "messages[0].content[0].image_url.url",
      { messages: user({ type: "image_url", image_url: { url: "https://x.example/a.png" } }) },
    ],
    [
      "messages[0].content[0].image_url.url",
      { messages: user({ type: "image_url", image_url: { url: "file:///etc/passwd" } }) },
    ],
    [
      "messages[0].content[0].file.file_id",
      { messages: user({ type: "file", file: { file_id: "file-1" } }) },
    ],
    [
      "messages[0].content[0].input_audio.format",
      { messages: user({ type: "input_audio", input_audio: { data: "AA", format: "pcm16" } }) },
    ],
    ["messages[0].content[0].type", { messages: user({ type: "hologram" }) }],
  ])("%s", (param, request) => {
    try {
      bodyOf(request);
      throw new Error("was taken");
    } catch (error) {
      expect(error).toBeInstanceOf(ApiError);
      expect([(error as ApiError).status, (error as ApiError).param]).toEqual([400, param]);
    }
  });

  test("a JSON format with a forced call, on every generation", () => {
    const request = { response_format: { type: "json_object" }, tools, tool_choice: "required" };
    expect(() => bodyOf(request, PRO_3)).toThrow("may choose freely");
  });
});

test("the call is left as it was", () => {
  const request = {
    messages: [
      { role: "system", content: "s" },
      { role: "user", content: "u" },
    ],
    tools,
    response_format: { type: "json_schema", json_schema: { name: "x", schema: { const: 1 } } },
  };
  const before = structuredClone(request);
  bodyOf(request, PRO_3);
  expect(request).toEqual(before);
});
