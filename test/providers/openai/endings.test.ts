// How streams end: finish reasons, once and true; answers that were cut, and those that only look so.
import { describe, expect, test } from "bun:test";
import { ApiError } from "../../../src/base/errors.ts";
import { answerOptions } from "../../../src/providers/openai/answer-options.ts";
import { COMPATIBLE } from "../../../src/providers/openai/quirks.ts";
import { ChatStream } from "../../../src/providers/openai/stream.ts";
import type { UpstreamChunk } from "../../../src/providers/protocol.ts";
import type { SseEvent } from "../../../src/providers/transport/sse.ts";
import { callOf, collect, readStream, rejection } from "../support.ts";

const DONE = "[DONE]";

function read(events: (string | object)[], n = 1): Promise<UpstreamChunk[]> {
  async function* batches(): AsyncGenerator<SseEvent[]> {
    for (const event of events) {
      const named = typeof event === "object" && "name" in event && "data" in event;
      const data = typeof event === "string" ? event : JSON.stringify(event);
      yield [named ? (event as SseEvent) : { name: "", data }];
    }
  }
  return collect(readStream(new ChatStream(answerOptions(callOf({ n }), COMPATIBLE)), batches()));
}

const envelope = { id: "c1", object: "chat.completion.chunk", created: 5, model: "m" };

function piece(delta: object, finish: string | null = null, index = 0, extra: object = {}) {
  return { ...envelope, choices: [{ index, delta, finish_reason: finish }], ...extra };
}

const hello = piece({ role: "assistant", content: "hello" });
const usage = { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 };

const call = (fields: object) => piece({ tool_calls: [{ index: 0, ...fields }] });
const head = call({ id: "a", type: "function", function: { name: "f", arguments: '{"x":' } });

/** As LangChain puts an answer together: text, and the finish reasons one behind the other. */
async function joined(events: (string | object)[], n = 1) {
  const choices = (await read(events, n)).flatMap(({ chunk }) => chunk.choices);
  const of = (index: number) => choices.filter((choice) => choice.index === index);
  return Array.from({ length: n }, (_, index) => ({
    text: of(index)
      .map(({ delta }) => delta.content ?? "")
      .join(""),
    finish: of(index)
      .map((choice) => choice.finish_reason ?? "")
      .join(""),
    endsLast: (of(index).at(-1)?.finish_reason ?? null) !== null,
  }));
}

const whole = (text: string, finish: string) => ({ text, finish, endsLast: true });

describe("one finish reason, at the end", () => {
  test.each<[string, (string | object)[], object]>([
    ["once", [hello, piece({}, "stop"), DONE], whole("hello", "stop")],
    ["with the last words", [piece({ content: "hello" }, "stop"), DONE], whole("hello", "stop")],
    [
      "twice, as OpenRouter gives it",
      [hello, piece({ content: "" }, "stop"), piece({ content: "" }, "stop", 0, { usage }), DONE],
      whole("hello", "stop"),
    ],
    [
      "in every event",
      [piece({ content: "hel" }, "stop"), piece({ content: "lo" }, "stop"), DONE],
      whole("hello", "stop"),
    ],
    [
      "before the last words",
      [piece({ content: "hel" }, "stop"), piece({ content: "lo" }), DONE],
      whole("hello", "stop"),
    ],
    [
      "cut, then a plain end",
      [hello, piece({}, "length"), piece({}, "stop")],
      whole("hello", "length"),
    ],
    [
      "an end, then a filter",
      [hello, piece({}, "stop"), piece({}, "content_filter"), DONE],
      whole("hello", "content_filter"),
    ],
    [
      "a plain end, then the calls",
      [
        hello,
        piece({}, "stop"),
        head,
        call({ function: { arguments: "1}" } }),
        piece({}, "tool_calls"),
        DONE,
      ],
      whole("hello", "tool_calls"),
    ],
    [
      "a plain end after calls",
      [hello, head, piece({}, "stop"), DONE],
      whole("hello", "tool_calls"),
    ],
    ["calls that never came", [hello, piece({}, "tool_calls"), DONE], whole("hello", "stop")],
    [
      "a word that it goes on, and then [DONE]",
      [piece({ content: "hello" }, "not_finished"), DONE],
      whole("hello", "length"),
    ],
    ["an empty word", [hello, piece({}, ""), DONE], whole("hello", "stop")],
    [
      "words for none in every event",
      [
        piece({ content: "hel" }, "null"),
        piece({ content: "lo" }, "not_finished"),
        piece({}, "stop"),
      ],
      whole("hello", "stop"),
    ],
    ["none, with [DONE]", [hello, DONE], whole("hello", "stop")],
    [
      "none after calls, with [DONE]",
      [hello, head, call({ function: { arguments: "1}" } }), DONE],
      whole("hello", "tool_calls"),
    ],
    [
      "an old call",
      [
        piece({ content: "hello", function_call: { name: "f", arguments: "{}" } }),
        piece({}, "stop"),
      ],
      whole("hello", "function_call"),
    ],
    [
      "no text but usage",
      [piece({ role: "assistant" }), { ...envelope, choices: [], usage }, DONE],
      whole("", "stop"),
    ],
  ])("%s", async (_name, events, expected) => {
    expect(await joined(events)).toEqual([expected] as never);
  });

  test.each([
    ["max_output_tokens", "length"],
    ["MAX_TOKENS", "length"],
    ["incomplete", "length"],
    ["token_limit", "length"],
    ["model_context_window_exceeded", "length"],
    ["sensitive", "content_filter"],
    ["content_filtered", "content_filter"],
    ["blocklist", "content_filter"],
    ["PROHIBITED_CONTENT", "content_filter"],
    ["safety", "content_filter"],
    ["eos", "stop"],
    ["end_turn", "stop"],
  ])("%s is %s", async (given, expected) => {
    expect(await joined([hello, piece({}, given), DONE])).toEqual([whole("hello", expected)]);
  });

  test("what comes beside the first and the last stays", async () => {
    const filter = { content_filter_results: { hate: { filtered: false } } };
    const chunks = await read([
      hello,
      { ...envelope, choices: [{ index: 0, delta: {}, finish_reason: "stop", ...filter }], x: 1 },
      { ...envelope, choices: [{ index: 0, delta: {}, finish_reason: "stop", native: "end" }] },
    ]);
    expect(chunks.at(-1)?.chunk as unknown).toEqual({
      ...envelope,
      x: 1,
      choices: [{ index: 0, delta: {}, finish_reason: "stop", ...filter, native: "end" }],
    });
  });
});

