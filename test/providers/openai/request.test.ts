// What is sent to an OpenAI-compatible provider, provider by provider.
import { describe, expect, test } from "bun:test";
import { PROVIDER_LIST } from "../../../src/providers/list.ts";
import type { OpenAiDialect } from "../../../src/providers/openai/dialect.ts";
import { COMPATIBLE, type Quirks } from "../../../src/providers/openai/quirks.ts";
import { buildRequest } from "../../../src/providers/openai/request.ts";
import { callOf } from "../support.ts";

/** The providers that speak this dialect. */
const COMPATIBLE_IDS = PROVIDER_LIST.providers
  .filter(({ dialect }) => dialect.name === "openai")
  .map(({ id }) => [id]);

function quirksOf(id: string): Quirks {
  const provider = PROVIDER_LIST.providers.find((candidate) => candidate.id === id);
  if (provider?.dialect.name !== "openai") {
    throw new Error(`${id} does not speak this dialect`);
  }
  return (provider.dialect as OpenAiDialect).quirks;
}

function bodyFor(
  id: string,
  request: Record<string, unknown>,
  options: { stream?: boolean; passFields?: boolean | string[] } = {},
): Record<string, unknown> {
  return built(id, request, options).body;
}

function built(
  id: string,
  request: Record<string, unknown>,
  options: { stream?: boolean; passFields?: boolean | string[]; reasons?: boolean } = {},
) {
  const call = callOf(request);
  const { capabilities } = call.facts;
  const facts = {
    ...call.facts,
    capabilities: { ...capabilities, reasoning: options.reasons ?? true },
  };
  return buildRequest(
    { ...call, facts },
    {
      quirks: quirksOf(id),
      passFields: options.passFields,
      stream: options.stream ?? false,
    },
  );
}

describe("output limit", () => {
  test.each(COMPATIBLE_IDS)("%s gets one limit", (id) => {
    const body = bodyFor(id, { max_tokens: 7, max_completion_tokens: 8 });
    const newer = id === "openai" || id === "azure";
    expect(body.max_completion_tokens).toBe(newer ? 100 : undefined);
    expect(body.max_tokens).toBe(newer ? undefined : 100);
    expect(body.model).toBe("upstream-model");
  });

  test("null sends none, not even the client's own", () => {
    const call = callOf({ max_tokens: 7 }, { maxOutputTokens: null });
    const { body } = buildRequest(call, { quirks: COMPATIBLE, passFields: true, stream: false });
    expect(Object.keys(body).sort()).toEqual(["messages", "model"]);
  });
});

describe("stream options", () => {
  test.each([
    ["openai", { include_usage: true, include_obfuscation: false }],
    ["azure", { include_usage: true }],
    ["groq", { include_usage: true }],
    ["vllm", { include_usage: true }],
    ["mistral", undefined],
  ])("%s", (id, expected) => {
    const body = bodyFor(
      id,
      { stream: true, stream_options: { include_usage: false, include_obfuscation: true } },
      { stream: true },
    );
    expect(body.stream).toBe(true);
    expect(body.stream_options).toEqual(expected);
  });

  test("neither field is sent without streaming", () => {
    const body = bodyFor("openai", { stream: false, stream_options: { include_usage: true } });
    expect("stream" in body || "stream_options" in body).toBe(false);
  });
});

