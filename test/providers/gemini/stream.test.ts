// Streams of Gemini's events as chunks: order, usage, endings.
import { describe, expect, test } from "bun:test";
import { ApiError } from "../../../src/base/errors.ts";
import { SignatureCache } from "../../../src/providers/gemini/signatures.ts";
import { GeminiStream, REPEATED_FINISH_GRACE_MS } from "../../../src/providers/gemini/stream.ts";
import { rejection } from "../support.ts";
import { answerOf, chunksOf } from "./support.ts";

const choicesOf = async (events: unknown[], signatures?: SignatureCache) =>
  (await chunksOf(events, signatures)).flatMap(({ chunk }) => chunk.choices) as unknown[];

const piece = (delta: object, finish_reason: string | null = null, index = 0) => ({
  index,
  delta,
  logprobs: null,
  finish_reason,
});

describe("pieces", () => {
  test("thoughts, text and parallel calls, each call in a chunk of its own", async () => {
    const signatures = new SignatureCache();
    const choices = await choicesOf(
      [
        answerOf([{ text: "hm", thought: true }]),
        answerOf([{ text: "a" }, { text: "b" }]),
        answerOf([
          { functionCall: { id: "1", name: "f", args: { a: 1 } }, thoughtSignature: "s" },
          { functionCall: { id: "2", name: "g" } },
          { text: "c" },
        ]),
        answerOf([{ text: "", thoughtSignature: "t" }], "STOP"),
      ],
      signatures,
    );
    const signed = { extra_content: { google: { thought_signature: "s" } } };
    const call = (index: number, id: string, name: string, args: string, extra = {}) => ({
      tool_calls: [{ index, id, type: "function", function: { name, arguments: args }, ...extra }],
    });
    expect(choices).toEqual([
      piece({ role: "assistant", content: "", reasoning_content: "hm" }),
      piece({ content: "ab" }),
      piece(call(0, "gid-1", "f", '{"a":1}', signed)),
      piece(call(1, "gid-2", "g", "{}")),
      piece({ content: "c" }),
      piece({}, "tool_calls"),
    ]);
    expect(signatures.find("gid-1", "f")).toBe("s");
  });

  test("the envelope is the same in all chunks", async () => {
    const chunks = await chunksOf([answerOf([{ text: "a" }]), answerOf([{ text: "b" }], "STOP")]);
    for (const { chunk, wire } of chunks) {
      const { choices, ...envelope } = chunk;
      expect(choices).toHaveLength(1);
      expect(wire).toBeNull();
      expect(envelope as object).toEqual({
        id: "resp-1",
        object: "chat.completion.chunk",
        created: chunks[0]?.chunk.created,
        model: "gemini-x",
      });
    }
  });

  test("a finish reason in every event ends the answer once, at its end", async () => {
    const events = [answerOf([{ text: "a" }], "STOP"), answerOf([{ text: "b" }], "STOP")];
    expect(await choicesOf(events)).toEqual([
      piece({ role: "assistant", content: "a" }),
      piece({ content: "b" }),
      piece({}, "stop"),
    ]);
  });

  test("candidates have their own states", async () => {
    const candidate = (index: number, text: string, finishReason?: string) => ({
      ...(index === 0 ? {} : { index }),
      content: { parts: [{ text }] },
      ...(finishReason ? { finishReason } : {}),
    });
    const events = [
      { candidates: [candidate(0, "a"), candidate(1, "x")] },
      { candidates: [candidate(1, "y", "MAX_TOKENS")] },
      { candidates: [candidate(0, "b", "STOP")] },
    ];
    expect(await choicesOf(events)).toEqual([
      piece({ role: "assistant", content: "a" }),
      piece({ role: "assistant", content: "x" }, null, 1),
      piece({ content: "y" }, null, 1),
      piece({ content: "b" }),
      piece({}, "stop"),
      piece({}, "length", 1),
    ]);
    expect(await rejection(choicesOf(events.slice(0, 2)))).toBeInstanceOf(ApiError);
  });

  test("log probabilities go with their text", async () => {
    const event = answerOf([{ text: "a" }], "STOP");
    const logprobsResult = { chosenCandidates: [{ token: "a", logProbability: -1 }] };
    Object.assign((event.candidates as object[])[0] ?? {}, { logprobsResult });
    expect((await choicesOf([event]))[0]).toEqual({
      ...piece({ role: "assistant", content: "a" }),
      logprobs: {
        content: [{ token: "a", bytes: [97], logprob: -1, top_logprobs: [] }],
        refusal: null,
      },
    });
  });

  test("blocked prompts and answers are empty ones", async () => {
    const blocked = [piece({ role: "assistant", content: "" }, "content_filter")];
    expect(await choicesOf([{ promptFeedback: { blockReason: "SAFETY" } }])).toEqual(blocked);
    expect(await choicesOf([{ candidates: [{ finishReason: "SAFETY" }] }])).toEqual([
      piece({ role: "assistant", content: "" }),
      piece({}, "content_filter"),
    ]);
    const later = [answerOf([{ text: "a" }]), { promptFeedback: { blockReason: "SAFETY" } }];
    expect((await choicesOf(later)).at(-1)).toEqual(piece({}, "content_filter"));
  });
});

