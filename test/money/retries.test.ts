// A provider that refuses a call for the moment is tried again: some times, some seconds, one hold.

import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { completion, streamOf, USAGE } from "../support/openai-wire.ts";
import { gated, json, sse, type UpstreamAnswer } from "../support/raw-upstream.ts";
import { event } from "../support/sse.ts";
import { waitUntil, within } from "../support/wait.ts";
import { expectBalanced, type House, lastEnded, post, startHouse } from "./support.ts";

const MAX = 2;
const REPORTED_MICRO = USAGE.prompt_tokens + USAGE.completion_tokens;

let house: House;
beforeAll(async () => {
  house = await startHouse({}, { retries: { max: MAX, maxWaitMs: 3_000 } });
});
afterEach(async () => {
  await waitUntil(() => house.server.gateway.inProgress() === 0, "all requests settled");
  expectBalanced(house);
});
afterAll(() => house.close());

const refusal = (status: number, headers: Record<string, string> = {}): UpstreamAnswer =>
  json({ error: { message: "not now" } }, status, { "retry-after-ms": "1", ...headers });

/** Answers with these in turn, the last one from then on; gives how many calls there were. */
function answerInTurn(...answers: UpstreamAnswer[]): () => number {
  const before = house.upstream.requests.length;
  const last = answers.length - 1;
  house.upstream.answer((_request, index) => answers[Math.min(index, last)] ?? refusal(500));
  return () => house.upstream.requests.length - before;
}

const FORMS: [string, object, UpstreamAnswer][] = [
  ["whole", {}, json(completion())],
  ["streamed", { stream: true }, sse(streamOf("Hello!"))],
];
const PASSING = [408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 529];

describe("a refusal that may pass", () => {
  const rows = PASSING.flatMap((status) => FORMS.map((form) => [status, ...form] as const));
  test.each(rows)("%i, %s: the next try is charged, once", async (status, _way, body, answer) => {
    const calls = answerInTurn(refusal(status), answer);
    const response = await post(house, { ...body });
    expect(response.status).toBe(200);
    await response.text();
    expect(calls()).toBe(2);
    expect(await lastEnded(house)).toMatchObject({
      ending: "completed",
      usageSource: "reported",
      chargedMicro: REPORTED_MICRO,
    });
  });

  test("is tried a bounded number of times, under one hold, and then is the answer", async () => {
    const calls = answerInTurn(refusal(503));
    const holds: number[] = [];
    const before = house.server.ledger.verify().requests;
    house.upstream.answer(() => {
      holds.push(house.server.ledger.verify().openHolds);
      return refusal(503);
    });
    const response = await post(house);
    expect(response.status).toBe(503);
    await response.text();
    expect(calls()).toBe(1 + MAX);
    expect(holds).toEqual([1, 1, 1]);
    expect(await lastEnded(house)).toMatchObject({ ending: "upstream_failed", chargedMicro: 0 });
    expect(house.server.ledger.verify().requests).toBe(before + 1);
  });

  test("an error as the first event of a stream is one too", async () => {
    const overloaded = sse([event({ error: { type: "overloaded_error", message: "busy" } })]);
    const calls = answerInTurn(overloaded, sse(streamOf("Hello!")));
    const response = await post(house, { stream: true });
    expect(await response.text()).toContain("Hello!");
    expect(calls()).toBe(2);
  });
});

describe("Retry-After", () => {
  // A date has whole seconds only, of which the current one may be nearly over.
  const afters: [string, () => string][] = [
    ["in seconds", () => "1"],
    ["as a date", () => new Date(Date.now() + 2_500).toUTCString()],
  ];
  test.each(afters)("%s is waited for", async (_how, after) => {
    const calls = answerInTurn(
      json({ error: { message: "not now" } }, 429, { "retry-after": after() }),
      json(completion()),
    );
    const response = await post(house);
    expect(response.status).toBe(200);
    await response.text();
    expect(calls()).toBe(2);
    expect((await lastEnded(house)).durationMs).toBeGreaterThanOrEqual(990);
  });

  test.each(PASSING)(
    "of a %i beyond the limit is left to the client, who is told",
    async (status) => {
      const calls = answerInTurn(
        json({ error: { message: "not now" } }, status, { "retry-after": "30" }),
      );
      const response = await post(house);
      expect(response.ok).toBe(false);
      expect(response.headers.get("retry-after")).toBe("30");
      await response.text();
      expect(calls()).toBe(1);
    },
  );
});

