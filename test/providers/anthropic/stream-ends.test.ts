// What a stream's usage is at each moment, and how a stream that is none fails.
import { describe, expect, test } from "bun:test";
import { ApiError } from "../../../src/base/errors.ts";
import type { UpstreamChunk } from "../../../src/providers/protocol.ts";
import { collect, rejection } from "../support.ts";
import { piecesOf, read } from "./read-stream.ts";
import { blockStart, END, START_USAGE, saying, start, stopWith, tokens } from "./support.ts";

describe("usage", () => {
  test("with cache reads and writes, kept where later reports lack them", async () => {
    const usage = {
      ...START_USAGE,
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 50,
      cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 30 },
    };
    const chunks = await collect(read([start(usage), stopWith("end_turn", 9), END]));
    const input = {
      promptTokens: 160,
      cachedTokens: 100,
      cacheWriteTokens: 20,
      cacheWrite1hTokens: 30,
    };
    expect(chunks.map((chunk) => chunk.usage)).toEqual([
      tokens({ ...input, completionTokens: 1 }),
      tokens({ ...input, completionTokens: 9 }),
    ]);
  });

  test("each report counts, also one without a stop reason", async () => {
    const middle = { type: "message_delta", delta: {}, usage: { output_tokens: 4 } };
    const chunks = await collect(read([start(), middle, stopWith("end_turn", 6), END]));
    const seen = chunks.map(({ usage, chunk }) => [usage?.completionTokens, chunk.choices.length]);
    expect(seen).toEqual([
      [1, 1],
      [4, 0],
      [6, 1],
    ]);
  });

  test("nonsense is none", async () => {
    const chunks = await collect(read([start({ input_tokens: -5 }), stopWith("end_turn", 6), END]));
    expect(chunks.map(({ usage }) => usage)).toEqual([null, null]);
  });
});

describe("what is no proper stream", () => {
  const overloaded = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
  test.each([
    ["an error first", [overloaded], 503, 0],
    ["an error after a ping", [{ type: "ping" }, overloaded], 503, 0],
    ["an error in the middle", [...saying("a").slice(0, 3), overloaded], 503, 2],
    ["an end without a stop reason", saying("a").slice(0, -2), 502, 2],
    ["an end without anything", [], 502, 0],
    ["no beginning", saying("a").slice(1), 502, 0],
    ["no JSON", ["nonsense"], 502, 0],
    ["no object", ["[]"], 502, 0],
  ])("%s fails after what came", async (_, events, status, given) => {
    const got: UpstreamChunk[] = [];
    const run = async () => {
      for await (const chunk of read(events)) {
        got.push(chunk);
      }
    };
    const error = await rejection(run());
    expect([error instanceof ApiError && error.status, got.length]).toEqual([status, given]);
  });

  test("an end after the stop reason is whole: nothing of the answer is missing", async () => {
    expect(await collect(read(saying("a").slice(0, -1)))).toHaveLength(3);
  });

  test("blocks that are never closed fill no memory", async () => {
    const events = Array.from({ length: 300 }, (_, at) =>
      blockStart(at, { type: "tool_use", id: `t${at}`, name: "f", input: {} }),
    );
    expect(await rejection(collect(read([start(), ...events])))).toBeInstanceOf(ApiError);
  });

  test("what follows the end is not read", async () => {
    expect(await piecesOf([...saying("a"), overloaded])).toHaveLength(3);
  });
});
