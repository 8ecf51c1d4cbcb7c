// Every field of a chat request is accepted and kept, and null means absent.
import { describe, expect, test } from "bun:test";
import type { ChatCompletionCreateParams } from "openai/resources/chat/completions";
import { configSchema } from "../../src/config/schema.ts";
import { parseChatRequest } from "../../src/http/endpoints/chat-completions/parse.ts";

const { limits } = configSchema.parse({});
const minimal = { model: "m", messages: [{ role: "user", content: "hi" }] };

/**
 * Every field of the openai package's own type: the compiler asks for a case when a new one
 * appears.
 */
const fields: Required<Omit<ChatCompletionCreateParams, "model" | "messages">> = {
  audio: { format: "wav", voice: { id: "v1" } },
  frequency_penalty: -2,
  function_call: { name: "f" },
  functions: [{ name: "f", description: "d", parameters: { type: "object" } }],
  logit_bias: { "50256": -100 },
  logprobs: true,
  max_completion_tokens: 1,
  max_tokens: 100,
  metadata: { team: "red" },
  modalities: ["text", "audio"],
  moderation: { model: "m", policy: { input: { mode: "score" }, output: null } },
  n: 16,
  parallel_tool_calls: false,
  prediction: { type: "content", content: [{ type: "text", text: "t" }] },
  presence_penalty: 2,
  prompt_cache_key: "k",
  prompt_cache_options: { mode: "explicit", ttl: "30m" },
  prompt_cache_retention: "24h",
  reasoning_effort: "xhigh",
  response_format: {
    type: "json_schema",
    json_schema: { name: "n", schema: { type: "object", minimum: null }, strict: true },
  },
  safety_identifier: "s",
  seed: -1,
  service_tier: "flex",
  stop: ["a", "b", "c", "d", "e"],
  store: false,
  stream: true,
  stream_options: { include_usage: true, include_obfuscation: false },
  temperature: 2,
  tool_choice: { type: "function", function: { name: "f" } },
  tools: [{ type: "function", function: { name: "f", parameters: { a: null }, strict: null } }],
  top_logprobs: 20,
  top_p: 1,
  user: "u",
  verbosity: "low",
  web_search_options: {
    search_context_size: "low",
    user_location: { type: "approximate", approximate: { city: "Paris" } },
  },
};

/** Fields that mean something only beside another one. */
const tools = [{ type: "function", function: { name: "f" } }];
const companions: Record<string, object> = {
  stream_options: { stream: true },
  tool_choice: { tools },
  parallel_tool_calls: { tools },
  function_call: { functions: [{ name: "f" }] },
  top_logprobs: { logprobs: true },
};

const variants: [string, unknown][] = [
  ["temperature", 0],
  ["top_p", 0],
  ["stop", "one"],
  ["stop", []],
  ["stream", false],
  ["top_logprobs", 0],
  ["function_call", "auto"],
  ["tool_choice", "none"],
  ["tool_choice", "required"],
  ["tool_choice", { type: "custom", custom: { name: "c" } }],
  [
    "tool_choice",
    { type: "allowed_tools", allowed_tools: { mode: "auto", tools: [{ type: "function" }] } },
  ],
  ["tools", [{ type: "custom", custom: { name: "c", format: { type: "text" } } }]],
  [
    "tools",
    [
      {
        type: "custom",
        custom: {
          name: "c",
          format: { type: "grammar", grammar: { syntax: "lark", definition: "d" } },
        },
      },
    ],
  ],
  ["response_format", { type: "text" }],
  ["response_format", { type: "json_object" }],
  ["audio", { format: "mp3", voice: "alloy" }],
  ["prediction", { type: "content", content: "text" }],
  ["reasoning_effort", "none"],
  ["an_unknown_field", { deep: [1, null, { a: "b" }] }],
  ["web_search_options", {}],
];

const image = { type: "image_url", image_url: { url: "https://example.com/a.png", detail: "low" } };
const text = { type: "text", text: "t", cache_control: { type: "ephemeral", ttl: "1h" } };
const call = { id: "c1", type: "function", function: { name: "f", arguments: "not json" } };
const thought = { extra_content: { google: { thought_signature: "x" } } };

