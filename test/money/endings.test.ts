// Each way a request can end that docs/billing.md names: its record, its charge, and quiet books.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { answerChat } from "../../src/http/endpoints/chat-completions/answer.ts";
import { RequestLog } from "../../src/telemetry/request-log.ts";
import { chunk, completion, DONE, USAGE, usageChunk } from "../support/openai-wire.ts";
import { quietLog } from "../support/quiet-log.ts";
import { gated, json, sse, type UpstreamAnswer } from "../support/raw-upstream.ts";
import { event } from "../support/sse.ts";
import { waitUntil, within } from "../support/wait.ts";
import {
  cutAfter,
  expectBalanced,
  GRANTED_MICRO,
  type House,
  lastEnded,
  leaveAfter,
  leaveBeforeAnswer,
  lockDatabase,
  MODEL,
  post,
  startHouse,
} from "./support.ts";

const WORDS = event(chunk({ role: "assistant", content: "one two three" }));
const STOP = event(chunk({}, "stop"));
/** What USAGE costs at one micro-dollar a token. */
const REPORTED_MICRO = USAGE.prompt_tokens + USAGE.completion_tokens;
const NO_TOKENS = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
/** How soon the provider must be told that its answer is not wanted any more. */
const SOON_MS = 1_000;

let house: House;
beforeAll(async () => {
  house = await startHouse();
});
afterEach(async () => {
  await waitUntil(() => house.server.gateway.inProgress() === 0, "all requests settled");
  expectBalanced(house);
});
afterAll(() => house.close());

/** Resolves when the last call upstream has been closed, which has to be soon. */
async function closedSoon(): Promise<void> {
  const closed = house.upstream.requests.at(-1)?.closed ?? Promise.reject(new Error("no call"));
  await within(closed, "the upstream call closed", SOON_MS);
}

/** Sends a request for this answer and reads what comes to its end. */
async function ask(answer: UpstreamAnswer, body: object = {}): Promise<number> {
  house.upstream.answer(answer);
  const response = await post(house, { ...body });
  await response.text();
  return response.status;
}

const STREAM = { stream: true };

describe("complete", () => {
  const rows: [string, UpstreamAnswer, object][] = [
    ["whole", json(completion()), {}],
    ["streamed", sse([WORDS, STOP, event(usageChunk()), DONE]), STREAM],
  ];
  test.each(rows)("%s, with usage: the usage is charged", async (_name, answer, body) => {
    expect(await ask(answer, body)).toBe(200);
    expect(await lastEnded(house)).toMatchObject({
      ending: "completed",
      httpStatus: 200,
      usageSource: "reported",
      chargedMicro: REPORTED_MICRO,
    });
  });

  const silent: [string, UpstreamAnswer, object][] = [
    ["whole", json(completion("one two three", { usage: undefined })), {}],
    ["streamed", sse([WORDS, STOP, DONE]), STREAM],
  ];
  test.each(silent)("%s, without usage: an estimate is charged", async (_name, answer, body) => {
    expect(await ask(answer, body)).toBe(200);
    const ended = await lastEnded(house);
    expect(ended).toMatchObject({ ending: "completed", usageSource: "estimated" });
    expect(ended.tokens?.completionTokens).toBe(3);
    expect(ended.chargedMicro).toBe((ended.tokens?.promptTokens ?? 0) + 3);
  });

  const free: [string, UpstreamAnswer, object][] = [
    ["whole", json(completion("", { usage: NO_TOKENS })), {}],
    ["streamed", sse([STOP, event(usageChunk(NO_TOKENS)), DONE]), STREAM],
  ];
  test.each(free)("%s, with usage of nothing: nothing is charged", async (_name, answer, body) => {
    expect(await ask(answer, body)).toBe(200);
    expect(await lastEnded(house)).toMatchObject({
      ending: "completed",
      usageSource: "reported",
      chargedMicro: 0,
    });
  });
});

describe("refused before dispatch", () => {
  const rows: [number, object, string][] = [
    [400, { messages: [] }, ""],
    [401, {}, "aacf_nobody"],
    [402, { max_tokens: 1_000 }, "poor"],
    [404, { model: "no-such-model" }, ""],
  ];
  test.each(rows)("%i: no record, no charge, no call", async (status, body, who) => {
    const { server, upstream } = house;
    const key = who === "poor" ? poorKey() : who || server.key;
    const before = server.ledger.verify();
    const calls = upstream.requests.length;
    const response = await fetch(`${server.baseUrl}/chat/completions`, {
      method: "POST",
      headers: { "x-api-key": key, "content-type": "application/json" },
      body: JSON.stringify({
        model: MODEL,
        messages: [{ role: "user", content: "hello" }],
        ...body,
      }),
    });
    expect(response.status).toBe(status);
    await response.text();
    expect(server.ledger.verify()).toEqual(before);
    expect(upstream.requests.length).toBe(calls);
  });

  /** A key of an account that has one micro-dollar. */
  const poorKey = () =>
    house.server.newKey({ accountId: house.server.newAccount("poor", 1) }).secret;
});

test("a client that leaves while its hold is being written pays nothing", async () => {
  const { server, upstream, met } = house;
  const calls = upstream.requests.length;
  const before = met.length;
  const charged = server.ledger.verify().chargedMicro;
  const unlock = lockDatabase(house);
  try {
    const leaving = new AbortController();
    const pending = post(house, {}, leaving.signal);
    await waitUntil(() => met.length > before, "the request");
    leaving.abort();
    expect(await pending.catch((error: Error) => error.name)).toBe("AbortError");
    await waitUntil(() => met.at(-1)?.signal.aborted === true, "the leaving noticed");
  } finally {
    unlock();
  }
  expect(await lastEnded(house)).toMatchObject({
    ending: "refused",
    httpStatus: 499,
    usageSource: "none",
    usage: null,
    chargedMicro: 0,
  });
  expect(upstream.requests.length).toBe(calls);
  expect(server.ledger.verify().chargedMicro).toBe(charged);
});

