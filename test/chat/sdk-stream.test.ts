// Streams through the official SDK: chunks, the helper's events, an abort, a break in the middle.
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import OpenAI from "openai";
import { type Aimock, startAimock } from "../support/aimock.ts";
import { chunk, completion, DONE, streamOf } from "../support/openai-wire.ts";
import { gated, json, type RawUpstream, sse, startRawUpstream } from "../support/raw-upstream.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { event } from "../support/sse.ts";
import { within } from "../support/wait.ts";
import { ask, clientOf, collect, expectQuietBooks, failure, MODEL, recordOf } from "./support.ts";

const USAGE = { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 };

let mock: Aimock;
let raw: RawUpstream;
let server: TestServer;
let client: OpenAI;
/** A server whose upstream is scripted byte by byte. */
let rawServer: TestServer;
let rawClient: OpenAI;

beforeAll(async () => {
  mock = await startAimock({ chunkSize: 4 });
  mock.mock
    .onMessage("hello", { content: "Hello there, how are you?", usage: USAGE })
    // The pause between chunks lets the first ones arrive before the connection is reset.
    .onMessage("break", { content: "This breaks off." }, { truncateAfterChunks: 3, latency: 30 });
  raw = await startRawUpstream();
  server = await startTestServer({ env: mock.env });
  rawServer = await startTestServer({ env: raw.env });
  client = clientOf(server);
  rawClient = clientOf(rawServer);
});

afterEach(async () => {
  await expectQuietBooks(server);
  await expectQuietBooks(rawServer);
});

afterAll(async () => {
  await Promise.all([server.close(), rawServer.close()]);
  await Promise.all([mock.stop(), raw.close()]);
});

test("a stream's pieces make up the answer, and end with its finish reason", async () => {
  const stream = await client.chat.completions.create({
    model: MODEL,
    messages: ask("hello"),
    stream: true,
  });
  const chunks = await collect(stream);
  const deltas = chunks.map((one) => one.choices[0]?.delta.content ?? "");
  expect(deltas.join("")).toBe("Hello there, how are you?");
  expect(deltas.length).toBeGreaterThan(5);
  expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe("stop");
});

test("without include_usage no chunk has usage, and none is without choices", async () => {
  const stream = await client.chat.completions.create({
    model: MODEL,
    messages: ask("hello"),
    stream: true,
  });
  for (const one of await collect(stream)) {
    expect(one.usage ?? null).toBeNull();
    expect(one.choices).toHaveLength(1);
  }
});

test("with include_usage the last chunk, and it alone, has the usage and its cost", async () => {
  const stream = await client.chat.completions.create({
    model: MODEL,
    messages: ask("hello"),
    stream: true,
    stream_options: { include_usage: true },
  });
  const chunks = await collect(stream);
  const last = chunks.pop();
  expect(last).toMatchObject({ choices: [], usage: { ...USAGE, cost: 0.000009 } });
  for (const one of chunks) expect(one.usage ?? null).toBeNull();
});

test("the SDK's stream helper gives its deltas, its final events and the total usage", async () => {
  const stream = client.chat.completions.stream({
    model: MODEL,
    messages: ask("hello"),
    stream_options: { include_usage: true },
  });
  const deltas: string[] = [];
  const contents: string[] = [];
  stream.on("content.delta", ({ delta }) => deltas.push(delta));
  stream.on("content.done", ({ content }) => contents.push(content));
  const final = await stream.finalChatCompletion();
  expect(deltas.join("")).toBe("Hello there, how are you?");
  expect(contents).toEqual(["Hello there, how are you?"]);
  expect(final.choices[0]).toMatchObject({
    finish_reason: "stop",
    message: { role: "assistant", content: "Hello there, how are you?" },
  });
  expect(await stream.totalUsage()).toMatchObject(USAGE);
});

