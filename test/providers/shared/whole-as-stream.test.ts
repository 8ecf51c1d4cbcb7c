// A server that answers a call for a stream with a whole answer: it is paid for, and given as a stream.
import { expect, test } from "bun:test";
import { answerOptions } from "../../../src/providers/openai/answer-options.ts";
import { COMPATIBLE } from "../../../src/providers/openai/quirks.ts";
import { parseCompletion } from "../../../src/providers/openai/response.ts";
import { ChatStream } from "../../../src/providers/openai/stream.ts";
import { COMMON_ERRORS } from "../../../src/providers/shared/errors.ts";
import { createHttpAdapter } from "../../../src/providers/shared/http-adapter.ts";
import { tokenUsage } from "../../../src/providers/shared/token-counts.ts";
import { wholeAsStream } from "../../../src/providers/shared/whole-as-stream.ts";
import { SSE } from "../../../src/providers/transport/sse.ts";
import { callOf, chunksIn, collect } from "../support.ts";

const call = (id: string) => ({ id, type: "function", function: { name: "f", arguments: "{}" } });
const usage = { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 };
const whole = {
  id: "c1",
  object: "chat.completion",
  created: 5,
  model: "m",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: "hi", tool_calls: [call("a"), call("b")] },
      finish_reason: "tool_calls",
    },
    { index: 1, message: { role: "assistant", content: "ho" }, finish_reason: "length" },
  ],
  usage,
};
const options = answerOptions(callOf(), COMPATIBLE);

test("each choice has its message, a chunk for each call, and one end; usage comes last", () => {
  const chunks = wholeAsStream(parseCompletion(JSON.stringify(whole), options));
  expect(chunks.map(({ chunk }) => chunk.object)).toEqual(Array(7).fill("chat.completion.chunk"));
  const said = { role: "assistant", refusal: null };
  expect(
    chunks.flatMap(({ chunk }) =>
      chunk.choices.map(({ index, delta, finish_reason: end }) => [index, delta, end] as unknown),
    ),
  ).toEqual([
    [0, { ...said, content: "hi" }, null],
    [0, { tool_calls: [{ index: 0, ...call("a") }] }, null],
    [0, { tool_calls: [{ index: 1, ...call("b") }] }, null],
    [0, {}, "tool_calls"],
    [1, { ...said, content: "ho" }, null],
    [1, {}, "length"],
  ]);
  const expected = tokenUsage({ promptTokens: 9, completionTokens: 12 });
  expect(chunks.map((chunk) => chunk.usage)).toEqual([...Array(6).fill(null), expected]);
});

test("over the wire", async () => {
  using server = Bun.serve({ port: 0, fetch: () => Response.json(whole) });
  const adapter = createHttpAdapter(
    {
      framing: SSE,
      errors: COMMON_ERRORS,
      exchange: () => ({
        url: server.url.href,
        headers: {},
        body: "{}",
        ignored: ["seed"],
        parse: (text) => parseCompletion(text, options),
        open: () => new ChatStream(options),
      }),
      probe: null,
    },
    {
      timeouts: { firstByteMs: 2_000, betweenChunksMs: 2_000, totalMs: 5_000 },
      limits: { upstreamBodyBytes: 100_000, upstreamEventBytes: 10_000 },
      proxyUrl: null,
    },
  );
  const chunks = await collect(chunksIn(adapter.stream(callOf(), new AbortController().signal)));
  expect(chunks).toHaveLength(7);
  expect(chunks[0]?.ignored).toEqual(["seed"]);
  expect(chunks.at(-1)?.usage).not.toBeNull();
});
