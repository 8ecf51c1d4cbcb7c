// The machine's clock steps back or leaps ahead while requests run: no deadline notices, no record is wrong.
import { afterAll, afterEach, beforeAll, describe, expect, spyOn, test } from "bun:test";
import { systemClock } from "../../src/base/clock.ts";
import { createBatch } from "../../src/ledger/sqlite/batch.ts";
import { createQueue } from "../../src/ledger/sqlite/queue.ts";
import { completion, streamOf } from "../support/openai-wire.ts";
import { json, sse } from "../support/raw-upstream.ts";
import { waitUntil, within } from "../support/wait.ts";
import {
  type Ended,
  expectBalanced,
  type House,
  lastEnded,
  lockDatabase,
  post,
  startHouse,
} from "./support.ts";

const DAY_MS = 24 * 60 * 60_000;
const STEPS: [string, number][] = [
  ["back by a year", -365 * DAY_MS],
  ["ahead by a year", 365 * DAY_MS],
];
const FIRST_BYTE_MS = 1_000;
const KEEP_MS = DAY_MS;

let house: House;
let hasty: House;
beforeAll(async () => {
  const retries = { max: 1, maxWaitMs: 5_000 };
  house = await startHouse({ idempotency: { keepMs: KEEP_MS } }, { retries });
  hasty = await startHouse({}, { timeouts: { firstByteMs: FIRST_BYTE_MS } });
});
const realNow = Date.now;
const clock = spyOn(Date, "now");
/** The wall clock alone: durations and deadlines have one of their own. */
const step = (byMs: number) => clock.mockImplementation(() => realNow() + byMs);
afterEach(async () => {
  clock.mockImplementation(realNow);
  for (const one of [house, hasty]) {
    await waitUntil(() => one.server.gateway.inProgress() === 0, "all requests settled");
    expectBalanced(one);
  }
});
afterAll(async () => {
  clock.mockRestore();
  await house.close();
  await hasty.close();
});

describe.each(STEPS)("the clock steps %s", (_name, byMs) => {
  test("a provider's silence ends at its deadline all the same", async () => {
    const { promise: silence, resolve: end } = Promise.withResolvers<void>();
    hasty.upstream.answer({ wire: () => silence });
    const before = hasty.upstream.requests.length;
    const answered = post(hasty);
    await waitUntil(() => hasty.upstream.requests.length > before, "the call upstream");
    const from = performance.now();
    step(byMs);
    const response = await within(answered, "the deadline", 20_000);
    expect(response.status).toBe(504);
    expect(performance.now() - from).toBeGreaterThan(FIRST_BYTE_MS / 2);
    end();
    expectSoundTimes(await lastEnded(hasty));
  });

  test("a stream goes on, and its record has the time that passed", async () => {
    const { promise: stepped, resolve: goOn } = Promise.withResolvers<void>();
    const [first = "", ...rest] = streamOf("one", "two");
    house.upstream.answer(
      sse(
        (async function* () {
          yield first;
          await stepped;
          yield* rest;
        })(),
      ),
    );
    const response = await post(house, { stream: true });
    step(byMs);
    goOn();
    expect(await response.text()).toContain("data: [DONE]");
    const record = await lastEnded(house);
    expect(record).toMatchObject({ ending: "completed", usageSource: "reported" });
    expectSoundTimes(record);
  });

  test("a settlement waits for a locked database, and its client for it", async () => {
    const { promise: locked, resolve: goOn } = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    house.upstream.answer({
      ...json(completion()),
      pieces: (async function* () {
        await locked;
        yield JSON.stringify(completion());
        answered.resolve();
      })(),
    });
    const before = house.upstream.requests.length;
    const response = post(house);
    await waitUntil(() => house.upstream.requests.length > before, "the call upstream");
    const unlock = lockDatabase(house);
    goOn();
    await answered.promise;
    step(byMs);
    unlock();
    expect((await within(response, "the answer", 20_000)).status).toBe(200);
    expectSoundTimes(await lastEnded(house));
  });

  test("the pause before another try is as long as the provider asked for", async () => {
    const pauseMs = 500;
    const calledAt: number[] = [];
    house.upstream.answer((_request, index) => {
      calledAt.push(performance.now());
      if (index > 0) return json(completion());
      step(byMs);
      return json({ error: { message: "busy" } }, 503, { "retry-after-ms": String(pauseMs) });
    });
    const response = await within(post(house), "the answer", 20_000);
    expect(response.status).toBe(200);
    const [first = 0, second = 0] = calledAt;
    // A timer may fire a little early.
    expect(second - first).toBeGreaterThan(pauseMs - 20);
    expectSoundTimes(await lastEnded(house));
  });

  test("a commit gives up on a foreign lock in its own time", async () => {
    const { database } = house.server;
    const options = { maxWaiting: 10, clock: systemClock };
    const handlers = { same: (n: number) => n };
    const batch = createBatch(database, handlers, { begun() {}, flush() {}, ended() {} });
    const patient = createQueue<typeof handlers>(batch, { ...options, lockTimeoutMs: 60_000 });
    const impatient = createQueue<typeof handlers>(batch, { ...options, lockTimeoutMs: 300 });
    const unlock = lockDatabase(house);
    const refused = impatient.run("same", 1).catch((error: { status: number }) => error.status);
    step(byMs);
    expect(await within(refused, "the refusal", 20_000)).toBe(503);
    const waiting = patient.run("same", 2);
    step(2 * byMs);
    await systemClock.nextTurn();
    unlock();
    expect(await within(waiting, "the commit", 20_000)).toBe(2);
  });
});

/** No duration is negative or a year long. */
function expectSoundTimes({ durationMs, firstEventMs }: Ended): void {
  expect(durationMs).toBeWithin(0, DAY_MS);
  expect(firstEventMs ?? 0).toBeWithin(0, DAY_MS);
}

/** Asks under a key, and tells whether the answer was one that was kept. */
async function isReplayed(key: string): Promise<boolean> {
  house.upstream.answer(json(completion()));
  const response = await fetch(`${house.server.baseUrl}/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${house.server.key}`,
      "content-type": "application/json",
      "idempotency-key": key,
    },
    body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "hello" }] }),
  });
  await response.text();
  expect(response.status).toBe(200);
  return response.headers.get("idempotent-replayed") === "true";
}

describe("an answer kept for an idempotency key", () => {
  test("is given again after the clock was put back by less than keys are remembered", async () => {
    expect(await isReplayed("small-step")).toBe(false);
    step(-KEEP_MS / 2);
    expect(await isReplayed("small-step")).toBe(true);
  });

  test("is not remembered for years after the clock was years ahead", async () => {
    step(10 * 365 * DAY_MS);
    expect(await isReplayed("years-ahead")).toBe(false);
    step(0);
    expect(await isReplayed("years-ahead")).toBe(false);
    expect(await isReplayed("years-ahead")).toBe(true);
  });
});
