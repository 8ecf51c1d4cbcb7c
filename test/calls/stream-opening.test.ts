// A stream is given as soon as its hold is taken; whether the provider answers is known later.
import { afterEach, expect, test } from "bun:test";
import { upstreamError } from "../../src/base/errors.ts";
import type { CallAnswer } from "../../src/calls/answer.ts";
import type { StreamEvent } from "../../src/calls/stream.ts";
import {
  type CallHouse,
  type CallHouseOptions,
  openCallHouse,
  piece,
  streamOf,
} from "./call-house.ts";

let house: CallHouse;
afterEach(() => house.remove());

type Stream = Extract<CallAnswer, { kind: "stream" }>;

async function open(options: CallHouseOptions, signal?: AbortSignal): Promise<Stream> {
  house = openCallHouse(options);
  const answer = await house.ask({ stream: true }, signal);
  if (answer.kind !== "stream") throw new Error("not a stream");
  return answer;
}

async function readAll(events: AsyncIterable<StreamEvent>): Promise<StreamEvent[]> {
  const all: StreamEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

/** An adapter's stream that gives nothing before it may. */
function slow(...pieces: unknown[]) {
  const gate = Promise.withResolvers<void>();
  async function* stream() {
    await gate.promise;
    yield* streamOf(...pieces);
  }
  return { adapter: { stream }, start: gate.resolve };
}

test("it is given before the provider has said anything, with its hold", async () => {
  const { adapter, start } = slow(piece({ content: "hi" }, { ignored: ["top_k"] }));
  const { held, opened, events } = await open({ adapter });
  expect(held.amountMicro).toBeGreaterThan(0);
  expect(house.running.count()).toBe(1);
  start();
  expect(await opened).toEqual({ ignored: "top_k" });
  expect((await readAll(events)).map(({ type }) => type)).toEqual(["chunks", "end"]);
  expect(await house.ended()).toMatchObject({ ending: "completed", httpStatus: 200 });
});

test("its events may be waited for before it is open", async () => {
  const { adapter, start } = slow(piece({ content: "hi" }));
  const { events } = await open({ adapter });
  const all = readAll(events);
  start();
  expect((await all).map(({ type }) => type)).toEqual(["chunks", "end"]);
});

const refusal = upstreamError("no", { upstreamStatus: 500 });

test("a failure before the first event is settled when `opened` rejects, and free", async () => {
  const { opened } = await open({ adapter: { stream: () => streamOf(refusal) } });
  await expect(opened).rejects.toBe(refusal);
  expect(house.running.count()).toBe(0);
  expect(await house.ended()).toMatchObject({
    ending: "upstream_failed",
    httpStatus: 502,
    chargedMicro: 0,
  });
});

test("a failure that nobody waits for is no unhandled rejection, and the events' only one", async () => {
  const unhandled: unknown[] = [];
  const onUnhandled = (error: unknown) => void unhandled.push(error);
  process.on("unhandledRejection", onUnhandled);
  try {
    const { events } = await open({ adapter: { stream: () => streamOf(refusal) } });
    await house.ended();
    await Bun.sleep(1);
    const [error, ...more] = await readAll(events);
    expect(more).toEqual([]);
    expect(error).toEqual({
      type: "error",
      error: refusal,
      settled: expect.objectContaining({ chargedMicro: 0 }),
    });
    expect(unhandled).toEqual([]);
  } finally {
    process.off("unhandledRejection", onUnhandled);
  }
});

test("a client that was answered 200 by then has it in the record, beside the error's code", async () => {
  const { adapter, start } = slow(refusal);
  const { markAnswered, events } = await open({ adapter });
  markAnswered();
  start();
  expect((await readAll(events)).map(({ type }) => type)).toEqual(["error"]);
  expect(await house.ended()).toMatchObject({
    ending: "upstream_failed",
    httpStatus: 200,
    errorCode: "upstream_error",
    chargedMicro: 0,
  });
});

/** An adapter's stream that ends as its signal says. */
async function* silent(_call: unknown, signal: AbortSignal): AsyncGenerator<never> {
  await new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

test("events that are given back unread end the call, at once", async () => {
  const { events } = await open({ adapter: { stream: silent } });
  await events.return?.();
  expect(await house.ended()).toMatchObject({ ending: "client_left_early", httpStatus: 499 });
});

test("a client that leaves while it waits pays the input", async () => {
  const client = new AbortController();
  const { opened, events } = await open({ adapter: { stream: silent } }, client.signal);
  const read = readAll(events);
  client.abort();
  await expect(opened).rejects.toMatchObject({ status: 499 });
  expect(await read).toEqual([]);
  const record = await house.ended();
  expect(record).toMatchObject({ ending: "client_left_early", usageSource: "estimated" });
  expect(record.chargedMicro).toBeGreaterThan(0);
});

test("a client that leaves while it waits has its answer drained, where that is asked for", async () => {
  const client = new AbortController();
  const { adapter, start } = slow(piece({ content: "hi" }), piece({ content: " there" }));
  const { events } = await open({ adapter, onDisconnect: "drain" }, client.signal);
  const read = readAll(events);
  client.abort();
  start();
  expect(await read).toEqual([]);
  expect(await house.ended()).toMatchObject({ ending: "drained", httpStatus: 499 });
});
