// Streams on the wire: what each frame looks like, in which order they come, and how they end well.
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { formatCredits } from "../../src/base/micro.ts";
import { chunk, DONE, streamOf, USAGE, usageChunk } from "../support/openai-wire.ts";
import { gated, type RawUpstream, sse, startRawUpstream } from "../support/raw-upstream.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { event } from "../support/sse.ts";
import { waitUntil, within } from "../support/wait.ts";
import { creditsOf, readWire, textOf } from "./stream-support.ts";
import { expectQuietBooks, MODEL, post, recordOf } from "./support.ts";

let upstream: RawUpstream;
let server: TestServer;

beforeAll(async () => {
  upstream = await startRawUpstream();
  server = await startTestServer({ env: upstream.env, config: { server: { keepAliveMs: 40 } } });
});

afterEach(async () => {
  await expectQuietBooks(server);
  expect(server.logLinesFrom(40)).toEqual([]);
});

afterAll(async () => {
  await server.close();
  await upstream.close();
});

/** The whole stream that the client gets for these pieces from upstream. */
async function streamed(pieces: Iterable<string | Uint8Array>, body: object = {}) {
  upstream.answer(sse(pieces));
  const response = await post(server, { stream: true, ...body });
  expect(response.status).toBe(200);
  return { response, ...readWire(await response.text()) };
}

const WITH_USAGE = { stream_options: { include_usage: true } };

test("the head says event stream, request id and hold, and forbids buffering", async () => {
  const { response } = await streamed(streamOf("Hello!"));
  const { headers } = response;
  expect(headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.get("x-accel-buffering")).toBe("no");
  const record = await recordOf(server, headers.get("x-request-id") ?? "");
  const hold = formatCredits(record.heldMicro);
  expect(headers.get("x-credits-reserved")).toBe(hold);
  expect(headers.get("x-credits-used")).toBe(hold);
});

test("all chunks have one id, one created and the model id that was asked for", async () => {
  // Three words under changing envelopes, as some providers send them.
  const pieces = ["a", "b", "c"].map((content, index) =>
    event(
      chunk({ content }, null, {
        id: `chatcmpl-${index}`,
        created: 1_720_000_000 + index,
        model: "other-name",
      }),
    ),
  );
  const { chunks } = await streamed(
    [...pieces, event(chunk({}, "stop")), event(usageChunk()), DONE],
    WITH_USAGE,
  );
  expect(chunks).toHaveLength(5);
  for (const one of chunks) {
    expect(one).toMatchObject({
      id: "chatcmpl-0",
      object: "chat.completion.chunk",
      created: 1_720_000_000,
      model: MODEL,
    });
  }
});

test("an id that is not OpenAI's kind is replaced by one that is", async () => {
  const odd = { id: "gen-17" };
  const { chunks } = await streamed([
    event(chunk({ content: "a" }, null, odd)),
    event(chunk({}, "stop", odd)),
    DONE,
  ]);
  const ids = new Set(chunks.map(({ id }) => id));
  expect(ids.size).toBe(1);
  expect([...ids][0]).toMatch(/^chatcmpl-\w+$/);
});

test("the role stands in the first delta and in no other, whatever the provider does", async () => {
  const { chunks } = await streamed([
    event(chunk({ content: "a" })),
    event(chunk({ content: "b" })),
    event(chunk({}, "stop")),
    DONE,
  ]);
  const roles = chunks.map(({ choices }) => choices[0]?.delta.role);
  expect(roles).toEqual(["assistant", undefined, undefined]);
});

test("[DONE] is last, right after the credits, and the body ends at once after it", async () => {
  const gate = Promise.withResolvers<void>();
  upstream.answer(sse(gated(streamOf("Hello!").join(""), gate.promise)));
  const response = await post(server, { stream: true });
  const text = await within(response.text(), "the end of the body", 900);
  gate.resolve();
  const { frames } = readWire(text);
  expect(frames.at(-1)).toBe("data: [DONE]");
  expect(frames.at(-2)).toStartWith(": x-credits-used=");
  expect(frames.filter((frame) => frame === "data: [DONE]")).toHaveLength(1);
});

test("what the provider sends after [DONE] is not passed on", async () => {
  const late = event(chunk({ content: "late" }));
  const { frames } = await streamed([...streamOf("Hello!"), late]);
  expect(frames.join()).not.toContain("late");
});

