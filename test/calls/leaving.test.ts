// A client that leaves and a server that has to end: what ends a call, what it says of why, and how many are read on.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { systemClock } from "../../src/base/clock.ts";
import { createRunningCalls, type RunningCalls } from "../../src/calls/running.ts";
import {
  type CallBooks,
  type HandDeadlines,
  handDeadlines,
  openCallBooks,
} from "./scripted-call.ts";

const DRAIN = { maxMs: 1_000, maxCalls: 2 };

let books: CallBooks;
let running: RunningCalls;
let deadlines: HandDeadlines;
let requests: number;

beforeEach(() => {
  books = openCallBooks();
  books.database.write(() =>
    books.ledger.grant({ accountId: books.accountId, amountMicro: 9_000, note: null, atMs: 1 }),
  );
  running = createRunningCalls();
  deadlines = handDeadlines();
  requests = 0;
});
afterEach(() => books.remove());

/** A call that is being tried, whose provider says nothing before its signal aborts. */
async function tried(drain: typeof DRAIN | null = DRAIN, providerId = "p") {
  const client = new AbortController();
  const call = await books.open({
    ...{ running, deadlines, providerId },
    clock: systemClock,
    signal: client.signal,
    requestId: `req_${++requests}`,
    provider: drain === null ? {} : { onDisconnect: "drain", drain },
  });
  const first = call.run(() => call.first());
  first.catch(() => {});
  return { client, call, first };
}

const recordOf = (requestId: string) => books.ledger.findRecord(requestId);

describe("a client that leaves", () => {
  test("ends its call, with a reason that is an error of the API", async () => {
    const { client, call, first } = await tried(null);
    expect([call.signal.aborted, call.hasClientLeft, call.state]).toEqual([false, false, "trying"]);
    client.abort();
    expect([call.signal.aborted, call.hasClientLeft]).toEqual([true, true]);
    expect(call.signal.reason).toMatchObject({ name: "ApiError", status: 499 });
    await expect(first).rejects.toBe(call.signal.reason);
    expect(call.state).toBe("settled");
    expect(recordOf("req_1")).toMatchObject({ ending: "client_left_early" });
  });

  test("before its call went upstream owes nothing", async () => {
    const call = await books.open({ clock: systemClock, running, signal: AbortSignal.abort() });
    expect(call.hasClientLeft).toBe(false);
    await expect(call.run(() => call.first())).rejects.toMatchObject({ status: 499 });
    expect(recordOf("req_1")).toMatchObject({ ending: "refused", chargedMicro: 0 });
    expect(running.count()).toBe(0);
  });

  test("may leave its call to be read on, for a time", async () => {
    const { client, call, first } = await tried();
    client.abort();
    call.leave();
    expect([call.signal.aborted, call.hasClientLeft, call.state]).toEqual([
      false,
      true,
      "draining",
    ]);
    expect(running.draining()).toBe(1);
    expect(deadlines.set.map(({ delayMs }) => delayMs)).toEqual([DRAIN.maxMs]);
    deadlines.set[0]?.expire();
    expect(call.signal.reason).toMatchObject({ status: 499 });
    expect(running.draining()).toBe(1);
    await expect(first).rejects.toMatchObject({ status: 499 });
    expect([running.draining(), deadlines.set.length]).toEqual([0, 0]);
  });

  test("does not have its call read on beside as many others of its provider as may be", async () => {
    const calls = [await tried(), await tried(), await tried(), await tried(DRAIN, "another")];
    for (const { client } of calls) client.abort();
    expect(calls.map(({ call }) => call.signal.aborted)).toEqual([false, false, true, false]);
    expect(running.draining()).toBe(3);
    await calls[0]?.call.endFailed(new Error("over"));
    const next = await tried();
    next.client.abort();
    expect(next.call.signal.aborted).toBe(false);
  });

  test("after its request was settled changes nothing", async () => {
    const { client, call } = await tried();
    await call.endWhole(() => ({ body: null, ignored: null }));
    client.abort();
    call.leave();
    expect([call.hasClientLeft, call.signal.aborted]).toEqual([false, false]);
    expect([running.draining(), deadlines.set.length]).toEqual([0, 0]);
  });
});

describe("a server that has to end", () => {
  test("ends all calls, those that are read on too, and says that it was that", async () => {
    const reading = await tried();
    const left = await tried();
    left.client.abort();
    running.stopAll();
    for (const { call, first } of [reading, left]) {
      expect(call.signal.reason).toMatchObject({ status: 503 });
      await expect(first).rejects.toBe(call.signal.reason);
    }
    expect(recordOf("req_1")).toMatchObject({ ending: "server_stopped", chargedMicro: 0 });
    expect(recordOf("req_2")).toMatchObject({ ending: "server_stopped", chargedMicro: 0 });
  });

  test("is not why a call ended whose client had left before", async () => {
    const { client, call, first } = await tried(null);
    client.abort();
    running.stopAll();
    expect(call.signal.reason).toMatchObject({ status: 499 });
    await expect(first).rejects.toMatchObject({ status: 499 });
    expect(recordOf("req_1")).toMatchObject({ ending: "client_left_early" });
  });
});

test("those are counted whose money is not settled", async () => {
  const { call } = await tried();
  await tried();
  expect(running.count()).toBe(2);
  await call.endFailed(new Error("over"));
  await call.endFailed(new Error("over"));
  expect(running.count()).toBe(1);
});
