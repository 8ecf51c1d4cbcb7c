// Streams: what passes untouched, what is put right, what ends them and what breaks them.
import { describe, expect, test } from "bun:test";
import { ApiError } from "../../../src/base/errors.ts";
import { answerOptions } from "../../../src/providers/openai/answer-options.ts";
import { COMPATIBLE } from "../../../src/providers/openai/quirks.ts";
import { ChatStream } from "../../../src/providers/openai/stream.ts";
import type { UpstreamChunk } from "../../../src/providers/protocol.ts";
import { callOf, collect, readSse, rejection } from "../support.ts";

const open = (n = 1) =>
  new ChatStream(answerOptions(callOf({ n }, { upstreamModel: "asked" }), COMPATIBLE));

async function* inBatches(batches: string[][]): AsyncGenerator<string[]> {
  yield* batches;
}

function read(...events: (string | object)[]): Promise<UpstreamChunk[]> {
  const data = events.map((event) => (typeof event === "string" ? event : JSON.stringify(event)));
  return collect(readSse(open(), inBatches([data])));
}

const envelope = { id: "c1", object: "chat.completion.chunk", created: 5, model: "m" };

function piece(delta: unknown, extra: Record<string, unknown> = {}) {
  return { ...envelope, choices: [{ index: 0, delta, finish_reason: null, ...extra }] };
}

const start = piece({ role: "assistant", content: "" });
const finish = piece({}, { finish_reason: "stop" });

/** The deltas of the first choice after a good start, as they come out. */
async function deltas(...given: unknown[]): Promise<unknown[]> {
  const chunks = await read(start, ...given.map((delta) => piece(delta)), "[DONE]");
  return chunks.slice(1, -1).map(({ chunk }) => chunk.choices[0]?.delta);
}

describe("an orderly stream", () => {
  test("passes as the provider wrote it", async () => {
    const odd = JSON.stringify(start).replace('"id"', ' "id" ');
    const chunks = await read(odd, piece({ content: "hé" }), { ...finish, usage: null }, "[DONE]");
    expect(chunks.map(({ wire }) => wire)).toEqual([
      odd,
      JSON.stringify(piece({ content: "hé" })),
      // The end is held back until it is known to be the only one.
      null,
    ]);
    expect(chunks[2]?.chunk as unknown).toEqual({ ...finish, usage: null });
    expect(chunks[1]?.chunk as unknown).toEqual(piece({ content: "hé" }));
    expect(chunks.every(({ usage }) => usage === null)).toBe(true);
  });

  test("of several lines an event is written anew, since our own frame has one line", async () => {
    const [chunk] = await read(JSON.stringify(start, null, 2), finish, "[DONE]");
    expect(chunk?.wire).toBeNull();
    expect(chunk?.chunk as unknown).toEqual(start);
  });

  test("ends at [DONE], with nothing read after it and the source closed", async () => {
    let closed = false;
    let readOn = false;
    async function* source(): AsyncGenerator<string[]> {
      try {
        yield [JSON.stringify(piece({ content: "a" })), "[DONE]", "not JSON"];
        readOn = true;
        yield ["not JSON either"];
      } finally {
        closed = true;
      }
    }
    expect(await collect(readSse(open(), source()))).toHaveLength(2);
    expect([closed, readOn]).toEqual([true, false]);
  });

  test("ends after a finish reason without [DONE]", async () => {
    expect(await read(start, finish)).toHaveLength(2);
  });

  test("blank events are passed over", async () => {
    expect(await read(start, "", "  ", finish)).toHaveLength(2);
  });
});

describe("usage", () => {
  const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };

  test.each<[string, object]>([
    ["in a last chunk of its own", { ...envelope, choices: [], usage }],
    ["beside a choice", { ...finish, usage }],
    ["without choices", { ...envelope, usage }],
    ["in Groq's envelope", { ...finish, x_groq: { id: "r", usage } }],
  ])("%s is taken out", async (_name, event) => {
    const chunks = await read(start, finish, event, "[DONE]");
    const last = chunks.at(-2);
    expect(chunks.at(-1)?.chunk.choices[0]?.finish_reason).toBe("stop");
    expect(last?.usage).toMatchObject({ promptTokens: 3, completionTokens: 2 });
    expect(last?.wire).toBeNull();
    expect(JSON.stringify(last?.chunk)).not.toContain("tokens");
    expect(Array.isArray(last?.chunk.choices)).toBe(true);
  });

  test("absurd usage is none, and still taken out", async () => {
    const [chunk] = await read({ ...finish, usage: { ...usage, prompt_tokens: -1 } }, "[DONE]");
    expect([chunk?.usage, chunk?.wire, chunk && "usage" in chunk.chunk]).toEqual([
      null,
      null,
      false,
    ]);
  });
});

