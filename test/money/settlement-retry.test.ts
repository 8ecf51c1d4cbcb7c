// A settlement that the database refuses is tried again until it is taken, and charges once.
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { formatCredits } from "../../src/base/micro.ts";
import { completion, streamOf, USAGE } from "../support/openai-wire.ts";
import { json, sse, type UpstreamAnswer } from "../support/raw-upstream.ts";
import { waitUntil, within } from "../support/wait.ts";
import {
  expectBalanced,
  type House,
  lastEnded,
  lockDatabase,
  post,
  startHouse,
} from "./support.ts";

/** A commit gives up on a lock after this; each refused settlement shows in the log. */
const LOCK_TIMEOUT_MS = 60;
const REFUSALS = 3;
const CHARGE_MICRO = USAGE.prompt_tokens + USAGE.completion_tokens;

let house: House;
let unlock: () => void = () => {};
beforeAll(async () => {
  house = await startHouse({ money: { lockTimeoutMs: LOCK_TIMEOUT_MS } });
});
afterEach(() => unlock());
afterAll(() => house.close());

const refusals = (): number =>
  house.server.logLines().filter(({ msg }) => msg === "settlement refused, retrying").length;

const isHeld = (): boolean =>
  house.server.ledger.findRunning(house.met.at(-1)?.requestId ?? "") !== undefined;

/** Starts a request, and locks the database between its hold and its answer. */
async function askThenLock(answer: UpstreamAnswer, body: object = {}) {
  const { upstream } = house;
  const before = upstream.requests.length;
  const locked = Promise.withResolvers<void>();
  async function* afterLock() {
    await locked.promise;
    yield* answer.pieces;
  }
  upstream.answer({ ...answer, pieces: afterLock() });
  const pending = post(house, { ...body });
  await waitUntil(() => upstream.requests.length > before, "the call upstream");
  unlock = lockDatabase(house);
  locked.resolve();
  return pending;
}

const ROWS: [string, UpstreamAnswer, object][] = [
  ["a whole answer", json(completion()), {}],
  ["a stream", sse(streamOf("Hello!")), { stream: true }],
];

test.each(ROWS)("%s that met a lock is charged once it is gone", async (_name, answer, body) => {
  const before = refusals();
  const answered = askThenLock(answer, body).then(async (response) => ({
    status: response.status,
    used: response.headers.get("x-credits-used"),
    text: await response.text(),
  }));
  await waitUntil(() => refusals() >= before + REFUSALS, "the settlement refused");
  expect(isHeld()).toBe(true);
  expect(house.server.gateway.inProgress()).toBe(1);
  unlock();
  const { status, used, text } = await within(answered, "the answer", 10_000);
  expect(status).toBe(200);
  const streamed = /x-credits-used=(\S+)/.exec(text)?.[1];
  expect(streamed ?? used).toBe(formatCredits(CHARGE_MICRO));
  expect(await lastEnded(house)).toMatchObject({
    ending: "completed",
    usageSource: "reported",
    chargedMicro: CHARGE_MICRO,
  });
  expect(isHeld()).toBe(false);
});

test("a client that leaves while its settlement meets a lock is charged all the same", async () => {
  const before = refusals();
  const leaving = new AbortController();
  const locked = Promise.withResolvers<void>();
  const calls = house.upstream.requests.length;
  async function* afterLock() {
    await locked.promise;
    yield JSON.stringify(completion());
  }
  house.upstream.answer({ ...json({}), pieces: afterLock() });
  const pending = post(house, {}, leaving.signal);
  await waitUntil(() => house.upstream.requests.length > calls, "the call upstream");
  unlock = lockDatabase(house);
  locked.resolve();
  await waitUntil(() => refusals() > before, "the settlement refused");
  leaving.abort();
  expect(await pending.catch((error: Error) => error.name)).toBe("AbortError");
  unlock();
  expect(await lastEnded(house)).toMatchObject({
    ending: "completed",
    chargedMicro: CHARGE_MICRO,
  });
});

test("a client waits ten seconds for a lock, then gets a 503 and is charged", async () => {
  const response = await within(askThenLock(json(completion())), "the answer", 14_000);
  expect(response.status).toBe(503);
  expect(response.headers.get("x-should-retry")).toBe("false");
  // It will be charged, so that it is not free: the hold stands for what it will cost.
  const held = house.server.ledger.findRunning(house.met.at(-1)?.requestId ?? "")?.amountMicro;
  expect(response.headers.get("x-credits-used")).toBe(formatCredits(held ?? 0));
  expect(response.headers.get("x-credits-reserved")).toBe(formatCredits(held ?? 0));
  expect(await response.json()).toMatchObject({ error: { code: "overloaded" } });
  expect(isHeld()).toBe(true);
  unlock();
  // The pause before the next attempt has grown to seconds by now.
  expect(await lastEnded(house, 8_000)).toMatchObject({
    ending: "completed",
    chargedMicro: CHARGE_MICRO,
  });
  expectBalanced(house);
}, 30_000);

test("a client whose provider failed hears of that, also when its hold cannot be released yet", async () => {
  const failed = json({ error: { message: "no" } }, 500);
  const response = await within(askThenLock(failed), "the answer", 14_000);
  expect(response.status).toBe(502);
  expect(response.headers.get("x-credits-used")).toBe("0.000000");
  expect(response.headers.get("x-credits-reserved")).toBeNull();
  expect(await response.json()).toMatchObject({ error: { code: "upstream_error" } });
  expect(isHeld()).toBe(true);
  unlock();
  expect(await lastEnded(house, 8_000)).toMatchObject({
    ending: "upstream_failed",
    chargedMicro: 0,
  });
  expectBalanced(house);
}, 30_000);