test("a silent provider is covered by comments, before and between its words", async () => {
  const gate = Promise.withResolvers<void>();
  const [head = "", ...rest] = streamOf("late");
  upstream.answer(sse(gated(head, gate.promise, rest.join(""))));
  const response = await post(server, { stream: true });
  const reader = (response.body ?? new ReadableStream()).getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = await within(reader.read(), "more of the stream");
    if (done) break;
    text += decoder.decode(value, { stream: true });
    // The provider goes on only once two comments have come.
    if (text.split(": keep-alive\n\n").length > 2) gate.resolve();
  }
  const wire = readWire(text);
  expect(wire.comments.filter((comment) => comment === "keep-alive").length).toBeGreaterThan(1);
  expect(textOf(wire)).toBe("late");
  expect(wire.isDone).toBe(true);
});

test("the status waits for the provider's first event", async () => {
  const gate = Promise.withResolvers<void>();
  upstream.answer(sse(gated(": thinking\n\n", gate.promise, streamOf("now").join(""))));
  const before = upstream.requests.length;
  let answered = false;
  const pending = post(server, { stream: true }).then((response) => {
    answered = true;
    return response;
  });
  await waitUntil(() => upstream.requests.length > before, "the call upstream");
  // Longer than the time after which a keep-alive would have been due.
  await Bun.sleep(100);
  expect(answered).toBe(false);
  gate.resolve();
  expect(textOf(readWire(await (await pending).text()))).toBe("now");
});

test.each([1, 2, 3])("an emoji that is cut after %d of its bytes arrives whole", async (cut) => {
  const seen = Promise.withResolvers<void>();
  const bytes = Buffer.from(streamOf("first", "Grüße, 世界! 😀").join(""));
  const at = bytes.indexOf(Buffer.from("😀")) + cut;
  const pieces = async function* () {
    yield bytes.subarray(0, at);
    // The client has the first word, so the server has read what came with it: half an emoji.
    await seen.promise;
    yield bytes.subarray(at);
  };
  upstream.answer(sse(pieces()));
  const response = await post(server, { stream: true });
  let text = "";
  const decoder = new TextDecoder();
  for await (const part of response.body ?? []) {
    text += decoder.decode(part, { stream: true });
    if (text.includes("first")) seen.resolve();
  }
  expect(textOf(readWire(text))).toBe("firstGrüße, 世界! 😀");
});

test("a stream that comes byte by byte, with characters of all kinds, arrives whole", async () => {
  const words = 'Grüße, 世界! 👩‍👩‍👧 \u2028 \\n "quoted" 😀';
  const bytes = Buffer.from(streamOf(words).join(""));
  const wire = await streamed([...bytes].map((byte) => new Uint8Array([byte])));
  expect(textOf(wire)).toBe(words);
  expect(wire.isDone).toBe(true);
});

test.each(["\r\n", "\r"])("line ends of %j from the provider are understood", async (lineEnd) => {
  const text = streamOf("one ", "two").join("").replaceAll("\n", lineEnd);
  const wire = await streamed([text.slice(0, 50), text.slice(50)]);
  expect(textOf(wire)).toBe("one two");
  expect(wire.isDone).toBe(true);
  expect(wire.frames.join("")).not.toContain("\r");
});

test("events with names, ids, comments and several data lines are understood", async () => {
  const word = JSON.stringify(chunk({ content: "odd" }), null, 2).replaceAll("\n", "\ndata: ");
  const wire = await streamed([
    "retry: 3000\n\n: hi\n\nevent: ping\n\ndata: \n\n",
    `id: 1\nevent: message\ndata:${word}\n\n`,
    event(chunk({}, "stop")),
    DONE,
  ]);
  expect(textOf(wire)).toBe("odd");
  expect(wire.isDone).toBe(true);
  expect(wire.comments).toHaveLength(1);
});

test("a stream that ends after its finish reason, without [DONE], is complete", async () => {
  const wire = await streamed([event(chunk({ content: "a" })), event(chunk({}, "stop"))]);
  expect(wire.isDone).toBe(true);
  expect(wire.errors).toEqual([]);
});

test("fields that the provider adds to chunks are kept", async () => {
  const extra = { system_fingerprint: "fp_1", service_tier: "default", x_provider: { a: 1 } };
  const { chunks } = await streamed([
    event(chunk({ content: "a", reasoning_content: "hm" }, null, extra)),
    event(chunk({}, "stop")),
    DONE,
  ]);
  expect(chunks[0]).toMatchObject(extra);
  expect(chunks[0]?.choices[0]?.delta).toMatchObject({ content: "a", reasoning_content: "hm" });
});

