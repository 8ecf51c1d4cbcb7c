// What providers refuse, want under another name, or do not know: what is sent instead, and what is told.
import { describe, expect, test } from "bun:test";
import type { ApiError } from "../../../src/base/errors.ts";
import { parseExactJson } from "../../../src/base/exact-json.ts";
import * as QUIRKS from "../../../src/providers/openai/provider-quirks.ts";
import type { Quirks } from "../../../src/providers/openai/quirks.ts";
import { buildRequest, takesWishes } from "../../../src/providers/openai/request.ts";
import { callOf } from "../support.ts";

type Fields = Record<string, unknown>;

function build(quirks: Quirks, request: Fields, reasons = true) {
  const call = callOf(request);
  const capabilities = { ...call.facts.capabilities, reasoning: reasons };
  const asked = structuredClone(call.request);
  const built = buildRequest(
    { ...call, facts: { ...call.facts, capabilities } },
    { quirks, passFields: undefined, stream: false },
  );
  expect(call.request).toEqual(asked);
  return built;
}

const messagesOf = (quirks: Quirks, messages: Fields[], reasons = true) =>
  build(quirks, { messages }, reasons).body.messages as Fields[];

function refusal(quirks: Quirks, request: Fields): ApiError {
  try {
    build(quirks, request);
  } catch (error) {
    return error as ApiError;
  }
  throw new Error("expected a refusal");
}

const { AZURE, CEREBRAS, COMMON, CUSTOM, DEEPSEEK, GROQ, LOCAL, MISTRAL, OPENAI, OPENROUTER, XAI } =
  QUIRKS;

const f = (name: string) => ({ type: "function", function: { name } });
const call = { id: "a", type: "function", function: { name: "f", arguments: "{}" } };

/** A message of an answer, as clients send it back: with whatever it had. */
const echoed = {
  role: "assistant",
  content: "4",
  refusal: null,
  reasoning_content: "hmm",
  reasoning_details: [],
  annotations: [],
  id: "msg_1",
  status: "completed",
  timestamp: 7,
  tool_calls: [{ index: 0, ...call, extra_content: {} }],
};

describe("an answer's message that comes back", () => {
  test.each<[string, Quirks, string[]]>([
    ["Groq", GROQ, ["role", "content", "reasoning", "tool_calls"]],
    ["Cerebras", CEREBRAS, ["role", "content", "tool_calls"]],
    ["Mistral", MISTRAL, ["role", "content", "tool_calls"]],
  ])("%s, which knows its own fields only", (_name, quirks, fields) => {
    const [message] = messagesOf(quirks, [echoed]);
    expect(Object.keys(message ?? {}).sort()).toEqual(fields.sort());
    const [sent] = (message?.tool_calls ?? []) as Fields[];
    expect(Object.keys(sent ?? {}).sort()).toEqual(["function", "id", "type"]);
  });

  test("Groq gets reasoning under its own name, and only where the model reasons", () => {
    const given = [echoed, { role: "assistant", content: "5", reasoning: "own" }];
    expect(messagesOf(GROQ, given).map((message) => message.reasoning)).toEqual(["hmm", "own"]);
    const others = messagesOf(GROQ, given, false);
    expect(others.some((message) => "reasoning" in message)).toBe(false);
  });

  test.each([
    ["Groq", GROQ, ["messages.name"]],
    ["Mistral", MISTRAL, ["messages.name"]],
    ["Cerebras", CEREBRAS, []],
    ["OpenAI", OPENAI, []],
  ] as const)("%s: a speaker's name that is lost is told", (_name, quirks, ignored) => {
    const message = { role: "user", name: "Ann", content: "" };
    const { ignored: told } = build(quirks, { messages: [message, message] });
    expect(told).toEqual([...ignored]);
  });
});