test("a client that aborts closes the upstream call and pays for what it got", async () => {
  const gate = Promise.withResolvers<void>();
  raw.answer(
    sse(gated(event(chunk({ role: "assistant", content: "one two three" })), gate.promise)),
  );
  const { data: stream, request_id } = await rawClient.chat.completions
    .create({ model: MODEL, messages: ask("hello"), stream: true })
    .withResponse();
  for await (const one of stream) {
    expect(one.choices[0]?.delta.content).toBe("one two three");
    stream.controller.abort();
  }
  const upstreamCall = raw.requests.at(-1);
  await within(upstreamCall?.closed ?? Promise.reject(), "the upstream connection closed");
  gate.resolve();
  const record = await recordOf(rawServer, request_id ?? "");
  expect(record).toMatchObject({
    ending: "client_left",
    httpStatus: 499,
    usageSource: "estimated",
    shortfallMicro: 0,
  });
  const usage = (record.usage ?? {}) as Record<string, number>;
  expect(usage).toMatchObject({ completionTokens: 3 });
  expect(record.chargedMicro).toBeGreaterThan(0);
  expect(rawServer.logLinesFrom(40)).toEqual([]);
});

test("an upstream that breaks off in the middle raises APIError with a code", async () => {
  const stream = await client.chat.completions.create({
    model: MODEL,
    messages: ask("break"),
    stream: true,
  });
  const received: string[] = [];
  const reading = (async () => {
    for await (const one of stream) received.push(one.choices[0]?.delta.content ?? "");
  })();
  const error = await failure(reading, OpenAI.APIError);
  expect(error).toMatchObject({ code: "upstream_error", type: "server_error", param: null });
  expect(received.join("")).toStartWith("This");
});

test.each([
  { status: 400, type: OpenAI.BadRequestError, ours: 400 },
  { status: 429, type: OpenAI.RateLimitError, ours: 429 },
  { status: 500, type: OpenAI.InternalServerError, ours: 502 },
])("an upstream's $status before the first event raises with status $ours", async (row) => {
  raw.answer(json({ error: { message: "no", type: "t", param: null, code: "c" } }, row.status));
  const error = await failure(
    rawClient.chat.completions.create({ model: MODEL, messages: ask("hello"), stream: true }),
    row.type,
  );
  expect(error.status).toBe(row.ours);
  expect(error.requestID).toStartWith("req_");
});

test("an error as the stream's first event raises with a real status", async () => {
  const frame = event({ error: { message: "full", type: "server_error", code: "overloaded" } });
  raw.answer(sse([frame]));
  const error = await failure(
    rawClient.chat.completions.create({ model: MODEL, messages: ask("hello"), stream: true }),
    OpenAI.InternalServerError,
  );
  expect(error).toMatchObject({ status: 503, code: "overloaded" });
});

test("several choices come back, whole and streamed, each under its index", async () => {
  const choices = ["first", "second"].map((content, index) => ({
    index,
    message: { role: "assistant", content, refusal: null },
    finish_reason: "stop",
    logprobs: null,
  }));
  raw.answer(json(completion("", { choices })));
  const answer = await rawClient.chat.completions.create({
    model: MODEL,
    messages: ask("hello"),
    n: 2,
  });
  expect(answer.choices.map(({ message }) => message.content)).toEqual(["first", "second"]);
  expect(raw.lastBody().n).toBe(2);

  const piece = (index: number, delta: object, finish_reason: string | null = null) =>
    event(chunk({}, null, { choices: [{ index, delta, finish_reason }] }));
  raw.answer(
    sse([
      piece(0, { role: "assistant", content: "fi" }),
      piece(1, { role: "assistant", content: "sec" }),
      piece(0, { content: "rst" }, "stop"),
      piece(1, { content: "ond" }, "length"),
      DONE,
    ]),
  );
  const stream = rawClient.chat.completions.stream({ model: MODEL, messages: ask("hello"), n: 2 });
  const final = await stream.finalChatCompletion();
  const got = final.choices.map(({ message, finish_reason }) => [message.content, finish_reason]);
  expect(got).toEqual([
    ["first", "stop"],
    ["second", "length"],
  ]);
});

test("words arrive when the upstream sends them, not when it is done", async () => {
  const gate = Promise.withResolvers<void>();
  const [head = "", word = "", ...rest] = streamOf("now");
  raw.answer(sse(gated(head + word, gate.promise, rest.join(""))));
  const stream = await rawClient.chat.completions.create({
    model: MODEL,
    messages: ask("hello"),
    stream: true,
  });
  const words: string[] = [];
  for await (const one of stream) {
    words.push(one.choices[0]?.delta.content ?? "");
    // Without this word no more is ever sent.
    if (words.join("") === "now") gate.resolve();
  }
  expect(words.join("")).toBe("now");
});