describe("several choices", () => {
  const both = [hello, piece({ role: "assistant", content: "bye" }, null, 1)];

  test("each has its own end", async () => {
    const events = [...both, piece({}, "length", 1), piece({}, "stop"), DONE];
    expect(await joined(events, 2)).toEqual([whole("hello", "stop"), whole("bye", "length")]);
  });

  test.each<[string, (string | object)[]]>([
    ["cut after the first", [...both, piece({}, "stop")]],
    ["cut before the second begins", [hello, piece({}, "stop")]],
    ["[DONE] with one reason of two", [...both, piece({}, "stop"), DONE]],
  ])("%s: ended early", async (_name, events) => {
    const error = (await rejection(read(events, 2))) as ApiError;
    expect([error.status, error.message]).toEqual([502, "The provider's answer ended early."]);
  });

  test("a provider that ignores n gives a whole answer with [DONE]", async () => {
    const [first] = await joined([hello, piece({}, "stop"), DONE], 2);
    expect(first).toEqual(whole("hello", "stop"));
  });

  test("more than asked for are waited for", async () => {
    const error = await rejection(read([...both, piece({}, "stop")], 1));
    expect(error).toBeInstanceOf(ApiError);
  });
});

describe("failures", () => {
  test.each<[string, (string | object)[], number, string]>([
    ["abort", [hello, piece({}, "abort")], 502, "upstream_error"],
    ["cancelled", [hello, piece({}, "cancelled")], 502, "upstream_error"],
    ["network_error", [hello, piece({}, "network_error")], 502, "upstream_error"],
    ["timeout", [hello, piece({}, "timeout")], 504, "upstream_timeout"],
    [
      "a failure after a good end",
      [hello, piece({}, "stop"), piece({}, "error")],
      502,
      "upstream_error",
    ],
    ["the end of the body", [hello], 502, "upstream_error"],
    ["the end of the body after no word", [piece({}, "null"), hello], 502, "upstream_error"],
    [
      "Groq's word beside the answer",
      [hello, { ...envelope, choices: [], x_groq: { id: "r", error: "over_capacity" } }, DONE],
      503,
      "overloaded",
    ],
    [
      "MiniMax's code beside the answer",
      [
        hello,
        { ...envelope, choices: [], base_resp: { status_code: 1027, status_msg: "x" } },
        DONE,
      ],
      502,
      "upstream_error",
    ],
    [
      "Databricks' error_code",
      [hello, { error_code: "INTERNAL_ERROR", message: "x" }, DONE],
      502,
      "upstream_error",
    ],
    ["[DONE] and nothing else", [DONE], 502, "upstream_error"],
    [
      "[DONE] after a role",
      [piece({ role: "assistant", content: "" }), DONE],
      502,
      "upstream_error",
    ],
    ["[DONE] amid a call's arguments", [hello, head, DONE], 502, "upstream_error"],
    [
      "an event of the name",
      [hello, { name: "error", data: '{"message":"overloaded","code":529}' }],
      503,
      "overloaded",
    ],
    ["the name alone", [hello, { name: "error", data: '{"oops":1}' }], 502, "upstream_error"],
    ["the name and words", [hello, { name: "error", data: "it broke" }], 502, "upstream_error"],
    ["a message and a code", [hello, { message: "busy", code: 503 }], 503, "overloaded"],
    ["a detail", [hello, { detail: "Internal error" }], 502, "upstream_error"],
    [
      "a list of details",
      [hello, { detail: [{ loc: ["body"], msg: "x" }] }],
      502,
      "upstream_error",
    ],
  ])("%s", async (_name, events, status, code) => {
    const error = (await rejection(read(events))) as ApiError;
    expect([error.status, error.code]).toEqual([status, code]);
  });

  test("a cut answer keeps its reason although a call's arguments are cut", async () => {
    expect(await joined([head, piece({}, "length"), DONE])).toEqual([whole("", "length")]);
  });
});

describe("usage in streams", () => {
  test("each report is passed on as it came, in every piece", async () => {
    const report = (completion_tokens: number, delta: object = { content: "word " }) =>
      piece(delta, null, 0, { usage: { prompt_tokens: 9, completion_tokens } });
    const chunks = await read([report(3), report(2), report(0, {}), piece({}, "stop")]);
    expect(chunks.map((chunk) => chunk.usage?.completionTokens)).toEqual([3, 2, 0, undefined]);
  });

  test("Moonshot's stands in the choice", async () => {
    const chunks = await read([
      hello,
      { ...envelope, choices: [{ index: 0, delta: {}, finish_reason: "stop", usage }] },
      DONE,
    ]);
    expect(chunks.map((chunk) => chunk.usage?.completionTokens)).toEqual([
      undefined,
      12,
      undefined,
    ]);
    expect(JSON.stringify(chunks.map(({ chunk }) => chunk))).not.toContain("tokens");
  });
});
