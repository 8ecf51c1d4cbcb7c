// Streams that fail in the middle: an error frame, no [DONE], and what was delivered is charged.
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { formatCredits } from "../../src/base/micro.ts";
import { chunk, USAGE, usageChunk } from "../support/openai-wire.ts";
import {
  gated,
  type RawUpstream,
  sse,
  startRawUpstream,
  type UpstreamAnswer,
} from "../support/raw-upstream.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { event } from "../support/sse.ts";
import { waitUntil, within } from "../support/wait.ts";
import { creditsOf, readWire, textOf } from "./stream-support.ts";
import { expectQuietBooks, post, recordOf } from "./support.ts";

const HEAD = event(chunk({ role: "assistant", content: "one two three" }));

let upstream: RawUpstream;
let server: TestServer;

beforeAll(async () => {
  upstream = await startRawUpstream();
  server = await startTestServer({
    env: upstream.env,
    config: {
      limits: { upstreamEventBytes: 2_000 },
      providers: { openai: { timeouts: { betweenChunksMs: 200 } } },
    },
  });
});

afterEach(() => expectQuietBooks(server));

afterAll(async () => {
  await server.close();
  await upstream.close();
});

/** The first words, then whatever `after` sends once the client has seen them, then this ending. */
function failing(after: string[], ending: UpstreamAnswer["ending"] = "end") {
  const seen = Promise.withResolvers<void>();
  const pieces = async function* () {
    yield HEAD;
    await seen.promise;
    yield* after;
  };
  return { answer: sse(pieces(), ending), seen: () => seen.resolve() };
}

async function readFailing({ answer, seen }: ReturnType<typeof failing>) {
  upstream.answer(answer);
  const response = await post(server, { stream: true });
  expect(response.status).toBe(200);
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    if (text.includes("one two three")) seen();
  }
  return { id: response.headers.get("x-request-id") ?? "", ...readWire(text) };
}

const overloaded = { message: "The model is full.", type: "server_error", code: "overloaded" };

const ROWS: [string, () => ReturnType<typeof failing>, string][] = [
  ["is cut without its end", () => failing([], "cut"), "upstream_error"],
  ["is reset", () => failing([], "reset"), "upstream_error"],
  ["ends without a finish reason", () => failing([]), "upstream_error"],
  ["sends an error frame", () => failing([event({ error: overloaded })]), "overloaded"],
  [
    "sends an error beside its choices",
    () => failing([event({ ...chunk({}), error: overloaded })]),
    "overloaded",
  ],
  ["sends something else than JSON", () => failing(["data: <html>\n\n"]), "upstream_error"],
  ["sends half an event", () => failing(['data: {"choices":[{']), "upstream_error"],
  [
    "sends an event too large",
    () => failing([`data: "${"a".repeat(3_000)}"\n\n`]),
    "upstream_error",
  ],
];

test.each(ROWS)(
  "a provider that %s: error frame, no [DONE], input and words charged",
  async (_name, make, code) => {
    const wire = await readFailing(make());
    expect(textOf(wire)).toBe("one two three");
    expect(wire.isDone).toBe(false);
    expect(wire.errors).toEqual([
      { error: { message: expect.any(String), type: "server_error", param: null, code } },
    ]);
    expect(wire.frames.at(-1)).toStartWith('data: {"error":');
    const record = await recordOf(server, wire.id);
    expect(record).toMatchObject({
      ending: "upstream_interrupted",
      errorCode: code,
      usageSource: "estimated",
    });
    expect(record.usage).toMatchObject({ completionTokens: 3 });
    expect(record.chargedMicro).toBeGreaterThan(0);
    expect(creditsOf(wire).used).toBe(formatCredits(record.chargedMicro));
  },
);

test("what the provider had reported by then is charged, not an estimate", async () => {
  const wire = await readFailing(failing([event(usageChunk()), event({ error: overloaded })]));
  expect(wire.isDone).toBe(false);
  const record = await recordOf(server, wire.id);
  expect(record).toMatchObject({ usageSource: "reported", chargedMicro: 9 });
  expect(record.usage).toMatchObject({
    promptTokens: USAGE.prompt_tokens,
    completionTokens: USAGE.completion_tokens,
  });
});

test("a provider that falls silent in the middle is an upstream_timeout", async () => {
  const gate = Promise.withResolvers<void>();
  const wire = await readFailing({ answer: sse(gated(HEAD, gate.promise)), seen: () => {} });
  gate.resolve();
  expect(wire.errors).toMatchObject([{ error: { code: "upstream_timeout" } }]);
  expect(wire.isDone).toBe(false);
});

test("the provider's words in the middle are passed on without keys and addresses", async () => {
  const message = "Failed for sk-proj-abcdefghijklmnop at https://internal.example.com/x";
  const frame = event({ error: { message, type: "invalid_request_error", code: null } });
  const wire = await readFailing(failing([frame]));
  expect(wire.errors).toMatchObject([{ error: { type: "invalid_request_error" } }]);
  expect(JSON.stringify(wire.errors)).not.toMatch(/sk-proj|internal\.example/);
});

test("a client that leaves before the first event pays the input, and no more", async () => {
  const gate = Promise.withResolvers<void>();
  upstream.answer(sse(gated("", gate.promise)));
  const before = upstream.requests.length;
  const leaving = new AbortController();
  const pending = post(server, { stream: true }, { signal: leaving.signal });
  await waitUntil(() => upstream.requests.length > before, "the call upstream");
  leaving.abort();
  expect(await pending.catch((error: Error) => error.name)).toBe("AbortError");
  await within(upstream.requests.at(-1)?.closed ?? Promise.reject(), "the upstream call closed");
  gate.resolve();
  await waitUntil(() => server.gateway.inProgress() === 0, "the settlement");
  const { entries } = server.ledger.history({ accountId: null, limit: 1, before: null });
  const record = await recordOf(server, entries[0]?.requestId ?? "");
  expect(record).toMatchObject({ ending: "client_left_early", usageSource: "estimated" });
  const usage = (record.usage ?? {}) as Record<string, number>;
  expect(usage).toMatchObject({ completionTokens: 0 });
  expect(usage.promptTokens).toBeGreaterThan(0);
});

test("a client that leaves a whole answer early pays the input, and closes the call", async () => {
  const gate = Promise.withResolvers<void>();
  upstream.answer(sse(gated("", gate.promise)));
  const before = upstream.requests.length;
  const leaving = new AbortController();
  const pending = post(server, {}, { signal: leaving.signal });
  await waitUntil(() => upstream.requests.length > before, "the call upstream");
  leaving.abort();
  expect(await pending.catch((error: Error) => error.name)).toBe("AbortError");
  await within(upstream.requests.at(-1)?.closed ?? Promise.reject(), "the upstream call closed");
  gate.resolve();
  await waitUntil(() => server.gateway.inProgress() === 0, "the settlement");
  const { entries } = server.ledger.history({ accountId: null, limit: 1, before: null });
  const record = await recordOf(server, entries[0]?.requestId ?? "");
  expect(record).toMatchObject({ ending: "client_left_early", httpStatus: 499, stream: false });
});