const messages: [string, object][] = [
  ["developer", { role: "developer", content: "c", name: "n" }],
  ["system in parts", { role: "system", content: [text] }],
  ["user, empty text", { role: "user", content: "" }],
  ["user with image", { role: "user", content: [text, image] }],
  [
    "user with sound, file and video",
    {
      role: "user",
      content: [
        { type: "input_audio", input_audio: { data: "AAAA", format: "wav" } },
        { type: "file", file: { file_data: "data:application/pdf;base64,AA", filename: "a.pdf" } },
        { type: "file", file: { file_id: "file-1", file_data: null } },
        { type: "video_url", video_url: { url: "data:video/mp4;base64,AA" } },
        { type: "text", text: "t", prompt_cache_breakpoint: { mode: "explicit", ttl: "30m" } },
      ],
    },
  ],
  ["assistant, null content", { role: "assistant", content: null, tool_calls: [call] }],
  ["assistant without content", { role: "assistant", tool_calls: [{ ...call, ...thought }] }],
  [
    "assistant with a custom call",
    {
      role: "assistant",
      tool_calls: [{ id: "c2", type: "custom", custom: { name: "n", input: "i" } }],
    },
  ],
  ["assistant in parts", { role: "assistant", content: [{ type: "refusal", refusal: "no" }] }],
  ["assistant with sound", { role: "assistant", audio: { id: "a" } }],
  ["assistant, legacy call", { role: "assistant", function_call: { name: "f", arguments: "{}" } }],
  [
    "assistant with thoughts",
    {
      role: "assistant",
      content: "c",
      reasoning_content: "r",
      reasoning: "r",
      reasoning_details: [{ type: "reasoning.text", text: "r", signature: null }],
    },
  ],
  ["tool", { role: "tool", tool_call_id: "c1", content: "result" }],
  ["tool in parts", { role: "tool", tool_call_id: "c1", content: [{ type: "text", text: "r" }] }],
  ["function", { role: "function", name: "f", content: null }],
  ["unknown fields", { role: "user", content: [{ ...text, new_mark: [1] }], extra: { a: null } }],
];

describe("accepted and kept", () => {
  test.each(Object.entries(fields))("%s", (field, value) => {
    const body = { ...minimal, ...companions[field], [field]: value };
    expect(parseChatRequest(body, limits)).toEqual(body as never);
  });

  test.each(variants)("%s: %j", (field, value) => {
    const body = { ...minimal, ...companions[field], [field]: value };
    expect(parseChatRequest(body, limits)).toEqual(body as never);
  });

  test.each(messages)("message: %s", (_, message) => {
    const body = { model: "m", messages: [message] };
    expect(parseChatRequest(body, limits)).toEqual(body as never);
  });

  test("the order of keys, at every level", () => {
    const body = { zeta: 1, messages: [{ content: "c", role: "user" }], alpha: {}, model: "m" };
    expect(JSON.stringify(parseChatRequest(body, limits))).toBe(JSON.stringify(body));
  });

  test("a field named __proto__ is only a field", () => {
    const body = JSON.parse(
      `{"__proto__":{"stream":true},"x":null,${JSON.stringify(minimal).slice(1)}`,
    );
    const request = parseChatRequest(body, limits);
    expect(request.stream).toBeUndefined();
    expect(Object.keys(request)).toContain("__proto__");
  });
});

describe("null means absent", () => {
  test.each([...Object.keys(fields), "an_unknown_field"])("%s", (field) => {
    expect(parseChatRequest({ ...minimal, [field]: null }, limits)).toEqual(minimal as never);
  });

  test("in messages, but content stays", () => {
    const absent = {
      name: null,
      refusal: null,
      audio: null,
      tool_calls: null,
      function_call: null,
    };
    const body = { model: "m", messages: [{ role: "assistant", content: null, ...absent }] };
    const { messages: parsed } = parseChatRequest(body, limits);
    expect(parsed).toEqual([{ role: "assistant", content: null }]);
  });

  test("the caller's object is left as it was", () => {
    const body = { ...minimal, max_tokens: 5, max_completion_tokens: 6, stop: null };
    const before = structuredClone(body);
    parseChatRequest(body, limits);
    expect(body).toEqual(before);
  });
});

describe("relations", () => {
  test("max_completion_tokens wins over max_tokens", () => {
    const request = parseChatRequest(
      { ...minimal, max_tokens: 5, max_completion_tokens: 6 },
      limits,
    );
    expect(request).toEqual({ ...minimal, max_completion_tokens: 6 } as never);
  });

  test("max_tokens stays where the other is null", () => {
    const body = { ...minimal, max_tokens: 5, max_completion_tokens: null };
    expect(parseChatRequest(body, limits).max_tokens).toBe(5);
  });

  test.each([{}, { stream: false }, { stream: null }])(
    "stream_options without stream: %j",
    (body) => {
      const request = parseChatRequest(
        { ...minimal, ...body, stream_options: { include_usage: true } },
        limits,
      );
      expect(request.stream_options).toBeUndefined();
    },
  );
});