describe("the provider fails before its first event", () => {
  const failed: [string, UpstreamAnswer][] = [
    ["an error status", json({ error: { message: "no" } }, 500)],
    ["a connection that is cut", { pieces: [], ending: "cut" }],
    ["a connection that is reset", { pieces: [], ending: "reset" }],
  ];
  const rows = failed.flatMap(([name, answer]): [string, UpstreamAnswer, object][] => [
    [`${name}, whole`, answer, {}],
    [`${name}, streamed`, { ...answer, headers: eventStream(answer) }, STREAM],
  ]);
  test.each(rows)("%s: nothing is charged", async (_name, answer, body) => {
    expect(await ask(answer, body)).toBe(502);
    expect(await lastEnded(house)).toMatchObject({
      ending: "upstream_failed",
      httpStatus: 502,
      usageSource: "none",
      usage: null,
      chargedMicro: 0,
    });
  });

  function eventStream({ status, headers = {} }: UpstreamAnswer): Record<string, string> {
    return status === undefined ? { "content-type": "text/event-stream" } : headers;
  }
});

describe("the provider stops in the middle", () => {
  test("without usage: the input and what was delivered are charged, estimated", async () => {
    await cutAfter(house, WORDS, "one two three");
    const ended = await lastEnded(house);
    expect(ended).toMatchObject({ ending: "upstream_interrupted", usageSource: "estimated" });
    expect(ended.tokens?.completionTokens).toBe(3);
    expect(ended.tokens?.promptTokens).toBeGreaterThan(0);
    expect(ended.chargedMicro).toBe((ended.tokens?.promptTokens ?? 0) + 3);
  });

  test("with usage of all that was delivered: that is charged", async () => {
    await cutAfter(house, WORDS + event(usageChunk()), "one two three");
    expect(await lastEnded(house)).toMatchObject({
      ending: "upstream_interrupted",
      usageSource: "reported",
      chargedMicro: REPORTED_MICRO,
    });
  });
});

describe("the client leaves before the first event", () => {
  const rows: [string, object][] = [
    ["a whole answer", {}],
    ["a stream", STREAM],
  ];
  test.each(rows)("of %s: the input is charged, the call closed", async (_name, body) => {
    house.upstream.answer(sse(gated("", new Promise(() => {}))));
    await leaveBeforeAnswer(house, body);
    await closedSoon();
    const ended = await lastEnded(house);
    expect(ended).toMatchObject({
      ending: "client_left_early",
      httpStatus: 499,
      usageSource: "estimated",
    });
    expect(ended.tokens?.completionTokens).toBe(0);
    expect(ended.chargedMicro).toBeGreaterThan(0);
    expect(ended.chargedMicro).toBe(ended.tokens?.promptTokens ?? 0);
  });
});

describe("the client leaves in the middle", () => {
  test("without usage: the input and what was delivered are charged, estimated", async () => {
    await leaveAfter(house, WORDS, "one two three");
    await closedSoon();
    const ended = await lastEnded(house);
    expect(ended).toMatchObject({
      ending: "client_left",
      httpStatus: 499,
      usageSource: "estimated",
    });
    expect(ended.tokens?.completionTokens).toBe(3);
    expect(ended.tokens?.promptTokens).toBeGreaterThan(0);
    expect(ended.chargedMicro).toBe((ended.tokens?.promptTokens ?? 0) + 3);
  });

  test("with usage of all that was delivered: that is charged", async () => {
    await leaveAfter(house, WORDS + event(usageChunk()), "one two three");
    await closedSoon();
    expect(await lastEnded(house)).toMatchObject({
      ending: "client_left",
      usageSource: "reported",
      chargedMicro: REPORTED_MICRO,
    });
  });
});

test("a client that leaves before anybody reads its stream is settled all the same", async () => {
  const { server, upstream, met } = house;
  upstream.answer(sse(gated(WORDS, new Promise(() => {}))));
  const leaving = new AbortController();
  const { signal } = leaving;
  const requestId = "req_never_read";
  met.push({ requestId, signal });
  // Straight to the gateway: over HTTP the moment between the first event and the reading is short.
  const answer = await server.gateway.answer(answerChat, {
    requestId,
    accountId: server.accountId,
    keyId: server.keyId,
    request: { model: MODEL, messages: [{ role: "user", content: "hello" }], stream: true },
    bodyBytes: 100,
    idempotency: null,
    log: new RequestLog(quietLog, { requestId }),
    signal,
    startedAtMs: Date.now(),
    startedMonoMs: performance.now(),
  });
  if (answer.kind !== "stream") throw new Error("no stream");
  await answer.opened;
  leaving.abort();
  await closedSoon();
  expect(await lastEnded(house)).toMatchObject({
    ending: "client_left",
    httpStatus: 499,
    usageSource: "estimated",
  });
});

test("the balance is what was granted, less what all of these were charged", async () => {
  const { balanceMicro } = await house.server.gateway.balance(house.server.accountId);
  const { entries } = house.server.ledger.history({
    accountId: house.server.accountId,
    limit: 1000,
    before: null,
  });
  const charged = entries
    .filter(({ kind }) => kind === "charge")
    .reduce((sum, { amountMicro }) => sum - amountMicro, 0);
  expect(charged).toBeGreaterThan(0);
  expect(balanceMicro).toBe(GRANTED_MICRO - charged);
});
