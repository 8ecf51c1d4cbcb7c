// A call's lifeline: what ends it, what it says of why, and how many are read on without a client.
import { beforeEach, describe, expect, test } from "bun:test";
import type { Clock } from "../../src/base/clock.ts";
import { createLifelines, type Lifelines } from "../../src/calls/lifeline.ts";

const DRAIN = { maxMs: 1_000, maxCalls: 2 };

let timers: { delayMs: number; callback: () => void }[];
let lifelines: Lifelines;

const clock: Clock = {
  nowMs: () => 0,
  monoMs: () => 0,
  after(delayMs, callback) {
    const timer = { delayMs, callback };
    timers.push(timer);
    return () => void timers.splice(timers.indexOf(timer), 1);
  },
  nextTurn: () => Promise.resolve(),
};

beforeEach(() => {
  timers = [];
  lifelines = createLifelines(clock);
});

function watched(provider = "p", drain: typeof DRAIN | null = DRAIN) {
  const client = new AbortController();
  const lifeline = lifelines.open(client.signal);
  lifeline.watch(provider, drain);
  return { client, lifeline };
}

describe("a client that leaves", () => {
  test("ends its call, with a reason that is an error of the API", () => {
    const { client, lifeline } = watched("p", null);
    expect([lifeline.signal.aborted, lifeline.clientLeft()]).toEqual([false, false]);
    client.abort();
    expect([lifeline.signal.aborted, lifeline.clientLeft()]).toEqual([true, true]);
    expect(lifeline.signal.reason).toMatchObject({ name: "ApiError", status: 499 });
    expect(lifeline.serverStopped()).toBe(false);
  });

  test("is noticed when it had left before its call was watched", () => {
    const lifeline = lifelines.open(AbortSignal.abort());
    expect(lifeline.clientLeft()).toBe(false);
    lifeline.watch("p", null);
    expect(lifeline.signal.aborted).toBe(true);
  });

  test("may leave its call to be read on, for a time", () => {
    const { client, lifeline } = watched();
    client.abort();
    lifeline.leave();
    expect([lifeline.signal.aborted, lifeline.clientLeft()]).toEqual([false, true]);
    expect(lifelines.draining()).toBe(1);
    expect(timers.map(({ delayMs }) => delayMs)).toEqual([DRAIN.maxMs]);
    timers[0]?.callback();
    expect(lifeline.signal.reason).toMatchObject({ status: 499 });
    expect(lifelines.draining()).toBe(1);
    lifeline.close();
    expect([lifelines.draining(), timers.length]).toEqual([0, 0]);
  });

  test("does not have its call read on beside as many others of its provider as may be", () => {
    const calls = [watched(), watched(), watched(), watched("another")];
    for (const { client } of calls) client.abort();
    expect(calls.map(({ lifeline }) => lifeline.signal.aborted)).toEqual([
      false,
      false,
      true,
      false,
    ]);
    expect(lifelines.draining()).toBe(3);
    calls[0]?.lifeline.close();
    const next = watched();
    next.client.abort();
    expect(next.lifeline.signal.aborted).toBe(false);
  });

  test("after its request was settled changes nothing", () => {
    const { client, lifeline } = watched();
    lifeline.close();
    client.abort();
    lifeline.leave();
    expect([lifeline.clientLeft(), lifeline.signal.aborted]).toEqual([false, false]);
    expect([lifelines.draining(), timers.length]).toEqual([0, 0]);
  });
});

describe("a server that has to end", () => {
  test("ends all calls, those that are read on too, and says that it was that", () => {
    const reading = watched();
    const left = watched();
    left.client.abort();
    lifelines.cutAll();
    for (const { lifeline } of [reading, left]) {
      expect([lifeline.signal.aborted, lifeline.serverStopped()]).toEqual([true, true]);
      expect(lifeline.signal.reason).toMatchObject({ status: 503 });
    }
  });

  test("is not why a call ended whose client had left before", () => {
    const { client, lifeline } = watched("p", null);
    client.abort();
    lifelines.cutAll();
    expect(lifeline.serverStopped()).toBe(false);
    expect(lifeline.signal.reason).toMatchObject({ status: 499 });
  });
});

test("those are counted whose money is not settled", () => {
  const { lifeline } = watched();
  watched();
  expect(lifelines.count()).toBe(2);
  lifeline.close();
  lifeline.close();
  expect(lifelines.count()).toBe(1);
});
