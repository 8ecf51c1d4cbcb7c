// What a stream's usage is at each moment, and how a stream that is none fails.
import { describe, expect, test } from "bun:test";
import { ApiError } from "../../../src/base/errors.ts";
import { EventReader } from "../../../src/providers/anthropic/stream.ts";
import type { UpstreamChunk } from "../../../src/providers/protocol.ts";
import { tokens } from "../../support/usage.ts";
import { collect, rejection } from "../support.ts";
import { first, piecesOf, read } from "./read-stream.ts";
import {
  blockStart,
  END,
  START_USAGE,
  saying,
  start,
  stopWith,
  textBlock,
  toolBlock,
} from "./support.ts";

const overloaded = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };

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
    const events = Array.from({ length: 4_097 }, (_, at) =>
      blockStart(at, { type: "tool_use", id: `t${at}`, name: "f", input: {} }),
    );
    expect(await rejection(collect(read([start(), ...events])))).toMatchObject({
      message: "The provider sent more tool calls than the gateway accepts.",
    });
  });

  test.each([
    ["an error by its name", "error", { message: "overloaded", code: 529 }, 503],
    ["an error by its name, of no known shape", "error", { what: "no" }, 502],
    ["an error by its name, as text", "error", "upstream timed out", 502],
    ["a validator's words", "", { detail: "bad request: too long" }, 502],
    ["an error of another type", "", { type: "exception", error: { message: "no" } }, 502],
    ["a bare message", "", { message: "no", code: 429 }, 429],
  ])("%s, in mid-stream", async (_, name, data, status) => {
    const reader = new EventReader("asked", null);
    const events = [start(), ...textBlock(0, "a")].map((it) => JSON.stringify(it));
    for (const it of events) reader.read({ name: "", data: it });
    const error = caught(() =>
      reader.read({ name, data: typeof data === "string" ? data : JSON.stringify(data) }),
    );
    expect(error).toMatchObject({ status });
  });

  test("a stop reason that stands for a failure is one", async () => {
    const error = await rejection(
      collect(read([start(), ...textBlock(0, "a"), stopWith("error")])),
    );
    expect(error).toMatchObject({ status: 502 });
  });
});

describe("the end", () => {
  const finishes = async (events: unknown[]) =>
    (await piecesOf(events)).filter((piece) => Array.isArray(piece));

  test("comes once, however often the provider says it", async () => {
    const twice = [
      start(),
      ...textBlock(0, "a"),
      stopWith("max_tokens"),
      stopWith("end_turn"),
      END,
    ];
    expect(await finishes(twice)).toEqual([[{}, "length"]]);
    const late = [...saying("a").slice(0, -1), ...textBlock(1, "late"), END];
    expect(await piecesOf(late)).toEqual([first, { content: "a" }, [{}, "stop"]]);
  });

  test("is the provider's last word, where it gives no reason", async () => {
    expect(await finishes([start(), ...textBlock(0, "a"), END])).toEqual([[{}, "stop"]]);
    const call = toolBlock(0, "t1", "f", '{"a":', "1}");
    expect(await finishes([start(), ...call, END])).toEqual([[{}, "tool_calls"]]);
    expect(await finishes([start(), ...call.slice(0, -1), END])).toEqual([[{}, "tool_calls"]]);
  });

  test.each([
    ["open", toolBlock(0, "t1", "f", '{"a":').slice(0, -1)],
    ["closed", toolBlock(0, "t1", "f", '{"a":')],
    ["empty", toolBlock(0, "t1", "f").slice(0, -1)],
  ])("without a reason, with a torn call that is %s, is a cut", async (_, call) => {
    const error = await rejection(collect(read([start(), ...call, END])));
    expect(error).toMatchObject({ status: 502, message: "The provider's answer ended early." });
  });

  test.each([
    ["max_output_tokens", "length"],
    ["model_context_window_exceeded", "length"],
    ["refusal", "content_filter"],
    ["pause_turn", "stop"],
    ["compaction", "stop"],
  ])("%s is %s", async (word, reason) => {
    expect(await finishes([start(), ...textBlock(0, "a"), stopWith(word), END])).toEqual([
      [{}, reason],
    ]);
  });

  test("what follows the end is not read", async () => {
    expect(await piecesOf([...saying("a"), overloaded])).toHaveLength(3);
  });
});

function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("expected an error");
}
