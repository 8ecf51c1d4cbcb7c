// Streams of Anthropic's events as chunks, in order.
import { describe, expect, test } from "bun:test";
import { ApiError } from "../../../src/base/errors.ts";
import { tokens } from "../../support/usage.ts";
import { collect, rejection } from "../support.ts";
import { args, called, first, piecesOf, read } from "./read-stream.ts";
import {
  blockDelta,
  blockStart,
  blockStop,
  END,
  saying,
  start,
  stopWith,
  textBlock,
  toolBlock,
} from "./support.ts";

test("text, whole chunks, usage from the first one on", async () => {
  const envelope = {
    id: "msg_01",
    object: "chat.completion.chunk",
    created: expect.any(Number),
    model: "claude-opus-5",
  };
  const chunk = (delta: object, finish: string | null, usage: object | null) => ({
    chunk: {
      ...envelope,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    },
    wire: null,
    usage,
  });
  const chunks: object[] = await collect(read(saying("Hel", "lo")));
  expect(chunks).toEqual([
    // The output of the first usage is not the answer's yet.
    {
      ...chunk(first, null, tokens({ promptTokens: 10, completionTokens: 1 })),
      usageIsFinal: false,
    },
    chunk({ content: "Hel" }, null, null),
    chunk({ content: "lo" }, null, null),
    chunk({}, "stop", tokens({ promptTokens: 10, completionTokens: 7 })),
  ]);
});

test("thinking, with what is not for the client left out", async () => {
  const events = [
    start(),
    { type: "ping" },
    blockStart(0, { type: "thinking", thinking: "", signature: "" }),
    blockDelta(0, { type: "thinking_delta", thinking: "hm" }),
    blockDelta(0, { type: "signature_delta", signature: "sig" }),
    blockStop(0),
    blockStart(1, { type: "redacted_thinking", data: "x" }),
    blockStop(1),
    { type: "brand_new_event", delta: { type: "text_delta", text: "?" } },
    blockDelta(2, { type: "brand_new_delta", text: "?" }),
    blockDelta(2, { type: "citations_delta", citation: {} }),
    ...textBlock(2, "a", "", "b"),
    stopWith("end_turn"),
    END,
  ];
  expect(await piecesOf(events)).toEqual([
    first,
    { reasoning_content: "hm" },
    { content: "a" },
    { content: "b" },
    [{}, "stop"],
  ]);
});

test("parallel calls count by themselves, and one without input has an empty object", async () => {
  const events = [
    start(),
    ...textBlock(0, "I look"),
    ...toolBlock(1, "t1", "f", "", '{"a"', ":1}"),
    ...toolBlock(2, "t2", "g"),
    blockStart(3, { type: "server_tool_use", id: "s", name: "web_search", input: {} }),
    blockDelta(3, { type: "input_json_delta", partial_json: "{}" }),
    blockStop(3),
    blockStart(4, { type: "tool_use", id: "t3", name: "h", input: { b: 2 } }),
    blockStop(4),
    stopWith("tool_use"),
    END,
  ];
  expect(await piecesOf(events)).toEqual([
    first,
    { content: "I look" },
    called(0, "t1", "f"),
    args(0, '{"a"'),
    args(0, ":1}"),
    called(1, "t2", "g"),
    args(1, "{}"),
    called(2, "t3", "h"),
    args(2, '{"b":2}'),
    [{}, "tool_calls"],
  ]);
});

describe("with a tool that takes the answer", () => {
  test("its input is the text, and what was said before it is not", async () => {
    const events = [
      start(),
      ...textBlock(0, "Here it is:"),
      ...toolBlock(1, "t1", "json", '{"a"', ":1}"),
      stopWith("tool_use"),
      END,
    ];
    expect(await piecesOf(events, "json")).toEqual([
      first,
      { content: '{"a"' },
      { content: ":1}" },
      [{}, "stop"],
    ]);
  });

  test("an empty one, text instead of one, and another tool's call", async () => {
    const around = (events: object[], reason: string) => [
      start(),
      ...events,
      stopWith(reason),
      END,
    ];
    expect(await piecesOf(around(toolBlock(0, "t", "json"), "tool_use"), "json")).toEqual([
      first,
      { content: "{}" },
      [{}, "stop"],
    ]);
    expect(await piecesOf(around(textBlock(0, "{", "}"), "end_turn"), "json")).toEqual([
      first,
      { content: "{}" },
      [{}, "stop"],
    ]);
    const other = [...textBlock(0, "I ", "look"), ...toolBlock(1, "t", "f", "{}")];
    expect(await piecesOf(around(other, "tool_use"), "json")).toEqual([
      first,
      { content: "I look" },
      called(0, "t", "f"),
      args(0, "{}"),
      [{}, "tool_calls"],
    ]);
  });

  test("text is held back up to a limit", async () => {
    const big = "x".repeat(1_048_577);
    const error = await rejection(collect(read(saying(big, big, big, big), "json")));
    expect(error).toBeInstanceOf(ApiError);
  });
});

test("a refusal says why, and ends as filtered", async () => {
  const stop_details = { type: "refusal", category: null, explanation: "Not this." };
  const events = [start(), stopWith("refusal", 3, { stop_details }), END];
  expect(await piecesOf(events)).toEqual([first, [{ refusal: "Not this." }, "content_filter"]]);
});

test.each([
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["stop_sequence", "stop"],
  ["pause_turn", "stop"],
  ["compaction", "stop"],
])("the stop reason %s is %s", async (reason, finish) => {
  expect((await piecesOf([start(), stopWith(reason), END])).at(-1)).toEqual([{}, finish]);
});

test("a stream without a stop reason still finishes", async () => {
  expect((await piecesOf([start(), ...textBlock(0, "a"), END])).at(-1)).toEqual([{}, "stop"]);
});
