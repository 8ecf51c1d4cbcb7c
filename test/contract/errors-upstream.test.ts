// What the client gets when a provider fails, before the first event of an answer or instead of it.
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { completion } from "../support/openai-wire.ts";
import {
  gated,
  json,
  type RawUpstream,
  sse,
  startRawUpstream,
  type UpstreamAnswer,
} from "../support/raw-upstream.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { event } from "../support/sse.ts";
import { waitUntil } from "../support/wait.ts";
import { chat, type ExpectedError, expectError, expectNothingCharged } from "./support.ts";

const MESSAGES = [{ role: "user", content: "hi" }];
const BALANCE = "10.000000";

let upstream: RawUpstream;
let server: TestServer;

beforeAll(async () => {
  upstream = await startRawUpstream();
  server = await startTestServer({
    env: { ...upstream.env, GROQ_API_KEY: "gsk-unreachable" },
    config: {
      limits: { upstreamBodyBytes: 2_000 },
      providers: {
        openai: { timeouts: { firstByteMs: 150 }, retries: { max: 0 } },
        groq: {
          // Nothing listens on this port.
          baseUrl: "http://127.0.0.1:1",
          models: { unreachable: { price: { inputPerMtok: 1, outputPerMtok: 1 } } },
        },
      },
    },
  });
});

afterEach(async () => {
  await waitUntil(() => server.gateway.inProgress() === 0, "all requests settled");
  expect(server.ledger.verify()).toMatchObject({
    heldMicro: 0,
    chargedMicro: 0,
    discrepancies: [],
  });
});

afterAll(async () => {
  await server.close();
  await upstream.close();
});

const ask = (stream: boolean, model = "gpt-4o-mini") =>
  chat(server, JSON.stringify({ model, messages: MESSAGES, stream }));

/** Names and addresses that only the operator may know. */
const LEAKY = "sk-proj-abcdefghijklmnop at https://internal.example.com, org-AbCdEfGhIjKlMnOp";

const error = (status: number, fields: object, headers = {}) =>
  json({ error: { message: "The words of the provider.", ...fields } }, status, headers);

const upstreamError = { status: 502, type: "server_error", code: "upstream_error" };
const overloaded = { status: 503, type: "server_error", code: "overloaded" };
const timedOut = { status: 504, type: "server_error", code: "upstream_timeout" };
const rateLimited = { status: 429, type: "rate_limit_error", code: "rate_limit_exceeded" };

interface Row {
  name: string;
  answer: UpstreamAnswer;
  expected: ExpectedError;
  headers?: Record<string, string | null>;
}

const ROWS: Row[] = [
  {
    name: "400 passes the provider's words, code and param on",
    answer: error(400, { code: "unsupported_value", param: "temperature" }),
    expected: {
      status: 400,
      code: "unsupported_value",
      param: "temperature",
      message: "The words of the provider.",
    },
  },
  {
    name: "400 without a code",
    answer: error(400, {}),
    expected: { status: 400, message: "The words of the provider." },
  },
  {
    name: "a prompt too long keeps OpenAI's code",
    answer: error(400, { code: "context_length_exceeded", param: "messages" }),
    expected: { status: 400, code: "context_length_exceeded", param: "messages" },
  },
  {
    name: "401 is the operator's trouble, and no retry helps",
    answer: error(401, { code: "invalid_api_key" }),
    expected: { ...upstreamError, message: "credentials" },
    headers: { "x-should-retry": "false" },
  },
  {
    name: "403 likewise",
    answer: error(403, {}),
    expected: { ...upstreamError, message: "credentials" },
    headers: { "x-should-retry": "false" },
  },
  {
    name: "an exhausted account at the provider likewise, though it comes as 429",
    answer: error(429, { code: "insufficient_quota", type: "insufficient_quota" }),
    expected: { ...upstreamError, message: "credentials" },
    headers: { "x-should-retry": "false", "retry-after": null },
  },
  {
    name: "404 of the model at the provider",
    answer: error(404, { code: "model_not_found" }),
    expected: { status: 404, code: "model_not_found", param: "model" },
  },
  {
    name: "413",
    answer: error(413, {}),
    expected: { status: 413, code: "request_too_large" },
  },
  {
    name: "429 with retry-after in seconds",
    answer: error(429, {}, { "retry-after": "7" }),
    expected: { ...rateLimited, message: "The words of the provider." },
    headers: { "retry-after": "7", "retry-after-ms": "7000" },
  },
  {
    name: "429 with retry-after-ms, rounded up to whole seconds",
    answer: error(429, {}, { "retry-after-ms": "1200" }),
    expected: rateLimited,
    headers: { "retry-after": "2", "retry-after-ms": "1200" },
  },
  {
    name: "429 without a wait",
    answer: error(429, {}),
    expected: rateLimited,
    headers: { "retry-after": null, "retry-after-ms": null },
  },
  {
    name: "500 hides the provider's words",
    answer: error(500, { message: LEAKY }),
    expected: { ...upstreamError, message: "The provider failed to answer the request." },
  },
  {
    name: "502 with a page of HTML",
    answer: { status: 502, pieces: [`<html>${LEAKY}</html>`] },
    expected: upstreamError,
  },
  {
    name: "503 with its wait",
    answer: error(503, { message: LEAKY }, { "retry-after": "3" }),
    expected: overloaded,
    headers: { "retry-after": "3", "retry-after-ms": "3000" },
  },
  { name: "529", answer: error(529, { message: LEAKY }), expected: overloaded },
  { name: "504", answer: error(504, { message: LEAKY }), expected: timedOut },
  {
    name: "a redirect, which is not followed",
    answer: { status: 307, headers: { location: "http://127.0.0.1:1/" }, pieces: [] },
    expected: upstreamError,
  },
  {
    name: "an error under status 200",
    answer: json({ error: { message: LEAKY, type: "server_error", code: "overloaded_error" } }),
    expected: overloaded,
  },
  {
    name: "a connection reset before the answer",
    answer: { pieces: [], ending: "reset" },
    expected: upstreamError,
  },
];