describe("what an assistant said in forms of OpenAI's own", () => {
  const old = { role: "assistant", content: null, function_call: { name: "f", arguments: "{}" } };
  const result = { role: "function", name: "f", content: "r" };

  test.each([
    ["Mistral", MISTRAL],
    ["Cerebras", CEREBRAS],
  ])("%s: an old call is refused rather than lost", (_name, quirks) => {
    expect(() => build(quirks, { messages: [old, result] })).toThrow("'function_call' messages");
  });

  test("Groq knows it", () => {
    expect(messagesOf(GROQ, [old, result])).toEqual([old, result]);
  });

  test.each([
    ["Mistral", MISTRAL],
    ["Groq", GROQ],
    ["Cerebras", CEREBRAS],
  ])("%s: a refusal is content", (_name, quirks) => {
    const given = [
      { role: "assistant", content: null, refusal: "No." },
      { role: "assistant", content: [{ type: "refusal", refusal: "No." }] },
    ];
    expect(messagesOf(quirks, given)).toEqual([
      { role: "assistant", content: "No." },
      { role: "assistant", content: [{ type: "text", text: "No." }] },
    ]);
  });

  test("OpenAI gets its own back, and nothing of other hosts'", () => {
    const others = { images: [], executed_tools: [], reasoning_text: "hm", channel: "final" };
    expect(messagesOf(OPENAI, [{ role: "assistant", content: "4", ...others }])).toEqual([
      { role: "assistant", content: "4" },
    ]);
    const given = [
      { role: "assistant", content: null, refusal: "No.", audio: { id: "a" } },
      old,
      result,
      { role: "user", name: "Ann", content: "x" },
    ];
    expect(messagesOf(OPENAI, given)).toEqual(given);
  });

  test("the place of a call in its stream stays behind, and what else hosts add", () => {
    const fn = { name: "f", arguments: "{}" };
    const call = { id: "a", type: "function", function: fn };
    const echoedCall = { index: 0, ...call, function: { ...fn, description: null } };
    const given = [{ role: "assistant", content: "", tool_calls: [echoedCall] }];
    for (const quirks of [OPENAI, DEEPSEEK]) {
      expect(messagesOf(quirks, given)[0]?.tool_calls).toEqual([call]);
    }
  });

  test.each([
    ["Groq", GROQ],
    ["Cerebras", CEREBRAS],
  ])("%s: text alone as the modality asks for nothing", (_name, quirks) => {
    const { body, ignored } = build(quirks, { modalities: ["text"] });
    expect([body.modalities, ignored]).toEqual([undefined, []]);
    expect(() => build(quirks, { modalities: ["audio"] })).toThrow("modalities");
  });
});

describe("breakpoints of Anthropic's cache", () => {
  const breakpoint = { cache_control: { type: "ephemeral" } };
  const request = {
    ...breakpoint,
    tools: [{ ...f("f"), ...breakpoint }],
    messages: [
      { role: "user", ...breakpoint, content: [{ type: "text", text: "x", ...breakpoint }] },
    ],
  };

  test.each([
    ["OpenAI", OPENAI],
    ["Mistral", MISTRAL],
    ["Groq", GROQ],
    ["Cerebras", CEREBRAS],
  ])("%s never sees them", (_name, quirks) => {
    const { body, ignored } = build(quirks, request);
    expect(JSON.stringify(body)).not.toContain("cache_control");
    expect(ignored).toEqual([]);
  });

  test("OpenRouter gets them all", () => {
    expect(JSON.stringify(build(OPENROUTER, request).body).match(/cache_control/g)).toHaveLength(4);
  });
});

describe("a developer's message", () => {
  const given = [{ role: "developer", content: "rules" }];

  test.each([
    ["OpenAI", OPENAI, "developer"],
    ["Azure", AZURE, "developer"],
    ["OpenRouter", OPENROUTER, "developer"],
    ["a provider of the configuration", CUSTOM, "system"],
    ["vLLM", LOCAL, "system"],
    ["xAI", XAI, "system"],
    ["Cerebras", CEREBRAS, "system"],
  ] as const)("%s", (_name, quirks, role) => {
    expect(messagesOf(quirks, given)[0]?.role).toBe(role);
  });
});

describe("allowed tools", () => {
  const request = (mode: string) => ({
    tools: [f("a"), f("b"), f("c")],
    tool_choice: {
      type: "allowed_tools",
      allowed_tools: { mode, tools: [f("c"), { type: "function", name: "a" }] },
    },
  });

  test.each([
    ["Groq", GROQ, "required"],
    ["Mistral", MISTRAL, "any"],
    ["vLLM", LOCAL, "required"],
    ["a provider of the configuration", CUSTOM, "required"],
    ["OpenRouter", OPENROUTER, "required"],
  ] as const)("%s is offered those alone", (_name, quirks, required) => {
    const { body } = build(quirks, request("required"));
    expect([body.tools, body.tool_choice]).toEqual([[f("a"), f("c")], required]);
    expect(build(quirks, request("auto")).body.tool_choice).toBe("auto");
  });

  test("OpenAI knows them", () => {
    expect(build(OPENAI, request("auto")).body).toMatchObject(request("auto"));
  });
});

describe("ids of tool calls", () => {
  const long = "functions.get_weather:0-".repeat(4);
  const conversation = (id: string) => [
    { role: "assistant", content: null, tool_calls: [{ ...call, id }] },
    { role: "tool", tool_call_id: id, content: "1" },
  ];
  const idsOf = (quirks: Quirks, id: string) => {
    const [asked, answered] = messagesOf(quirks, conversation(id));
    return [((asked?.tool_calls ?? []) as Fields[])[0]?.id, answered?.tool_call_id];
  };

  test("OpenAI takes forty characters", () => {
    for (const id of ["x", "a:b", "y".repeat(40)]) {
      expect(idsOf(OPENAI, id)).toEqual([id, id]);
    }
    const [asked, answered] = idsOf(OPENAI, long);
    expect([String(asked).length <= 40, asked]).toEqual([true, answered]);
    expect(idsOf(OPENAI, `${long}1`)[0]).not.toBe(asked);
    expect(idsOf(AZURE, "z".repeat(41))[0]).toStartWith("call_");
  });

  test("Mistral nine letters or digits, others any", () => {
    expect(idsOf(MISTRAL, "abcDEF123")).toEqual(["abcDEF123", "abcDEF123"]);
    expect(idsOf(MISTRAL, long)[0]).toMatch(/^[A-Za-z0-9]{9}$/);
    expect(idsOf(COMMON, long)).toEqual([long, long]);
  });
});

