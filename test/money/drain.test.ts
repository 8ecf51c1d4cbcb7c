// `onDisconnect: drain`: a client that leaves pays what the provider reports in the end, within limits.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { chunk, completion, DONE, USAGE, usageChunk } from "../support/openai-wire.ts";
import { gated, json, sse, type UpstreamAnswer } from "../support/raw-upstream.ts";
import { event } from "../support/sse.ts";
import { waitUntil, within } from "../support/wait.ts";
import {
  expectBalanced,
  type House,
  lastEnded,
  leaveBeforeAnswer,
  post,
  startHouse,
} from "./support.ts";

const WORDS = event(chunk({ role: "assistant", content: "one two three" }));
const END = event(chunk({}, "stop")) + event(usageChunk()) + DONE;
const REPORTED_MICRO = USAGE.prompt_tokens + USAGE.completion_tokens;
const MAX_MS = 300;

let house: House;
let short: House;
beforeAll(async () => {
  house = await startHouse({}, { onDisconnect: "drain", drain: { maxCalls: 1 } });
  short = await startHouse({}, { onDisconnect: "drain", drain: { maxMs: MAX_MS } });
});
afterEach(async () => {
  for (const { server } of [house, short]) {
    await waitUntil(() => server.gateway.inProgress() === 0, "all requests settled");
  }
  expectBalanced(house);
  expectBalanced(short);
});
afterAll(async () => {
  await house.close();
  await short.close();
});

/** Asks for a stream and leaves as soon as its first words are here; gives when the server has noticed. */
async function leaveMidStream(where: House, answer: UpstreamAnswer): Promise<void> {
  where.upstream.answer(answer);
  const leaving = new AbortController();
  const response = await post(where, { stream: true }, leaving.signal);
  const reader = response.body?.getReader();
  await reader?.read();
  leaving.abort();
  await reader?.read().catch(() => {});
  await waitUntil(() => where.met.at(-1)?.signal.aborted === true, "the leaving noticed");
}

const metric = async (where: House, name: string): Promise<number> => {
  const { text } = where.server.gateway.metrics.render();
  return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1]);
};

describe("the answer is read to its end, and charged as reported", () => {
  test("a stream that its client left in the middle", async () => {
    const noticed = Promise.withResolvers<void>();
    const left = leaveMidStream(house, sse(gated(WORDS, noticed.promise, WORDS + END)));
    await left;
    expect(await metric(house, "aacflow_draining_calls")).toBe(1);
    expect(house.server.gateway.inProgress()).toBe(1);
    noticed.resolve();
    expect(await lastEnded(house)).toMatchObject({
      ending: "drained",
      httpStatus: 499,
      usageSource: "reported",
      chargedMicro: REPORTED_MICRO,
    });
    expect(await metric(house, "aacflow_draining_calls")).toBe(0);
  });

  const early: [string, (until: Promise<void>) => UpstreamAnswer, object][] = [
    [
      "a whole answer",
      (until) => ({ ...json({}), pieces: gated("", until, JSON.stringify(completion())) }),
      {},
    ],
    ["a stream", (until) => sse(gated("", until, WORDS + END)), { stream: true }],
  ];
  test.each(early)("%s that its client left before anything came", async (_name, answer, body) => {
    const noticed = Promise.withResolvers<void>();
    house.upstream.answer(answer(noticed.promise));
    await leaveBeforeAnswer(house, body);
    await waitUntil(() => house.met.at(-1)?.signal.aborted === true, "the leaving noticed");
    noticed.resolve();
    expect(await lastEnded(house)).toMatchObject({
      ending: "drained",
      httpStatus: 499,
      usageSource: "reported",
      chargedMicro: REPORTED_MICRO,
    });
  });
});

test("a provider that fails after its client left gave what it gave", async () => {
  const noticed = Promise.withResolvers<void>();
  await leaveMidStream(house, sse(gated(WORDS, noticed.promise), "cut"));
  noticed.resolve();
  const ended = await lastEnded(house);
  expect(ended).toMatchObject({
    ending: "client_left",
    errorCode: "upstream_error",
    usageSource: "estimated",
  });
  expect(ended.tokens?.completionTokens).toBe(3);
});

test("a provider that fails before its first event costs nothing, though its client had left", async () => {
  const noticed = Promise.withResolvers<void>();
  house.upstream.answer({ ...json({}), pieces: gated("", noticed.promise), ending: "cut" });
  await leaveBeforeAnswer(house);
  await waitUntil(() => house.met.at(-1)?.signal.aborted === true, "the leaving noticed");
  noticed.resolve();
  expect(await lastEnded(house)).toMatchObject({ ending: "upstream_failed", chargedMicro: 0 });
});

describe("limits", () => {
  test("an answer that does not end in time is ended, and charged as far as it was read", async () => {
    await leaveMidStream(short, sse(gated(WORDS, new Promise(() => {}))));
    const closed = short.upstream.requests.at(-1)?.closed ?? Promise.reject(new Error("no call"));
    await within(closed, "the upstream call closed");
    const ended = await lastEnded(short);
    expect(ended).toMatchObject({ ending: "client_left", usageSource: "estimated" });
    expect(ended.tokens?.completionTokens).toBe(3);
    expect(ended.durationMs).toBeGreaterThanOrEqual(MAX_MS);
  });

  test("one call more than may be read on is ended at once", async () => {
    const noticed = Promise.withResolvers<void>();
    await leaveMidStream(house, sse(gated(WORDS, noticed.promise, END)));
    const first = house.met.at(-1)?.requestId ?? "";
    await leaveMidStream(house, sse(gated(WORDS, new Promise(() => {}))));
    const second = house.met.at(-1)?.requestId ?? "";
    const closed = house.upstream.requests.at(-1)?.closed ?? Promise.reject(new Error("no call"));
    await within(closed, "the upstream call closed");
    await waitUntil(() => house.server.ledger.findRecord(second) !== undefined, "its record");
    expect(house.server.ledger.findRecord(second)).toMatchObject({ ending: "client_left" });
    expect(house.server.ledger.findRecord(first)).toBeUndefined();
    noticed.resolve();
    await waitUntil(() => house.server.ledger.findRecord(first) !== undefined, "its record");
    expect(house.server.ledger.findRecord(first)).toMatchObject({ ending: "drained" });
  });
});