test("tool calls arrive in pieces that a client can join", async () => {
  const call = (fields: object) => event(chunk({ tool_calls: [{ index: 0, ...fields }] }));
  const { chunks } = await streamed([
    call({ id: "call_1", type: "function", function: { name: "f", arguments: "" } }),
    call({ function: { arguments: '{"a"' } }),
    // A name repeated would be joined to the first by some clients.
    call({ function: { name: "f", arguments: ":1}" } }),
    event(chunk({}, "tool_calls")),
    DONE,
  ]);
  const calls = chunks.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? []);
  expect(calls.map((one) => one.function?.name)).toEqual(["f", undefined, undefined]);
  expect(calls.map((one) => one.function?.arguments).join("")).toBe('{"a":1}');
  expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe("tool_calls");
});

const PLACES: [string, string[]][] = [
  ["in a chunk of its own", streamOf("a")],
  [
    "on the last choice",
    [event(chunk({ content: "a" })), event(chunk({}, "stop", { usage: USAGE })), DONE],
  ],
  [
    "in x_groq",
    [
      event(chunk({ content: "a" }, null, { x_groq: { id: "req_groq" } })),
      event(chunk({}, "stop", { x_groq: { id: "req_groq", usage: USAGE } })),
      DONE,
    ],
  ],
  [
    "on every chunk, growing",
    [
      event(chunk({ content: "a" }, null, { usage: { prompt_tokens: 9, completion_tokens: 1 } })),
      event(chunk({}, "stop", { usage: USAGE })),
      DONE,
    ],
  ],
];

test.each(PLACES)("usage %s comes to the client in one chunk of its own", async (_name, pieces) => {
  const wire = await streamed(pieces, WITH_USAGE);
  const withUsage = wire.chunks.filter((one) => one.usage);
  expect(withUsage).toHaveLength(1);
  expect(wire.chunks.at(-1)).toMatchObject({ choices: [], usage: { ...USAGE, cost: 0.000009 } });
  expect(wire.frames.join()).not.toContain("x_groq");
  expect(creditsOf(wire).used).toBe("0.000009");
});

test.each(PLACES)("usage %s stays with the server when nobody asked", async (_name, pieces) => {
  const wire = await streamed(pieces);
  for (const one of wire.chunks) {
    expect(one.usage ?? null).toBeNull();
    expect(one.choices).toHaveLength(1);
  }
  expect(creditsOf(wire).used).toBe("0.000009");
});

test("without usage from the provider an estimate is charged, and marked", async () => {
  const pieces = [event(chunk({ content: "one two three" })), event(chunk({}, "stop")), DONE];
  const wire = await streamed(pieces, WITH_USAGE);
  expect(wire.chunks.at(-1)).toMatchObject({
    choices: [],
    usage: { completion_tokens: 3, estimated: true },
  });
  const record = await recordOf(server, wire.response.headers.get("x-request-id") ?? "");
  expect(record).toMatchObject({ ending: "completed", usageSource: "estimated" });
  expect(creditsOf(wire).used).toBe(formatCredits(record.chargedMicro));
});

test("absurd usage is not believed", async () => {
  const absurd = { prompt_tokens: -5, completion_tokens: 1e12 };
  const pieces = [
    event(chunk({ content: "one" })),
    event(chunk({}, "stop", { usage: absurd })),
    DONE,
  ];
  const wire = await streamed(pieces, WITH_USAGE);
  expect(wire.chunks.at(-1)?.usage).toMatchObject({ completion_tokens: 1, estimated: true });
});

test("usage of nothing at all costs nothing", async () => {
  const nothing = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
  const wire = await streamed([event(chunk({}, "stop", { usage: nothing })), DONE], WITH_USAGE);
  expect(creditsOf(wire).used).toBe("0.000000");
  expect(wire.chunks.at(-1)?.usage).toMatchObject({ ...nothing, cost: 0 });
});

test("the credits before [DONE] are the ledger's figures", async () => {
  const wire = await streamed(streamOf("Hello!"));
  const { used, remaining } = creditsOf(wire);
  const record = await recordOf(server, wire.response.headers.get("x-request-id") ?? "");
  expect(used).toBe(formatCredits(record.chargedMicro));
  const { entries } = server.ledger.history({ accountId: null, limit: 1, before: null });
  expect(entries[0]).toMatchObject({ kind: "charge", amountMicro: -record.chargedMicro });
  expect(remaining).toBe(formatCredits(entries[0]?.balanceAfterMicro ?? 0));
});
