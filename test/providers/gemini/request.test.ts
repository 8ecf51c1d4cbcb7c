// A request's settings, tools and form as Gemini's body, field by field.
import { describe, expect, test } from "bun:test";
import { ApiError } from "../../../src/base/errors.ts";
import { VERTEX_AI } from "../../../src/providers/gemini/api.ts";
import { parseJson } from "../../../src/providers/shared/json.ts";
import { bodyOf, build, FLASH_25, PRO_3 } from "./support.ts";

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
      { role: "developer", content: [{ type: "text", text: "Be kind." }] },
      { role: "user", content: "hello" },
    ],
    temperature: 0,
    top_p: 0.5,
    top_k: 40,
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
      topK: 40,
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
  expect(bodyOf(request, FLASH_25, { api: VERTEX_AI })).toEqual({
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
    ["auto", "auto", undefined, 2],
    ["none", "none", { mode: "NONE" }, 2],
    ["required", "required", { mode: "ANY" }, 2],
    ["one", named, { mode: "ANY", allowedFunctionNames: ["look"] }, 2],
    ["some, forced", allow("required"), { mode: "ANY", allowedFunctionNames: ["look"] }, 2],
    ["some, free", allow("auto"), undefined, 1],
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

  test("before Gemini 3 in words beside tools, and natively where those may not be called", () => {
    const { generationConfig, systemInstruction } = bodyOf({ response_format: json_schema, tools });
    expect(generationConfig).toBeUndefined();
    expect(JSON.stringify(systemInstruction)).toContain(
      JSON.stringify(JSON.stringify(schema)).slice(1, -1),
    );
    const none = bodyOf({ response_format: json_schema, tools, tool_choice: "none" });
    expect([none.generationConfig?.responseMimeType, none.tools]).toEqual([
      "application/json",
      undefined,
    ]);
  });

  test("integers beyond 2^53 keep their digits", () => {
    const json = '{"maximum":9223372036854775807,"enum":[2512292042121000001]}';
    const given = { type: "json_schema", json_schema: { name: "x", schema: parseJson(json) } };
    expect(JSON.stringify(bodyOf({ response_format: given }).generationConfig)).toContain(json);
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
    ["modalities", { modalities: ["text", "audio"] }],
    ["audio", { audio: { format: "wav", voice: "x" } }],
    ["functions", { functions: [{ name: "f" }] }],
    ["function_call", { function_call: { name: "f" } }],
    ["web_search_options", { web_search_options: {} }],
    ["tools[0].type", { tools: [{ type: "custom", custom: { name: "c" } }] }],
    ["tools[0].function.name", { tools: [{ type: "function", function: { name: "1x" } }] }],
    ["tool_choice", { tool_choice: "required" }],
    ["tool_choice", { tools, tool_choice: { type: "function", function: { name: "no" } } }],
    ["tool_choice.type", { tools, tool_choice: { type: "custom", custom: { name: "look" } } }],
    ["messages[0].role", { messages: [{ role: "function", name: "f", content: "x" }] }],
    ["messages[0].audio", { messages: [{ role: "assistant", audio: { id: "a" } }] }],
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
});

describe("what has no equal is named", () => {
  const image = {
    type: "image_url",
    image_url: { url: "data:image/png;base64,AA", detail: "low" },
  };

  test.each<[string, Record<string, unknown>, string, string[]]>([
    ["the sixth sequence", { stop: ["1", "2", "3", "4", "5", "6"] }, FLASH_25, ["stop"]],
    [
      "fields that tune",
      { logit_bias: { "1": 1 }, verbosity: "low", prediction: { type: "content", content: "x" } },
      PRO_3,
      ["logit_bias", "verbosity", "prediction"],
    ],
    [
      "penalties of 2.5",
      { presence_penalty: 1, frequency_penalty: 0 },
      FLASH_25,
      ["presence_penalty"],
    ],
    ["one call at a time", { tools, parallel_tool_calls: false }, PRO_3, ["parallel_tool_calls"]],
    [
      "an effort without thinking",
      { reasoning_effort: "high" },
      "gemini-2.0-flash",
      ["reasoning_effort"],
    ],
    ["thinking that cannot be off", { reasoning_effort: "none" }, PRO_3, ["reasoning_effort"]],
    ["thinking that can be off", { reasoning_effort: "none" }, FLASH_25, []],
    ["fields that nobody knows", { made_up: 1, top_k: "5" }, PRO_3, ["made_up", "top_k"]],
    ["a tier that nobody has", { service_tier: "scale" }, PRO_3, ["service_tier"]],
    ["no effort without thinking", { reasoning_effort: "none" }, "gemini-2.0-flash", []],
    [
      "a form beside a forced call",
      { response_format: { type: "json_object" }, tools, tool_choice: "required" },
      PRO_3,
      ["response_format"],
    ],
    ["detail", { messages: [{ role: "user", content: [image] }] }, PRO_3, ["image_url.detail"]],
    [
      "a speaker's name",
      { messages: [{ role: "user", name: "Ann", content: "x" }] },
      PRO_3,
      ["messages.name"],
    ],
    [
      "nothing",
      { logit_bias: {}, verbosity: "medium", seed: 3, user: "u", store: true },
      PRO_3,
      [],
    ],
  ])("%s", (_name, request, model, ignored) => {
    expect(build(request, model).ignored).toEqual(ignored);
  });

  test("a tier that Vertex AI has a header for", () => {
    const request = { service_tier: "flex" };
    expect(build(request, FLASH_25, { api: VERTEX_AI }).ignored).toEqual(["service_tier"]);
    expect(build(request).ignored).toEqual([]);
  });

  test("five sequences are sent", () => {
    const stop = ["1", "2", "3", "4", "5", "6"];
    expect(bodyOf({ stop }).generationConfig?.stopSequences).toEqual(stop.slice(0, 5));
  });
});

describe("a seed of any length is folded, the same always to the same", () => {
  test.each<[string, number]>([
    ["7", 7],
    ["-1", -1],
    ["4294967303", 7],
    ["9223372036854775807", -1],
    ["1e300", 0],
  ])("%s", (json, seed) => {
    const request = parseJson(`{"seed":${json}}`) as Record<string, unknown>;
    expect(bodyOf(request).generationConfig).toEqual({ seed });
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