test.each(
  ROWS.flatMap((row) => [
    { ...row, stream: false },
    { ...row, stream: true },
  ]),
)("$name (stream: $stream)", async ({ answer, expected, headers = {}, stream }) => {
  upstream.answer(answer);
  const got = await ask(stream);
  expectError(got, expected);
  expectNothingCharged(got, BALANCE);
  for (const [name, value] of Object.entries(headers)) expect(got.headers.get(name)).toBe(value);
  expect(got.text).not.toContain("sk-proj");
  expect(got.text).not.toContain("internal.example.com");
  expect(got.text).not.toContain("org-Ab");
});

test("a 400 that quotes keys and addresses is passed on without them", async () => {
  upstream.answer(error(400, { message: `Bad request: ${LEAKY}.` }));
  const got = await ask(false);
  expectError(got, { status: 400, message: "Bad request: [redacted] at [url]" });
});

test.each([false, true])("a provider that stays silent is a 504, stream: %p", async (stream) => {
  const gate = Promise.withResolvers<void>();
  upstream.answer({
    pieces: gated("", gate.promise),
  });
  expectError(await ask(stream), timedOut);
  gate.resolve();
});

test.each([false, true])("an unreachable provider is a 502, stream: %p", async (stream) => {
  const got = await ask(stream, "unreachable");
  expectError(got, upstreamError);
  expect(got.text).not.toContain("127.0.0.1");
});

test.each<[string, UpstreamAnswer]>([
  ["not JSON", { pieces: ["It works!"] }],
  ["no choices", json(completion("", { choices: [] }))],
  ["cut in the middle", { pieces: ['{"choices":[{"ind'], ending: "cut" }],
  ["larger than the limit", json(completion("a".repeat(3_000)))],
])("an answer that is %s is a 502 that costs nothing", async (_name, answer) => {
  upstream.answer(answer);
  const got = await ask(false);
  expectError(got, upstreamError);
  expectNothingCharged(got, BALANCE);
});

test.each<[string, UpstreamAnswer, ExpectedError]>([
  ["is empty", sse([]), upstreamError],
  ["is [DONE] alone", sse(["data: [DONE]\n\n"]), upstreamError],
  ["begins with something else than JSON", sse(["data: hello\n\n"]), upstreamError],
  [
    "begins with a rate limit",
    sse([event({ error: { code: "rate_limit_exceeded" } })]),
    rateLimited,
  ],
  ["is JSON and no answer", json({ answer: 42 }), upstreamError],
])("a stream that %s has a real status and costs nothing", async (_name, answer, expected) => {
  upstream.answer(answer);
  const got = await ask(true);
  expectError(got, expected);
  expectNothingCharged(got, BALANCE);
});

test("the log has what the provider said, and the record has how it ended", async () => {
  upstream.answer(error(500, { message: "The disk of the provider is full." }));
  const got = await ask(false);
  const id = got.headers.get("x-request-id") ?? "";
  const lines = server.logLines().filter((line) => line.requestId === id);
  expect(lines.map(({ msg }) => msg)).toEqual(["request ended", "request failed"]);
  for (const line of lines) {
    const { accountId, keyId } = server;
    expect(line).toMatchObject({ accountId, keyId, model: "gpt-4o-mini", provider: "openai" });
  }
  expect(lines[1]).toMatchObject({ status: 502, upstreamStatus: 500, client: "127.0.0.1" });
  expect(JSON.stringify(lines[1])).toContain("The disk of the provider is full.");
  expect(server.ledger.findRecord(id)).toMatchObject({
    ending: "upstream_failed",
    httpStatus: 502,
    errorCode: "upstream_error",
    chargedMicro: 0,
    usageSource: "none",
  });
});
