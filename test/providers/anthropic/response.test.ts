// Whole answers of Anthropic's as completions.
import { expect, test } from "bun:test";
import { parseMessage } from "../../../src/providers/anthropic/response.ts";
import { tokens } from "../../support/usage.ts";
import { message } from "./support.ts";

const parse = (body: unknown, answerTool: string | null = null) =>
  parseMessage(JSON.stringify(body), "asked", answerTool);

/** The only choice, without what all have in common. */
function choiceOf(body: unknown, answerTool: string | null = null): unknown[] {
  const [choice] = parse(body, answerTool).completion.choices;
  const { role: _role, ...fields } = choice?.message ?? {};
  return [fields, choice?.finish_reason];
}

const text = (value: string) => ({ type: "text", text: value });
const use = (name: string, input: unknown, id = "toolu_1") => ({
  type: "tool_use",
  id,
  name,
  input,
});
const call = (name: string, json: string, id = "toolu_1") => ({
  id,
  type: "function",
  function: { name, arguments: json },
});

test("a whole answer", () => {
  const { completion, usage } = parse(message([text("Hel"), text("lo")]));
  expect(completion).toEqual({
    id: "msg_01",
    object: "chat.completion",
    created: expect.any(Number),
    model: "claude-opus-5",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: "Hello", refusal: null },
        logprobs: null,
        finish_reason: "stop",
      },
    ],
  });
  expect(usage).toEqual(tokens({ promptTokens: 10, completionTokens: 7 }));
});

test.each([
  [
    "thinking",
    [{ type: "thinking", thinking: "hm", signature: "s" }, text("a")],
    "end_turn",
    null,
    [{ content: "a", refusal: null, reasoning_content: "hm" }, "stop"],
  ],
  [
    "hidden and unknown blocks",
    [{ type: "redacted_thinking", data: "x" }, { type: "new" }, text("a")],
    "end_turn",
    null,
    [{ content: "a", refusal: null }, "stop"],
  ],
  [
    "parallel calls",
    [use("f", { a: 1 }), use("g", {}, "toolu_2")],
    "tool_use",
    null,
    [
      {
        content: null,
        refusal: null,
        tool_calls: [call("f", '{"a":1}'), call("g", "{}", "toolu_2")],
      },
      "tool_calls",
    ],
  ],
  [
    "text and a call",
    [text("I look"), use("f", {})],
    "tool_use",
    null,
    [{ content: "I look", refusal: null, tool_calls: [call("f", "{}")] }, "tool_calls"],
  ],
  [
    "the answer by a tool",
    [text("Here:"), use("json", { b: [1] })],
    "tool_use",
    "json",
    [{ content: '{"b":[1]}', refusal: null }, "stop"],
  ],
  [
    "another tool beside the answer's",
    [text("I look"), use("f", {})],
    "tool_use",
    "json",
    [{ content: "I look", refusal: null, tool_calls: [call("f", "{}")] }, "tool_calls"],
  ],
  [
    "text where a tool was asked for",
    [text("{}")],
    "end_turn",
    "json",
    [{ content: "{}", refusal: null }, "stop"],
  ],
  ["nothing", [], "end_turn", null, [{ content: "", refusal: null }, "stop"]],
  ["too much", [text("a")], "max_tokens", null, [{ content: "a", refusal: null }, "length"]],
  [
    "a full window",
    [],
    "model_context_window_exceeded",
    null,
    [{ content: "", refusal: null }, "length"],
  ],
  ["a pause", [text("a")], "pause_turn", null, [{ content: "a", refusal: null }, "stop"]],
  ["a new reason", [text("a")], "toString", null, [{ content: "a", refusal: null }, "stop"]],
])("%s", (_, content, reason, answerTool, expected) => {
  expect(choiceOf(message(content, { stop_reason: reason }), answerTool)).toEqual(expected);
});

test("a refusal says why", () => {
  const stop_details = { type: "refusal", category: "bio", explanation: "Not this." };
  const body = (content: object[]) =>
    message(content as Record<string, unknown>[], { stop_reason: "refusal", stop_details });
  expect(choiceOf(body([]))).toEqual([{ content: null, refusal: "Not this." }, "content_filter"]);
  expect(choiceOf(body([text("Well")]))).toEqual([
    { content: "Well", refusal: "Not this." },
    "content_filter",
  ]);
  expect(choiceOf(message([], { stop_reason: "refusal", stop_details: null }))).toEqual([
    { content: "", refusal: null },
    "content_filter",
  ]);
});

test.each(["", "[]", "not json", '{"type":"message"}'])("%p is no answer", (body) => {
  expect(() => parseMessage(body, "m", null)).toThrow(/is not a (?:message|JSON object)/);
});
