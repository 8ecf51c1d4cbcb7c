// The whole body that a request becomes, and each parameter by the model's rules.
import { describe, expect, test } from "bun:test";
import { ApiError } from "../../../src/base/errors.ts";
import { buildRequest } from "../../../src/providers/anthropic/request.ts";
import { ANTHROPIC_FEATURES } from "../../../src/providers/claude/platform.ts";
import { bodyOf, claudeCall, extrasOf, functionTool, userText } from "./support.ts";

describe("the whole body", () => {
  test("of a plain request", () => {
    expect(bodyOf(claudeCall())).toEqual({ max_tokens: 1_000, messages: [userText("hello")] });
  });

  test("of one with everything, for a streamed answer", () => {
    const request = {
      messages: [
        { role: "system", content: "be brief" },
        { role: "developer", content: [{ type: "text", text: "and kind" }] },
        { role: "user", content: "hello" },
      ],
      stop: ["END", "  "],
      temperature: 1.5,
      top_p: 0.9,
      tools: [functionTool("look", { description: "Looks.", strict: true })],
      tool_choice: "required",
      parallel_tool_calls: false,
      safety_identifier: "end-user-1",
      user: "old",
      service_tier: "default",
      cache_control: { type: "ephemeral" },
    };
    const call = claudeCall(request, "claude-sonnet-4-6");
    const before = structuredClone(call);
    const { body, answerTool, ignored } = buildRequest(call, {
      stream: true,
      features: ANTHROPIC_FEATURES,
    });
    expect(body).toEqual({
      max_tokens: 1_000,
      system: [
        { type: "text", text: "be brief" },
        { type: "text", text: "and kind" },
      ],
      messages: [userText("hello")],
      temperature: 1,
      stop_sequences: ["END"],
      tools: [
        {
          name: "look",
          description: "Looks.",
          input_schema: { type: "object", properties: {}, additionalProperties: false },
          strict: true,
        },
      ],
      tool_choice: { type: "any", disable_parallel_tool_use: true },
      metadata: { user_id: "end-user-1" },
      service_tier: "standard_only",
      cache_control: { type: "ephemeral" },
      stream: true,
    });
    expect(answerTool).toBeNull();
    expect(ignored).toEqual(["temperature", "top_p", "stop"]);
    expect(call).toEqual(before);
  });

  test("drops what has no counterpart, and says what would have tuned or is not known", () => {
    const tuning = "frequency_penalty presence_penalty logit_bias seed prediction verbosity";
    const fields = Object.fromEntries(tuning.split(" ").map((field) => [field, 1]));
    const silent = { metadata: {}, store: true, stream_options: {}, prompt_cache_key: "k" };
    const request = { ...fields, ...silent, made_up: {}, thinking: { type: "x" } };
    expect(extrasOf(request)).toEqual({});
    expect(ignoredOf(request)).toEqual([...tuning.split(" "), "thinking"]);
  });
});

test.each([
  [null, 16_384],
  [5, 5],
  [99_999, 16_384],
])("the output limit %p is sent as %p", (limit, sent) => {
  expect(bodyOf({ ...claudeCall(), maxOutputTokens: limit }).max_tokens).toBe(sent);
});

test.each([
  ["claude-opus-5", { temperature: 0.5, top_p: 0.5 }, {}],
  ["claude-future-9", { temperature: 0.5 }, {}],
  ["claude-opus-4-6", { temperature: 1.7, top_p: 0.5 }, { temperature: 1 }],
  ["claude-sonnet-4-5-20250929", { top_p: 0.5 }, { top_p: 0.5 }],
  ["claude-haiku-4.5", { temperature: 0 }, { temperature: 0 }],
  ["claude-opus-4-6", { temperature: 0, reasoning_effort: "none" }, { temperature: 0 }],
  ["claude-opus-4-6", { temperature: 0, reasoning_effort: "low" }, {}],
  ["other-model", { temperature: 1 }, { temperature: 1 }],
])("sampling on %s: %j", (model, request, expected) => {
  const { temperature, top_p } = bodyOf(claudeCall(request, model));
  expect(JSON.parse(JSON.stringify({ temperature, top_p }))).toEqual(expected);
});

test.each([
  [{ stop: "\n\n" }, {}],
  [{ stop: "a" }, { stop_sequences: ["a"] }],
  [{ user: "u" }, { metadata: { user_id: "u" } }],
  [{ user: "u".repeat(257) }, {}],
  [{ service_tier: "auto" }, { service_tier: "auto" }],
  [{ service_tier: "flex" }, { service_tier: "standard_only" }],
])("%j becomes %j", (request, expected) => {
  expect(extrasOf(request)).toEqual(expected);
});

test.each([
  ["n", { n: 2 }],
  ["logprobs", { logprobs: true }],
  ["top_logprobs", { top_logprobs: 1 }],
  ["audio", { audio: { format: "wav", voice: "a" } }],
  ["modalities", { modalities: ["text", "audio"] }],
  ["web_search_options", { web_search_options: {} }],
  ["functions", { functions: [{ name: "f" }] }],
  ["function_call", { function_call: { name: "f" } }],
  ["tools[0].type", { tools: [{ type: "custom", custom: { name: "c" } }] }],
  [
    "tools[0].function.parameters.type",
    { tools: [functionTool("f", { parameters: { type: "array" } })] },
  ],
  ["tool_choice", { tool_choice: { type: "function", function: { name: "gone" } } }],
])("%s is refused", (param, request) => {
  const error = caught(() => bodyOf(claudeCall(request)));
  expect([error.status, error.param]).toEqual([400, param]);
});