describe("not tried again", () => {
  const rows: [string, UpstreamAnswer, number][] = [
    ["what is the caller's fault", refusal(400), 400],
    ["what the provider does not know", refusal(404), 404],
    ["a refused key", refusal(401), 502],
    ["an empty account", json({ error: { code: "insufficient_quota", message: "pay" } }, 429), 502],
    [
      "a connection that breaks, since the provider may have the request",
      { pieces: [], ending: "reset" },
      502,
    ],
    ["an answer that is no JSON", { ...json({}), pieces: ["{"] }, 502],
  ];
  test.each(rows)("%s", async (_what, answer, status) => {
    const calls = answerInTurn(answer);
    const response = await post(house);
    expect(response.status).toBe(status);
    await response.text();
    expect(calls()).toBe(1);
  });

  test("what fails after its first event", async () => {
    const calls = answerInTurn(sse(streamOf("Hello!").slice(0, 2), "cut"));
    const response = await post(house, { stream: true });
    await response.text();
    expect(calls()).toBe(1);
  });
});

test("a client that leaves while the next try is waited for pays nothing: it was refused", async () => {
  const calls = answerInTurn(
    json({ error: { message: "not now" } }, 503, { "retry-after": "1.5" }),
    json(completion()),
  );
  const leaving = new AbortController();
  const pending = post(house, {}, leaving.signal);
  await waitUntil(() => house.server.logText().includes('"pauseMs":1500'), "the pause");
  leaving.abort();
  expect(await pending.catch((error: Error) => error.name)).toBe("AbortError");
  expect(await lastEnded(house)).toMatchObject({ ending: "upstream_failed", chargedMicro: 0 });
  expect(calls()).toBe(1);
});

test("so does one whose provider's answers are read to their end: there is none yet", async () => {
  const draining = await startHouse(
    {},
    { onDisconnect: "drain", retries: { max: 1, maxWaitMs: 60_000 } },
  );
  try {
    draining.upstream.answer((_request, index) =>
      index === 0
        ? json({ error: { message: "not now" } }, 503, { "retry-after": "50" })
        : json(completion()),
    );
    const leaving = new AbortController();
    const pending = post(draining, {}, leaving.signal);
    await waitUntil(() => draining.server.logText().includes('"pauseMs":50000'), "the pause");
    leaving.abort();
    expect(await pending.catch((error: Error) => error.name)).toBe("AbortError");
    expect(await lastEnded(draining)).toMatchObject({
      ending: "upstream_failed",
      chargedMicro: 0,
    });
    expect(draining.upstream.requests.length).toBe(1);
  } finally {
    await draining.close();
  }
});

test("a server that stops does not wait for the next try", async () => {
  const stopping = await startHouse(
    { server: { drainTimeoutMs: 20 } },
    { retries: { max: 1, maxWaitMs: 60_000 } },
  );
  try {
    stopping.upstream.answer(json({ error: {} }, 503, { "retry-after": "50" }));
    const pending = post(stopping);
    await waitUntil(() => stopping.server.logText().includes('"pauseMs":50000'), "the pause");
    const drained = stopping.server.server.drain();
    expect((await within(pending, "the answer")).status).toBe(503);
    await within(drained, "the server's end");
    expect(await lastEnded(stopping)).toMatchObject({ ending: "server_stopped", chargedMicro: 0 });
  } finally {
    await stopping.close();
  }
});

test("tries are counted", async () => {
  const { text } = house.server.gateway.metrics.render();
  const tries = Number(
    /^aacflow_upstream_retries_total\{provider="custom"\} (\d+)$/m.exec(text)?.[1],
  );
  expect(tries).toBeGreaterThanOrEqual(2 * PASSING.length + MAX);
});

test("without retries a refusal is the answer at once", async () => {
  const plain = await startHouse({}, { retries: { max: 0 } });
  try {
    plain.upstream.answer({ ...refusal(503), pieces: gated("{}", Promise.resolve()) });
    expect((await post(plain)).status).toBe(503);
    expect(plain.upstream.requests.length).toBe(1);
  } finally {
    await plain.close();
  }
});
