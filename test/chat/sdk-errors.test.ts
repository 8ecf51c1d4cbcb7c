// Refusals as the official SDK sees them: their class, their code, and how often it tries again.
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import OpenAI, { type APIError } from "openai";
import { completion } from "../support/openai-wire.ts";
import { json, type RawUpstream, startRawUpstream } from "../support/raw-upstream.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { ask, clientOf, expectQuietBooks, failure, MODEL } from "./support.ts";

let upstream: RawUpstream;
let server: TestServer;

beforeAll(async () => {
  upstream = await startRawUpstream();
  server = await startTestServer({ env: upstream.env });
});

afterEach(() => expectQuietBooks(server));

afterAll(async () => {
  await server.close();
  await upstream.close();
});

const chat = (client: OpenAI) =>
  client.chat.completions.create({ model: MODEL, messages: ask("hello") });

/** How often a client knocked: each refusal is one line of the log. */
const refusals = (status: number) =>
  server.logLines().filter((line) => line.msg === "request refused" && line.status === status);

test("a wrong key raises AuthenticationError with the contract's code", async () => {
  const stranger = clientOf(server, { apiKey: "aacf_your_api_key_here" });
  const error = await failure(chat(stranger), OpenAI.AuthenticationError);
  expect(error).toMatchObject({
    status: 401,
    code: "invalid_api_key",
    type: "invalid_request_error",
    param: null,
  });
  expect(error.requestID).toStartWith("req_");
});

test("a wrong field raises BadRequestError that names it", async () => {
  const wrong = clientOf(server).chat.completions.create({
    model: MODEL,
    messages: ask("hello"),
    temperature: 3,
  });
  const error = await failure(wrong, OpenAI.BadRequestError);
  expect(error).toMatchObject({ status: 400, param: "temperature", type: "invalid_request_error" });
});

test("an empty account raises a 402 at once: the SDK does not try again", async () => {
  const poor = server.newKey({ accountId: server.newAccount("poor") });
  const before = refusals(402).length;
  const poorClient = clientOf(server, { apiKey: poor.secret, maxRetries: 2 });
  const error = await failure<APIError<number, Headers, object>>(chat(poorClient), OpenAI.APIError);
  expect(error).toMatchObject({
    status: 402,
    type: "insufficient_quota",
    code: "insufficient_credits",
  });
  expect(error.headers?.get("x-should-retry")).toBe("false");
  expect(refusals(402).length - before).toBe(1);
});

test("a provider that refuses the gateway's key is a 502 that the SDK does not retry", async () => {
  upstream.answer(json({ error: { message: "Incorrect API key", code: "invalid_api_key" } }, 401));
  const before = upstream.requests.length;
  const error = await failure(
    chat(clientOf(server, { maxRetries: 2 })),
    OpenAI.InternalServerError,
  );
  expect(error).toMatchObject({ status: 502, code: "upstream_error" });
  expect(error.message).not.toContain("API key");
  expect(upstream.requests.length - before).toBe(1);
});

test("a rate limit is retried after the provider's wait, and then succeeds", async () => {
  const limited = json({ error: { message: "slow down" } }, 429, { "retry-after-ms": "30" });
  upstream.answer((_request, index) => (index === 0 ? limited : json(completion("at last"))));
  const before = upstream.requests.length;
  const answer = await chat(clientOf(server, { maxRetries: 1 }));
  expect(answer.choices[0]?.message.content).toBe("at last");
  expect(upstream.requests.length - before).toBe(2);
});

test("a rate limit that stays raises RateLimitError with the wait in its headers", async () => {
  upstream.answer(json({ error: { message: "slow down" } }, 429, { "retry-after": "7" }));
  const error = await failure(chat(clientOf(server)), OpenAI.RateLimitError);
  expect(error).toMatchObject({ code: "rate_limit_exceeded", type: "rate_limit_error" });
  expect(error.headers?.get("retry-after")).toBe("7");
  expect(error.headers?.get("retry-after-ms")).toBe("7000");
});

test("a failure of the provider is retried, and costs nothing", async () => {
  const failed = json({ error: { message: "boom" } }, 500, { "retry-after-ms": "1" });
  upstream.answer((_request, index) => (index === 0 ? failed : json(completion("better"))));
  const balance = () => server.ledger.findAccount(server.accountId)?.balanceMicro ?? 0;
  const before = balance();
  const answer = await chat(clientOf(server, { maxRetries: 1 }));
  expect(answer.choices[0]?.message.content).toBe("better");
  expect(before - balance()).toBe(9);
});