describe("what is put right", () => {
  test("a missing envelope, the same on each chunk", async () => {
    const chunks = await read(
      { choices: [{ delta: { content: "a" } }] },
      { id: "", object: "x", model: "", choices: [{ finish_reason: "eos" }] },
    );
    expect(chunks).toHaveLength(2);
    const [first, second] = chunks.map(({ chunk }) => chunk);
    expect(first?.id).toStartWith("chatcmpl-");
    expect([second?.id, second?.created]).toEqual([first?.id ?? "none", first?.created ?? 0]);
    expect([first?.object, first?.model, second?.model]).toEqual([
      "chat.completion.chunk",
      "asked",
      "asked",
    ]);
    expect(first?.choices[0] as unknown).toEqual({
      index: 0,
      delta: { content: "a", role: "assistant" },
      finish_reason: null,
    });
    expect(second?.choices[0]?.finish_reason).toBe("stop");
    expect(chunks.every(({ wire }) => wire === null)).toBe(true);
  });

  test.each<[string, unknown, unknown]>([
    ["an empty role later on", { role: "", content: "a" }, { content: "a" }],
    ["the role again", { role: "assistant", content: "a" }, { content: "a" }],
    ["a null role later on", { role: null, content: "a" }, { content: "a" }],
    ["reasoning", { reasoning: "r" }, { reasoning_content: "r" }],
    ["content parts", { content: [{ type: "text", text: "a" }] }, { content: "a" }],
    [
      "thinking parts",
      { content: [{ type: "thinking", thinking: [{ type: "text", text: "t" }] }] },
      { content: "", reasoning_content: "t" },
    ],
    ["an empty list of calls", { content: "a", tool_calls: [] }, { content: "a" }],
  ])("%s", async (_name, given, expected) => {
    expect(await deltas(given)).toEqual([expected]);
  });

  test("a whole message in one event is the answer, and after one it is not", async () => {
    const message = { role: "assistant", content: "a", tool_calls: null };
    const whole = { ...envelope, choices: [{ index: 0, message, finish_reason: "stop" }] };
    const said = async (...events: object[]) =>
      (await read(...events, "[DONE]")).flatMap(
        ({ chunk }) => chunk.choices[0]?.delta.content ?? [],
      );
    expect(await said(whole)).toEqual(["a"]);
    expect(await said(piece({ role: "assistant", content: "a" }), whole)).toEqual(["a"]);
  });

  test("items of lists have an index, by which openai-python joins them", async () => {
    const cited = (url: string) => ({ annotations: [{ type: "url_citation", url }] });
    expect(await deltas(cited("a"), cited("b"))).toEqual([
      { annotations: [{ type: "url_citation", url: "a", index: 0 }] },
      { annotations: [{ type: "url_citation", url: "b", index: 1 }] },
    ]);
    const thought = { type: "reasoning.text", text: "x", index: 0 };
    const formed = { reasoning_details: [{ ...thought, id: "r1", format: "anthropic-claude-v1" }] };
    expect(await deltas(formed, formed)).toEqual([formed, { reasoning_details: [thought] }]);
  });

  test("a null among the choices is none", async () => {
    const [chunk] = await read({ ...envelope, choices: [null, start.choices[0], null] }, finish);
    expect(chunk?.chunk as unknown).toEqual(start);
  });

  test("the role is given once for each choice", async () => {
    const two = {
      ...envelope,
      choices: [0, 1].map((index) => ({ index, delta: { content: "a" }, finish_reason: null })),
    };
    const chunks = await read(two, two, "[DONE]");
    const roles = chunks.map(({ chunk }) => chunk.choices.map(({ delta }) => delta.role));
    expect(roles).toEqual([
      ["assistant", "assistant"],
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });
});

describe("what breaks a stream", () => {
  test.each<[string, (string | object)[], number, string]>([
    [
      "an error as the first event",
      [{ error: { message: "busy", type: "overloaded_error" } }],
      503,
      "overloaded",
    ],
    ["an error later on", [start, { error: { message: "x", code: 502 } }], 502, "upstream_error"],
    ["an error as text", [start, { error: "x" }], 502, "upstream_error"],
    [
      "an error beside choices",
      [start, { ...finish, error: { code: 429, message: "x" } }],
      429,
      "rate_limit_exceeded",
    ],
    [
      "a finish reason of error",
      [start, piece({}, { finish_reason: "error" })],
      502,
      "upstream_error",
    ],
    [
      "want of capacity",
      [start, piece({}, { finish_reason: "insufficient_system_resource" })],
      503,
      "overloaded",
    ],
    ["an event that is not JSON", [start, "{oops"], 502, "upstream_error"],
    ["an event that is no object", [start, "7"], 502, "upstream_error"],
    [
      "nothing but what is no choice",
      [{ ...envelope, choices: [1, null] }, "[DONE]"],
      502,
      "upstream_error",
    ],
    ["an end without a finish", [start, piece({ content: "a" })], 502, "upstream_error"],
    ["nothing at all", [], 502, "upstream_error"],
    ["only [DONE]", ["[DONE]"], 502, "upstream_error"],
  ])("%s", async (_name, events, status, code) => {
    const error = await rejection(read(...events));
    expect(error).toBeInstanceOf(ApiError);
    expect([(error as ApiError).status, (error as ApiError).code as string]).toEqual([
      status,
      code,
    ]);
  });

  test("more choices than any request may have", async () => {
    const many = Array.from({ length: 1_025 }, (_, index) => ({
      index,
      delta: {},
      finish_reason: null,
    }));
    const error = await rejection(read({ ...envelope, choices: many }));
    expect((error as ApiError).message).toContain("more choices");
  });
});
