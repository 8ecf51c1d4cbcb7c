// Conversations of chat messages as input items.
import { describe, expect, test } from "bun:test";
import { ApiError } from "../../../src/base/errors.ts";
import { toInputItems } from "../../../src/providers/openai-responses/messages.ts";
import type { Fields } from "./support.ts";

const call = (id: string, name: string, args: string) => ({
  id,
  type: "function",
  function: { name, arguments: args },
});

describe("what is said", () => {
  test("by each role", () => {
    const breakpoint = { mode: "explicit", ttl: "30m" };
    expect(
      toInputItems([
        { role: "system", content: "Be brief.", name: "boss" },
        { role: "developer", content: [{ type: "text", text: "Or not." }] },
        {
          role: "user",
          content: [
            { type: "text", text: "See:", prompt_cache_breakpoint: breakpoint },
            { type: "image_url", image_url: { url: "https://h/i.png" } },
            { type: "image_url", image_url: { url: "data:image/png;base64,AA", detail: "low" } },
            { type: "file", file: { file_data: "data:application/pdf;base64,AA", filename: "f" } },
            { type: "file", file: { file_id: "file_1", file_data: null } },
          ],
        },
        { role: "assistant", content: "Seen." },
        {
          role: "assistant",
          content: [
            { type: "text", text: "a" },
            { type: "refusal", refusal: "no" },
          ],
          reasoning_content: "dropped",
        },
        { role: "assistant", content: null, refusal: "I must not." },
        { role: "assistant", content: null },
      ]),
    ).toEqual([
      { role: "system", content: "Be brief." },
      { role: "developer", content: [{ type: "input_text", text: "Or not." }] },
      {
        role: "user",
        content: [
          { type: "input_text", text: "See:", prompt_cache_breakpoint: breakpoint },
          { type: "input_image", image_url: "https://h/i.png", detail: "auto" },
          { type: "input_image", image_url: "data:image/png;base64,AA", detail: "low" },
          { type: "input_file", file_data: "data:application/pdf;base64,AA", filename: "f" },
          { type: "input_file", file_id: "file_1" },
        ],
      },
      {
        type: "message",
        role: "assistant",
        content: [{ type: "output_text", text: "Seen.", annotations: [] }],
      },
      {
        type: "message",
        role: "assistant",
        content: [
          { type: "output_text", text: "a", annotations: [] },
          { type: "refusal", refusal: "no" },
        ],
      },
      {
        type: "message",
        role: "assistant",
        content: [{ type: "refusal", refusal: "I must not." }],
      },
      { role: "assistant", content: "" },
    ]);
  });

  test("and called, in a turn with two calls and their results", () => {
    expect(
      toInputItems([
        {
          role: "assistant",
          content: "Looking.",
          tool_calls: [
            { ...call("call_1", "look", '{"a":1}'), extra_content: { google: {} } },
            { id: "call_2", type: "custom", custom: { name: "run", input: "ls" } },
          ],
        },
        { role: "tool", tool_call_id: "call_2", content: "files" },
        { role: "tool", tool_call_id: "call_1", content: [{ type: "text", text: "sun" }] },
        { role: "assistant", content: "", tool_calls: [call("call_3", "look", "not JSON")] },
        { role: "tool", tool_call_id: "call_3", content: "" },
      ]),
    ).toEqual([
      {
        type: "message",
        role: "assistant",
        content: [{ type: "output_text", text: "Looking.", annotations: [] }],
      },
      { type: "function_call", call_id: "call_1", name: "look", arguments: '{"a":1}' },
      { type: "custom_tool_call", call_id: "call_2", name: "run", input: "ls" },
      { type: "custom_tool_call_output", call_id: "call_2", output: "files" },
      {
        type: "function_call_output",
        call_id: "call_1",
        output: [{ type: "input_text", text: "sun" }],
      },
      { type: "function_call", call_id: "call_3", name: "look", arguments: "not JSON" },
      { type: "function_call_output", call_id: "call_3", output: "" },
    ]);
  });
});

test("ids of calls that are too long are made to fit, and still meet", () => {
  const long = `toolu_${"x".repeat(86)}`;
  const items = toInputItems([
    { role: "assistant", content: null, tool_calls: [call(long, "look", "{}")] },
    { role: "tool", tool_call_id: long, content: "sun" },
  ]);
  expect(items[0]?.call_id).toMatch(/^call_[0-9a-f]{32}$/);
  expect(items[1]?.call_id).toBe(items[0]?.call_id);
});

test("images and files in results, and files by their address", () => {
  const image = { type: "image_url", image_url: { url: "data:image/png;base64,AA" } };
  const file = { type: "file", file: { file_data: "https://h/a.pdf", filename: "a.pdf" } };
  const [output] = toInputItems([{ role: "tool", tool_call_id: "c", content: [image, file] }]);
  expect(output?.output).toEqual([
    { type: "input_image", image_url: "data:image/png;base64,AA", detail: "auto" },
    { type: "input_file", file_url: "https://h/a.pdf" },
  ]);
});

describe("what cannot be said", () => {
  const user = (part: Fields) => ({ role: "user", content: [{ type: "text", text: "x" }, part] });

  test.each<[Fields, string]>([
    [
      user({ type: "input_audio", input_audio: { data: "AA", format: "wav" } }),
      "messages[1].content[1]",
    ],
    [user({ type: "video_url", video_url: { url: "https://h/v" } }), "messages[1].content[1]"],
    [user({ type: "file", file: {} }), "messages[1].content[1].file"],
    [{ role: "function", name: "f", content: "x" }, "messages[1].role"],
    [
      { role: "assistant", content: null, function_call: { name: "f", arguments: "" } },
      "messages[1].function_call",
    ],
    [{ role: "assistant", audio: { id: "a" } }, "messages[1].audio"],
    [{ role: "assistant", content: [{ type: "image_url" }] }, "messages[1].content[0]"],
    [{ role: "user", content: null }, "messages[1].content"],
  ])("%j", (message, param) => {
    let caught: unknown;
    try {
      toInputItems([{ role: "user", content: "x" }, message]);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(ApiError);
    expect((caught as ApiError).status).toBe(400);
    expect((caught as ApiError).param).toBe(param);
  });
});