test("usage comes with every chunk of an event that has it", async () => {
  const chunks = await chunksOf([
    answerOf([{ text: "a" }], undefined, { promptTokenCount: 3, totalTokenCount: 3 }),
    { usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 1 } },
    answerOf([{ functionCall: { name: "f" } }, { functionCall: { name: "g" } }], "STOP", {
      promptTokenCount: 3,
      candidatesTokenCount: 9,
      thoughtsTokenCount: 4,
    }),
    answerOf([], undefined, { promptTokenCount: -3 }),
  ]);
  expect(chunks.map(({ usage }) => usage?.completionTokens ?? null)).toEqual([
    0,
    1,
    // On both chunks of its event: the last one is covered by it too.
    13,
    13,
    null,
  ]);
  expect(chunks[1]?.chunk.choices).toEqual([]);
  // Final on what covers all of the answer only.
  expect(chunks.slice(0, 4).map(({ usageIsFinal }) => usageIsFinal)).toEqual([
    false,
    false,
    false,
    true,
  ]);
});

describe("endings", () => {
  test.each<[string, unknown[], number]>([
    ["nothing at all", [], 502],
    ["no finish reason", [answerOf([{ text: "a" }])], 502],
    ["usage alone", [{ usageMetadata: { promptTokenCount: 1 } }], 502],
    ["not JSON", ["{broken"], 502],
    ["no object", ["1"], 502],
    ["malformed call", [answerOf([], "MALFORMED_FUNCTION_CALL")], 502],
    ["a bare message with a code", [answerOf([{ text: "a" }]), { message: "no", code: 529 }], 503],
    ["a bare detail", [answerOf([{ text: "a" }]), { detail: "no" }], 502],
    ["error first", [{ error: { code: 429, status: "RESOURCE_EXHAUSTED", message: "q" } }], 429],
    ["error by name", [{ error: { status: "UNAVAILABLE", message: "q" } }], 503],
    ["error in an array", [[{ error: { code: 504, message: "q" } }]], 504],
    ["error later", [answerOf([{ text: "a" }]), { error: { code: 500, message: "q" } }], 502],
    ["an event that is an array of nothing", [[]], 502],
  ])("%s", async (_name, events, status) => {
    const error = await rejection(chunksOf(events));
    expect(error).toBeInstanceOf(ApiError);
    expect((error as ApiError).status).toBe(status);
  });

  test("an event named error is one, whatever is in it", () => {
    for (const data of [
      '{"message":"overloaded","code":529}',
      '{"a":1}',
      "null",
      "no JSON",
      "[]",
    ]) {
      const reader = new GeminiStream({ model: "m", choices: 1, signatures: new SignatureCache() });
      expect(() => reader.read({ name: "error", data })).toThrow(ApiError);
    }
  });

  test("all choices that were asked for must end", async () => {
    const first = answerOf([{ text: "a" }], "STOP");
    const second = { candidates: [{ index: 1, content: { parts: [] }, finishReason: "STOP" }] };
    expect(await chunksOf([first, second], new SignatureCache(), 2)).toHaveLength(4);
    const cut = await rejection(chunksOf([first], new SignatureCache(), 2));
    expect(cut).toBeInstanceOf(ApiError);
  });

  test("of several finish reasons one is told, and it is not the plain one", async () => {
    for (const reasons of [
      ["STOP", "STOP", "MAX_TOKENS"],
      ["MAX_TOKENS", "STOP"],
    ]) {
      const events = reasons.map((reason) => answerOf([{ text: "a" }], reason));
      const told = (await choicesOf(events)).map(
        (it) => (it as { finish_reason: unknown }).finish_reason,
      );
      expect(told.filter((reason) => reason !== null)).toEqual(["length"]);
    }
  });

  test("where every event may be the last, the wait for more is longer than usual", () => {
    const graceOf = (...events: object[]) => {
      const reader = new GeminiStream({ model: "m", choices: 1, signatures: new SignatureCache() });
      for (const event of events) reader.read({ name: "", data: JSON.stringify(event) });
      return [reader.finished, reader.graceMs];
    };
    const last = answerOf([{ text: "b" }], "STOP");
    expect(graceOf(answerOf([{ text: "a" }]), last)).toEqual([true, undefined]);
    expect(graceOf(last)).toEqual([true, REPEATED_FINISH_GRACE_MS]);
    expect(graceOf(last, last)).toEqual([true, REPEATED_FINISH_GRACE_MS]);
    // The text that follows an end was announced by none.
    expect(graceOf(last, answerOf([{ text: "c" }]))).toEqual([true, REPEATED_FINISH_GRACE_MS]);
  });

  test("OpenAI's terminal event and empty events do no harm", async () => {
    const events = [" ", answerOf([{ text: "a" }], "STOP"), "[DONE]", "{broken"];
    expect(await choicesOf(events)).toHaveLength(2);
    expect(await rejection(chunksOf([answerOf([{ text: "a" }]), "[DONE]"]))).toBeInstanceOf(
      ApiError,
    );
  });
});
