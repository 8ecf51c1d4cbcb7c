// A server that has to end before an answer does: its client is told, and pays for what it got.
import { afterEach, expect, test } from "bun:test";
import { chunk, completion } from "../support/openai-wire.ts";
import { gated, json, sse } from "../support/raw-upstream.ts";
import { event } from "../support/sse.ts";
import { waitUntil, within } from "../support/wait.ts";
import {
  type House,
  lastEnded,
  leaveAfter,
  leaveBeforeAnswer,
  lockDatabase,
  post,
  startHouse,
} from "./support.ts";

const WORDS = event(chunk({ role: "assistant", content: "one two three" }));
const NEVER = new Promise<void>(() => {});

let house: House;
afterEach(() => house.close());

const start = async (provider: object = {}) => {
  house = await startHouse(
    { server: { drainTimeoutMs: 20 }, money: { lockTimeoutMs: 50 } },
    provider,
  );
};

/** Resolves when the upstream has the call. */
const called = () => waitUntil(() => house.upstream.requests.length > 0, "the call upstream");

test("in the middle of a stream: an error frame, and what was delivered is charged", async () => {
  await start();
  // A busy machine takes longer to load the tokenizer than a server that ends waits for an estimate.
  await leaveAfter(house, WORDS, "three");
  expect((await lastEnded(house, 30_000)).tokens?.completionTokens).toBe(3);
  house.upstream.answer(sse(gated(WORDS, NEVER)));
  const response = await post(house, { stream: true });
  const closed = house.upstream.requests[1]?.closed ?? Promise.reject(new Error("no call"));
  const drained = house.server.server.drain();
  const text = await response.text();
  expect(text).toContain("one two three");
  expect(text).toContain('"code":"overloaded"');
  expect(text).not.toContain("[DONE]");
  await within(closed, "the upstream call closed");
  await within(drained, "the server's end");
  const ended = await lastEnded(house);
  expect(ended).toMatchObject({
    ending: "server_stopped",
    errorCode: "overloaded",
    usageSource: "estimated",
  });
  expect(ended.tokens?.completionTokens).toBe(3);
  expect(ended.chargedMicro).toBe((ended.tokens?.promptTokens ?? 0) + 3);
});

test("before anything came: a 503 that may be retried, and nothing is charged", async () => {
  await start();
  house.upstream.answer(sse(gated("", NEVER)));
  const pending = post(house);
  await called();
  const drained = house.server.server.drain();
  const response = await within(pending, "the answer");
  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).toBe("1");
  await response.text();
  await within(drained, "the server's end");
  expect(await lastEnded(house)).toMatchObject({
    ending: "server_stopped",
    httpStatus: 503,
    usageSource: "none",
    chargedMicro: 0,
  });
});

test("an answer that is read on for a client that left does not hold the server up", async () => {
  await start({ onDisconnect: "drain" });
  house.upstream.answer(sse(gated("", NEVER)));
  await leaveBeforeAnswer(house);
  await waitUntil(() => house.met.at(-1)?.signal.aborted === true, "the leaving noticed");
  await within(house.server.server.drain(), "the server's end");
  expect(await lastEnded(house)).toMatchObject({ ending: "server_stopped", chargedMicro: 0 });
});

test("a charge that the database does not take is told, and its hold left to the next start", async () => {
  await start();
  const open = Promise.withResolvers<void>();
  const answer = gated("", open.promise, JSON.stringify(completion()));
  house.upstream.answer({ ...json({}), pieces: answer });
  const pending = post(house).catch(() => undefined);
  await called();
  const unlock = lockDatabase(house);
  open.resolve();
  const refused = () => house.server.logText().includes("settlement refused, retrying");
  await waitUntil(refused, "the settlement refused");
  expect(await within(house.server.server.drain(), "the server's end", 20_000)).toBe(1);
  expect(house.server.logText()).toContain("charges given up");
  expect(house.server.ledger.verify().openHolds).toBe(1);
  unlock();
  await pending;
  await lastEnded(house, 10_000);
}, 40_000);
