// Whole answers: what is filled in, renamed, kept and refused.
import { describe, expect, test } from "bun:test";
import { ApiError } from "../../../src/base/errors.ts";
import { answerOptions } from "../../../src/providers/openai/answer-options.ts";
import { COMPATIBLE } from "../../../src/providers/openai/quirks.ts";
import { parseCompletion } from "../../../src/providers/openai/response.ts";
import { callOf } from "../support.ts";

const options = answerOptions(callOf({}, { upstreamModel: "asked" }), COMPATIBLE);
const parse = (body: unknown) => parseCompletion(JSON.stringify(body), options);

/** An answer with one choice; `message` and `choice` replace its fields. */
function answer(message: Record<string, unknown>, choice: Record<string, unknown> = {}) {
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 5,
    model: "gpt",
    choices: [{ index: 0, message, logprobs: null, finish_reason: "stop", ...choice }],
  };
}

function thrown(run: () => unknown): ApiError {
  try {
    run();
  } catch (error) {
    if (error instanceof ApiError) {
      return error;
    }
  }
  throw new Error("expected an ApiError");
}

describe("parseCompletion", () => {
  test("an answer in OpenAI's shape stays as it is, but for usage", () => {
    const message = {
      role: "assistant",
      content: "hi",
      refusal: null,
      annotations: [{ type: "url_citation" }],
      audio: { id: "a" },
    };
    const given = { ...answer(message), system_fingerprint: "f", service_tier: "default" };
    const usage = { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 };
    const read = parse({ ...given, usage });
    expect(read.completion as unknown).toEqual(given);
    expect(read.usage).toMatchObject({ promptTokens: 3, completionTokens: 1 });
  });

  test("what is missing is filled in", () => {
    const { completion, usage } = parse({ choices: [{ message: { content: "hi" } }] });
    expect(completion.id).toStartWith("chatcmpl-");
    expect([completion.object, completion.model]).toEqual(["chat.completion", "asked"]);
    expect(completion.created).toBeGreaterThan(1_700_000_000);
    expect(completion.choices[0] as unknown).toEqual({
      index: 0,
      message: { role: "assistant", content: "hi", refusal: null },
      logprobs: null,
      finish_reason: "stop",
    });
    expect(usage).toBeNull();
  });

  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    [
      "Mistral's thinking parts",
      {
        content: [
          {
            type: "thinking",
            thinking: [
              { type: "text", text: "let me " },
              { type: "text", text: "see" },
            ],
          },
          { type: "text", text: "it is " },
          { type: "text", text: "4" },
        ],
      },
      { content: "it is 4", reasoning_content: "let me see" },
    ],
    [
      "Databricks' reasoning parts",
      {
        content: [
          { type: "reasoning", summary: [{ type: "summary_text", text: "see", signature: "s" }] },
          { type: "text", text: "4" },
        ],
      },
      { content: "4", reasoning_content: "see" },
    ],
    ["reasoning", { content: "4", reasoning: "see" }, { content: "4", reasoning_content: "see" }],
    [
      "reasoning_content before reasoning",
      { content: "4", reasoning_content: "a", reasoning: "b" },
      { content: "4", reasoning_content: "a", reasoning: "b" },
    ],
    ["an empty list of calls", { content: "x", tool_calls: [] }, { content: "x" }],
    ["content that is missing", { refusal: "no" }, { content: null, refusal: "no" }],
    ["an empty role", { role: "", content: "x" }, { content: "x" }],
  ])("%s", (_name, message, expected) => {
    const read = parse(answer(message)).completion.choices[0]?.message;
    expect(read as unknown).toEqual({ role: "assistant", refusal: null, ...expected });
  });

  test("tool calls get ids, types, text arguments and their finish reason", () => {
    const calls = [
      { function: { name: "f", arguments: { a: 1 } } },
      { id: "x", type: "function", function: { name: "g", arguments: "{}" }, extra_content: 1 },
      { id: "y", type: "custom", custom: { name: "c", input: "i" } },
      { id: "z", function: { name: "h" } },
    ];
    const choice = parse(answer({ content: null, tool_calls: calls })).completion.choices[0];
    expect(choice?.finish_reason).toBe("tool_calls");
    expect(choice?.message.tool_calls as unknown).toEqual([
      {
        id: expect.stringMatching(/^call_/),
        type: "function",
        function: { name: "f", arguments: '{"a":1}' },
      },
      { id: "x", type: "function", function: { name: "g", arguments: "{}" }, extra_content: 1 },
      { id: "y", type: "custom", custom: { name: "c", input: "i" } },
      { id: "z", type: "function", function: { name: "h", arguments: "" } },
    ]);
  });

  test.each<[string, unknown, unknown]>([
    [
      "a custom call with `function: null`",
      [{ id: "c1", type: "custom", function: null, custom: { name: "patch", input: "x" } }],
      [{ id: "c1", type: "custom", custom: { name: "patch", input: "x" } }],
    ],
    [
      "a custom call with `custom: null`",
      [{ id: "c1", type: "custom", custom: null }],
      [{ id: "c1", type: "custom", custom: { name: "", input: "" } }],
    ],
    [
      "a function with `custom: {}`",
      [{ id: "a", type: "function", custom: {}, function: { name: "f", arguments: "{}" } }],
      [{ id: "a", type: "function", function: { name: "f", arguments: "{}" } }],
    ],
    [
      "one id for two calls",
      [1, 2].map(() => ({ id: "a", type: "function", function: { name: "f", arguments: "" } })),
      ["a", expect.stringMatching(/^call_/)].map((id) => ({
        id,
        type: "function",
        function: { name: "f", arguments: "" },
      })),
    ],
    ["what is no call", [null, "x", 7, true, [], {}, { function: null }], undefined],
  ])("%s", (_name, calls, expected) => {
    const [choice] = parse(answer({ content: "x", tool_calls: calls })).completion.choices;
    expect(choice?.message.tool_calls as unknown).toEqual(expected as never);
    expect(choice?.finish_reason).toBe(expected === undefined ? "stop" : "tool_calls");
  });

  test("members of a wrong type are left out, and an old call is filled", () => {
    const message = {
      content: 7,
      refusal: { a: 1 },
      reasoning_content: true,
      annotations: "x",
      audio: 5,
      images: [null, { type: "image_url" }],
      function_call: { name: null, arguments: { a: 1 } },
    };
    const [choice] = parse(answer(message, { logprobs: "x" })).completion.choices;
    expect(choice as unknown).toEqual({
      index: 0,
      message: {
        role: "assistant",
        content: null,
        refusal: null,
        images: [{ type: "image_url" }],
        function_call: { name: "", arguments: '{"a":1}' },
      },
      logprobs: null,
      finish_reason: "function_call",
    });
  });

  test("Groq's usage counts and its envelope goes", () => {
    const body = {
      ...answer({ content: "x" }),
      x_groq: { usage: { prompt_tokens: 1, completion_tokens: 2 } },
    };
    const read = parse(body);
    expect(read.usage?.completionTokens).toBe(2);
    expect("x_groq" in read.completion).toBe(false);
  });

  test.each<[string, string, number, string]>([
    [
      "an error under 200",
      '{"error":{"message":"slow down","code":429}}',
      429,
      "rate_limit_exceeded",
    ],
    ["truncated JSON", '{"id":"x","choices":[{"mess', 502, "upstream_error"],
    ["HTML", "<html></html>", 502, "upstream_error"],
    ["nothing", "", 502, "upstream_error"],
    ["no choices", '{"id":"x","choices":[]}', 502, "upstream_error"],
    ["choices that are none", '{"choices":"x"}', 502, "upstream_error"],
    ["a choice that is none", '{"choices":[null]}', 502, "upstream_error"],
    [
      "a choice with an error",
      '{"choices":[{"error":{"message":"x","code":503}}]}',
      503,
      "overloaded",
    ],
    [
      "a finish with an error",
      '{"choices":[{"message":{},"finish_reason":"error"}]}',
      502,
      "upstream_error",
    ],
  ])("refuses %s", (_name, text, status, code) => {
    const error = thrown(() => parseCompletion(text, options));
    expect([error.status, error.code as string]).toEqual([status, code]);
  });
});