describe("fields", () => {
  test("an effort of none is left out where the model does not reason", () => {
    const effort = (value: string, reasons: boolean) =>
      build(OPENAI, { reasoning_effort: value }, reasons).body.reasoning_effort;
    expect([effort("none", false), effort("none", true)]).toEqual([undefined, "none"]);
    expect([effort("low", false), effort("low", true)]).toEqual(["low", "low"]);
  });

  test.each<[string, Quirks, string, unknown]>([
    ["Groq's own tier", GROQ, "on_demand", "on_demand"],
    ["one that Groq does not know", GROQ, "default", undefined],
    ["Groq, auto", GROQ, "auto", "auto"],
    ["Groq's, elsewhere", DEEPSEEK, "on_demand", undefined],
    ["OpenAI's", OPENAI, "default", "default"],
    ["one with a price", COMMON, "flex", "flex"],
  ])("service tier, %s", (_name, quirks, given, expected) => {
    const { body, ignored } = build(quirks, { service_tier: given });
    expect([body.service_tier, ignored]).toEqual([expected, []]);
  });

  test("Mistral takes a key for its prompt cache", () => {
    expect(build(MISTRAL, { prompt_cache_key: "k" }).body.prompt_cache_key).toBe("k");
  });

  test("what only tunes the answer and is not taken is told", () => {
    const request = {
      logit_bias: { "1": 2 },
      verbosity: "low",
      prediction: { type: "content" },
      top_k: 5,
    };
    expect(build(GROQ, request).ignored).toEqual([
      "logit_bias",
      "verbosity",
      "prediction",
      "top_k",
    ]);
    expect(build(MISTRAL, { seed: 1, odd: 1 }).ignored).toEqual(["odd"]);
    expect(build(OPENAI, request).ignored).toEqual([]);
  });

  test("what asks for nothing, or changes no answer, is not", () => {
    const request = {
      logit_bias: {},
      verbosity: "medium",
      user: "u",
      store: true,
      metadata: { a: "b" },
      safety_identifier: "s",
      logprobs: false,
      functions: [],
      n: 1,
    };
    expect(build(GROQ, request).ignored).toEqual([]);
    expect(build(MISTRAL, request).ignored).toEqual([]);
  });

  test.each<[string, Quirks, Fields]>([
    ["functions", MISTRAL, { functions: [{ name: "f" }] }],
    ["function_call", MISTRAL, { function_call: { name: "f" } }],
    ["modalities", MISTRAL, { modalities: ["text", "audio"] }],
    ["web_search_options", MISTRAL, { web_search_options: {} }],
  ])("%s that is not taken is refused, not lost", (field, quirks, request) => {
    const error = refusal(quirks, request);
    expect([error.status, error.param, error.code]).toEqual([400, field, "unsupported_parameter"]);
  });

  test("OpenRouter gets the caller's wishes about hosts; no other does by itself", () => {
    const provider = { data_collection: "deny", zdr: true, only: ["a"] };
    expect(build(OPENROUTER, { provider }).body.provider).toEqual(provider);
    for (const quirks of [OPENAI, LOCAL, CUSTOM]) {
      expect("provider" in build(quirks, { provider }).body).toBe(false);
    }
    const call = callOf({ provider });
    for (const passFields of [["provider"], true] as const) {
      const options = { quirks: CUSTOM, passFields, stream: false };
      expect(buildRequest(call, options).body.provider).toEqual(provider);
    }
  });

  test("an operator that passes no unknown field on passes no wishes either", () => {
    const options = { quirks: OPENROUTER, passFields: false, stream: false } as const;
    expect(takesWishes(options)).toBe(false);
    expect("provider" in buildRequest(callOf({ provider: {} }), options).body).toBe(false);
  });

  test("seeds of 64 bits keep every digit", () => {
    const seed = parseExactJson("9223372036854775807");
    const { body } = build({ ...OPENAI }, {});
    body.seed = buildRequest(callOf({ seed }), {
      quirks: OPENAI,
      passFields: undefined,
      stream: false,
    }).body.seed;
    expect(JSON.stringify(body)).toContain('"seed":9223372036854775807');
  });
});