describe("fields", () => {
  const everything = {
    temperature: 0,
    store: true,
    metadata: { a: "b" },
    logprobs: false,
    top_logprobs: 0,
    logit_bias: { "1": 2 },
    seed: 0,
    verbosity: "low",
    top_k: 5,
    made_up: 1,
    n: 1,
  };

  test.each([
    ["openai", Object.keys(everything)],
    ["vllm", Object.keys(everything).filter((field) => !["store", "metadata"].includes(field))],
    ["mistral", ["temperature", "random_seed", "n"]],
    ["groq", ["temperature", "seed"]],
    [
      "together",
      ["temperature", "logprobs", "top_logprobs", "logit_bias", "seed", "verbosity", "top_k", "n"],
    ],
    [
      "deepseek",
      ["temperature", "logprobs", "top_logprobs", "logit_bias", "seed", "verbosity", "n"],
    ],
  ])("%s gets what it takes", (id, fields) => {
    const sent = Object.keys(bodyFor(id, everything));
    expect(sent.sort()).toEqual(
      [...fields, "messages", "model", "max_tokens"]
        .map((field) =>
          field === "max_tokens" && id === "openai" ? "max_completion_tokens" : field,
        )
        .sort(),
    );
  });

  test("the configuration's passFields overrule the declaration", () => {
    const named = bodyFor("mistral", everything, { passFields: ["made_up", "store"] });
    expect([named.made_up, named.store, named.logprobs]).toEqual([1, true, undefined]);
    const all = bodyFor("together", everything, { passFields: true });
    expect([all.made_up, all.store]).toEqual([1, undefined]);
    const none = bodyFor("openai", everything, { passFields: false });
    expect([none.made_up, none.store]).toEqual([undefined, true]);
  });

  test("zeros, false and empty strings are values; null and undefined are not", () => {
    const body = bodyFor("openai", { temperature: 0, store: false, user: "", top_p: null });
    expect([body.temperature, body.store, body.user]).toEqual([0, false, ""]);
    expect("top_p" in body).toBe(false);
  });

  test("fields that change the price behind it do not reach OpenRouter", () => {
    const body = bodyFor("openrouter", { models: ["a"], route: "x", plugins: [], reasoning: {} });
    expect(Object.keys(body).sort()).toEqual(["max_tokens", "messages", "model", "reasoning"]);
  });
});

const conversation = [
  { role: "developer", content: "rules", name: "boss" },
  { role: "user", content: "hi", name: "ann" },
  {
    role: "assistant",
    content: null,
    reasoning_content: "hmm",
    tool_calls: [
      {
        id: "call_abc",
        type: "function",
        function: { name: "f", arguments: "{}" },
        extra_content: { google: { thought_signature: "s" } },
      },
    ],
  },
  { role: "tool", tool_call_id: "call_abc", content: "1" },
  { role: "assistant", content: "done" },
];

describe("messages", () => {
  test("OpenAI gets no reasoning and no extras of other providers", () => {
    const body = bodyFor("openai", { messages: conversation });
    const text = JSON.stringify(body.messages);
    expect(text).not.toContain("reasoning_content");
    expect(text).not.toContain("extra_content");
    expect(text).toContain('"developer"');
    expect(text).toContain('"ann"');
  });

  test("Mistral gets its own closed schema and ids of nine characters", () => {
    const body = bodyFor("mistral", {
      messages: conversation,
      tool_choice: "required",
    });
    const id = expect.stringMatching(/^[A-Za-z0-9]{9}$/);
    expect(body.tool_choice).toBe("any");
    expect(body.messages).toEqual([
      { role: "system", content: "rules" },
      { role: "user", content: "hi" },
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id, type: "function", function: { name: "f", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: id, content: "1" },
      { role: "assistant", content: "done" },
    ]);
    const messages = body.messages as { tool_call_id?: string; tool_calls?: { id: string }[] }[];
    expect(messages[3]?.tool_call_id).toBe(messages[2]?.tool_calls?.[0]?.id ?? "none");
  });

  test("Groq gets reasoning under its own name, no names, and n only when above 1", () => {
    const body = bodyFor("groq", { messages: conversation, n: 2 });
    const messages = body.messages as Record<string, unknown>[];
    expect(messages.some((message) => "name" in message)).toBe(false);
    expect([messages[2]?.reasoning, messages[2]?.reasoning_content]).toEqual(["hmm", undefined]);
    expect(body.n).toBe(2);
  });

  test("DeepSeek gets reasoning_content on every assistant turn", () => {
    const body = bodyFor("deepseek", { messages: conversation });
    const messages = body.messages as Record<string, unknown>[];
    expect(messages.map((message) => message.reasoning_content)).toEqual([
      undefined,
      undefined,
      "hmm",
      undefined,
      "",
    ]);
  });

  test.each(COMPATIBLE_IDS)("%s leaves the client's request as it was", (id) => {
    const call = callOf({
      messages: structuredClone(conversation),
      seed: 1,
      tool_choice: "required",
    });
    const before = structuredClone(call.request);
    buildRequest(call, { quirks: quirksOf(id), passFields: undefined, stream: true });
    expect(call.request).toEqual(before);
  });
});
