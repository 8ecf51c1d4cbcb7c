// Streams of response events as chunks: what comes of each, and what ends them.
import { describe, expect, test } from "bun:test";
import { ResponseStream } from "../../../src/providers/openai-responses/stream.ts";
import { collect, readSse, rejection } from "../support.ts";
import {
  added,
  argumentsDelta,
  choicesOf,
  completed,
  done,
  type Fields,
  functionCall,
  message,
  OPENING,
  outputText,
  read,
  reasoning,
  TOKEN_USAGE,
  textDelta,
} from "./support.ts";

const start = { role: "assistant", content: "", refusal: null };
const emptyMessage = { ...message(), status: "in_progress" };

describe("an orderly stream", () => {
  test("of text, as OpenAI sends it", async () => {
    const whole = message(outputText("Hello."));
    const chunks = await read(
      ...OPENING,
      added(0, emptyMessage),
      { type: "response.content_part.added", output_index: 0, content_index: 0, part: {} },
      textDelta(0, "Hel"),
      textDelta(0, ""),
      textDelta(0, "lo."),
      { type: "response.output_text.done", output_index: 0, content_index: 0, text: "Hello." },
      { type: "response.content_part.done", output_index: 0, content_index: 0, part: {} },
      done(0, whole),
      completed({ output: [whole] }),
      "not read",
    );
    expect(chunks.map(({ chunk }) => chunk) as unknown[]).toEqual(
      [
        [start, null],
        [{ content: "Hel" }, null],
        [{ content: "lo." }, null],
        [{}, "stop"],
      ].map(([delta, finishReason], index) => ({
        id: "resp_1",
        object: "chat.completion.chunk",
        created: 1_700_000_000,
        model: "gpt-5.6-sol",
        choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
        ...(index === 3 && { service_tier: "default" }),
      })),
    );
    expect(chunks.map(({ usage }) => usage)).toEqual([null, null, null, TOKEN_USAGE]);
    expect(chunks.every(({ wire }) => wire === null)).toBe(true);
  });

  test("of thinking, text and two calls", async () => {
    const first = functionCall("call_1", "look", '{"a":1}');
    const second = { type: "custom_tool_call", id: "c", call_id: "call_2", name: "run", input: "" };
    const summaryDelta = (delta: string, place: number) => ({
      type: "response.reasoning_summary_text.delta",
      output_index: 0,
      summary_index: place,
      delta,
    });
    const summaryPart = (place: number) => ({
      type: "response.reasoning_summary_part.added",
      output_index: 0,
      summary_index: place,
    });
    const output = [
      reasoning("one", "two"),
      message(outputText("Looking.")),
      first,
      { ...second, input: "ls -l" },
    ];
    const chunks = await read(
      ...OPENING,
      added(0, reasoning()),
      summaryPart(0),
      summaryDelta("one", 0),
      summaryPart(1),
      summaryDelta("two", 1),
      done(0, output[0] ?? {}),
      added(1, emptyMessage),
      textDelta(1, "Looking."),
      done(1, output[1] ?? {}),
      added(2, { ...first, arguments: "", status: "in_progress" }),
      argumentsDelta(2, '{"a"'),
      argumentsDelta(2, ":1}"),
      { type: "response.function_call_arguments.done", output_index: 2, arguments: '{"a":1}' },
      done(2, first),
      added(3, second),
      { type: "response.custom_tool_call_input.delta", output_index: 3, delta: "ls " },
      { type: "response.custom_tool_call_input.delta", output_index: 3, delta: "-l" },
      { type: "response.custom_tool_call_input.done", output_index: 3, input: "ls -l" },
      done(3, output[3] ?? {}),
      completed({ output }),
    );
    const tool = (index: number, extra: Fields) => ({ tool_calls: [{ index, ...extra }] });
    expect(choicesOf(chunks)).toEqual([
      [start, null],
      [{ reasoning_content: "one" }, null],
      [{ reasoning_content: "\n\n" }, null],
      [{ reasoning_content: "two" }, null],
      [{}, null],
      [{ content: "Looking." }, null],
      [
        tool(0, { id: "call_1", type: "function", function: { name: "look", arguments: "" } }),
        null,
      ],
      [tool(0, { function: { arguments: '{"a"' } }), null],
      [tool(0, { function: { arguments: ":1}" } }), null],
      [tool(1, { id: "call_2", type: "custom", custom: { name: "run", input: "" } }), null],
      [tool(1, { custom: { input: "ls " } }), null],
      [tool(1, { custom: { input: "-l" } }), null],
      [{}, "tool_calls"],
    ]);
  });

  test("of a refusal", async () => {
    const refusalDelta = (delta: string) => ({
      type: "response.refusal.delta",
      output_index: 0,
      content_index: 0,
      delta,
    });
    const whole = message({ type: "refusal", refusal: "No way." });
    const chunks = await read(
      added(0, emptyMessage),
      refusalDelta("No "),
      refusalDelta("way."),
      done(0, whole),
      completed({ output: [whole] }),
    );
    expect(choicesOf(chunks)).toEqual([
      [start, null],
      [{ refusal: "No " }, null],
      [{ refusal: "way." }, null],
      [{}, "stop"],
    ]);
  });

  test("of log probabilities", async () => {
    const logprobs = [{ token: "a", logprob: -1, top_logprobs: [{ token: "b", logprob: -2 }] }];
    const chunks = await read(textDelta(0, "a", { logprobs }), completed());
    expect(chunks[0]?.chunk.choices[0]?.logprobs as unknown).toEqual({
      content: [
        {
          token: "a",
          logprob: -1,
          bytes: null,
          top_logprobs: [{ token: "b", logprob: -2, bytes: null }],
        },
      ],
      refusal: null,
    });
  });

  test("begins only when something is put out", async () => {
    const iterator = readSse(
      new ResponseStream("asked"),
      (async function* () {
        for (const event of OPENING) {
          yield [JSON.stringify(event)];
        }
        throw new Error("nothing was given before this");
      })(),
    );
    expect(await rejection(iterator.next())).toMatchObject({
      message: "nothing was given before this",
    });
  });

  test("without a word ends with a role and a reason", async () => {
    expect(choicesOf(await read(...OPENING, completed()))).toEqual([
      [start, null],
      [{}, "stop"],
    ]);
  });

  test.each<[string, Fields, string]>([
    ["max_output_tokens", { status: "incomplete" }, "length"],
    ["max_output_tokens", { status: undefined }, "length"],
    ["content_filter", { status: "incomplete" }, "content_filter"],
  ])("that stops for %s", async (reason, extra, finishReason) => {
    const last = completed({ ...extra, incomplete_details: { reason } }, "response.incomplete");
    const chunks = await read(textDelta(0, "Once"), last);
    expect(choicesOf(chunks).at(-1)).toEqual([{}, finishReason]);
    expect(chunks.at(-1)?.usage).toEqual(TOKEN_USAGE);
  });

  test("ends there, with nothing read after it and the source closed", async () => {
    let closed = false;
    async function* source(): AsyncGenerator<string[]> {
      try {
        yield [JSON.stringify(completed()), "not JSON"];
        yield ["not JSON either"];
      } finally {
        closed = true;
      }
    }
    expect(await collect(readSse(new ResponseStream("asked"), source()))).toHaveLength(2);
    expect(closed).toBe(true);
  });

  test("may hold events of any other kind, blank ones and a [DONE]", async () => {
    const chunks = await read(
      "",
      { type: "response.queued" },
      { type: "response.web_search_call.searching", output_index: 9 },
      { type: "response.some_future_event", delta: "x", output_index: 0 },
      { type: "keepalive" },
      { type: "constructor" },
      { type: { toString: 1 }, output_index: {} },
      {},
      textDelta(0, "a"),
      "[DONE]",
      completed(),
    );
    expect(choicesOf(chunks)).toEqual([
      [{ ...start, content: "a" }, null],
      [{}, "stop"],
    ]);
  });
});