const strict = functionTool("f", {
  strict: true,
  parameters: { type: "object", properties: {}, additionalProperties: false },
});
const part = { type: "image_url", image_url: { url: "https://h/a.png", detail: "high" } };
test.each([
  ["claude-opus-5", { temperature: 1, top_p: 1, top_k: 3 }, ["temperature", "top_p", "top_k"]],
  ["claude-opus-4-6", { top_k: 3 }, []],
  ["claude-opus-4-6", { top_k: 3, reasoning_effort: "low" }, ["top_k"]],
  ["claude-3-haiku-20240307", { reasoning_effort: "low" }, ["reasoning_effort"]],
  ["claude-3-haiku-20240307", { reasoning_effort: "none" }, []],
  ["claude-haiku-4-5", { reasoning_effort: "low" }, ["reasoning_effort"]],
  ["claude-opus-5", { parallel_tool_calls: false, tools: [functionTool("f")] }, []],
  ["claude-opus-5", { stop: ["a", " "] }, ["stop"]],
  ["claude-opus-5", { reasoning_effort: "none" }, []],
  ["claude-fable-5", { reasoning_effort: "none" }, ["reasoning_effort"]],
  ["claude-sonnet-5-5", { reasoning_effort: "none" }, ["reasoning_effort"]],
  ["claude-opus-5", { messages: [{ role: "user", content: [part] }] }, ["image_url.detail"]],
  ["claude-opus-5", { messages: [{ role: "user", name: "Ann", content: "x" }] }, ["messages.name"]],
  ["claude-opus-5", { tools: [strict] }, []],
  ["claude-3-haiku-20240307", { tools: [strict] }, ["tools.strict"]],
  ["claude-opus-5", { service_tier: "scale" }, ["service_tier"]],
  ["claude-opus-5", { service_tier: "flex" }, ["service_tier"]],
  ["claude-opus-5", { service_tier: "default" }, []],
  ["claude-opus-4-6", { temperature: 1.01 }, ["temperature"]],
  ["claude-opus-4-6", { temperature: 1 }, []],
  ["claude-opus-5", { moderation: { model: "m" }, made_up: 1 }, ["moderation", "made_up"]],
])("ignored by %s of %j: %j", (model, request, fields) => {
  expect(ignoredOf(request, model)).toEqual(fields);
});

test("top_k is sent where sampling is taken", () => {
  expect(extrasOf({ top_k: 3 }, "claude-opus-4-6")).toEqual({ top_k: 3 });
  expect(extrasOf({ top_k: 3 }, "claude-opus-5")).toEqual({});
  expect(extrasOf({ service_tier: "scale" })).toEqual({});
});

test("their harmless values are not", () => {
  const request = { n: 1, logprobs: false, top_logprobs: 0, modalities: ["text"] };
  expect(extrasOf(request)).toEqual({});
});

describe("reasoning effort", () => {
  const adaptive = (effort: string) => ({
    thinking: { type: "adaptive", display: "summarized" },
    output_config: { effort },
  });
  test.each([
    ["claude-opus-5", "minimal", adaptive("low")],
    ["claude-opus-5", "xhigh", adaptive("xhigh")],
    ["claude-fable-5", "max", adaptive("max")],
    ["claude-sonnet-4-6", "xhigh", adaptive("high")],
    ["claude-future-9", "medium", adaptive("medium")],
    ["claude-opus-5", "none", { thinking: { type: "disabled" } }],
    ["claude-sonnet-5-5", "none", { thinking: { type: "between_tools" } }],
    ["claude-opus-5-5", "none", { output_config: { effort: "low" } }],
    ["claude-3-haiku-20240307", "none", {}],
    ["claude-3-haiku-20240307", "high", {}],
  ])("%s, %s", (model, effort, expected) => {
    expect(extrasOf({ reasoning_effort: effort }, model)).toEqual(expected);
  });

  test.each([
    ["minimal", 10_000, 1_024],
    ["low", 10_000, 2_000],
    ["medium", 10_000, 5_000],
    ["high", 10_000, 8_000],
    ["xhigh", 10_000, 9_000],
    ["max", 10_000, 9_488],
    ["low", 1_536, 1_024],
    ["high", 2_000, 1_488],
    ["high", 1_535, null],
  ])("a budget for %s fits into %d: %p", (effort, limit, budget) => {
    const body = bodyOf(claudeCall({ reasoning_effort: effort }, "claude-sonnet-4-5", limit));
    expect(body.max_tokens).toBe(limit);
    expect(body.thinking).toEqual(
      budget === null ? undefined : { type: "enabled", budget_tokens: budget },
    );
  });

  test("a budget gives way to a forced call and to unsigned history", () => {
    const effort = { reasoning_effort: "high" };
    const forced = { ...effort, tools: [functionTool("f")], tool_choice: "required" };
    const history = {
      ...effort,
      messages: [
        { role: "user", content: "q" },
        { role: "assistant", content: "half" },
      ],
    };
    for (const request of [forced, history]) {
      expect(bodyOf(claudeCall(request, "claude-haiku-4-5", 9_000)).thinking).toBeUndefined();
    }
    expect(bodyOf(claudeCall(forced, "claude-opus-5")).thinking).toBeDefined();
  });
});

function ignoredOf(request: Record<string, unknown>, model?: string): string[] {
  const call = claudeCall(request, model);
  return buildRequest(call, { stream: false, features: ANTHROPIC_FEATURES }).ignored;
}

function caught(run: () => unknown): ApiError {
  try {
    run();
  } catch (error) {
    if (error instanceof ApiError) {
      return error;
    }
    throw error;
  }
  throw new Error("expected an ApiError");
}
