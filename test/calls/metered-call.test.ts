// Whatever is thrown after the hold, wherever: one ending, nothing held, nothing open, the key free.
import { afterEach, describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { StreamEvent } from "../../src/calls/stream.ts";
import { plainUsage } from "../../src/metering/estimate.ts";
import {
  type CallHouse,
  type CallHouseOptions,
  openCallHouse,
  piece,
  streamOf,
  whole,
} from "./call-house.ts";

let house: CallHouse;
afterEach(() => house.remove());

/** Asks, and reads to whatever end; gives the error, thrown or as an event. */
async function ask(stream: boolean, signal?: AbortSignal): Promise<unknown> {
  try {
    const answer = await house.ask(stream ? { stream } : {}, signal);
    if (answer.kind !== "stream") return null;
    await answer.opened;
    let last: StreamEvent | null = null;
    for await (const event of answer.events) last = event;
    return last?.type === "error" ? last.error : null;
  } catch (error) {
    return error;
  }
}

const open = (options: CallHouseOptions) => {
  house = openCallHouse(options);
};
const fault = () => new TypeError("a bug");
const throwing = () => {
  throw fault();
};
const WORDS = piece({ role: "assistant", content: "one two three four" });

/** A value whose every use as JSON throws. */
const unwritable = { toJSON: throwing };

describe("a fault before the first event is free:", () => {
  const streams: [string, unknown][] = [
    ["the adapter throws at once", throwing],
    ["it gives no iterator", () => ({})],
    ["its first step throws", () => streamOf(fault())],
    ["a first piece that is nothing", () => streamOf(null)],
    ["one without a chunk", () => streamOf({ usage: null })],
    ["one whose choices are null", () => streamOf({ ...WORDS, chunk: { choices: null } })],
    ["one without an id", () => streamOf({ ...WORDS, chunk: { ...WORDS.chunk, id: null } })],
    ["one that cannot be written", () => streamOf(piece({ content: unwritable }))],
  ];
  test.each(streams)("streamed, %s", async (_what, stream) => {
    open({ adapter: { stream } as never });
    expect(await ask(true)).toBeInstanceOf(TypeError);
    expect(await house.ended()).toMatchObject({
      ending: "upstream_failed",
      httpStatus: 500,
      usageSource: "none",
      chargedMicro: 0,
    });
  });

  const wholes: [string, unknown][] = [
    ["the adapter throws at once", throwing],
    ["it rejects", async () => throwing()],
    ["an answer that is nothing", async () => null],
    ["one without a completion", async () => ({ usage: plainUsage(9, 12) })],
    ["one whose choices are null", async () => ({ completion: { choices: null }, usage: null })],
    ["one that cannot be written", async () => whole(unwritable, { usage: plainUsage(9, 12) })],
  ];
  test.each(wholes)("whole, %s", async (_what, complete) => {
    open({ adapter: { complete } as never });
    expect(await ask(false)).toBeInstanceOf(TypeError);
    expect(await house.ended()).toMatchObject({
      ending: "upstream_failed",
      httpStatus: 500,
      usageSource: "none",
      chargedMicro: 0,
    });
  });

  test("between the hold and the call", async () => {
    open({ adapter: {} });
    house.running.add = throwing;
    // Before the hold there is nothing to end.
    expect(await ask(true)).toBeInstanceOf(TypeError);
    expect(house.ledger.verify()).toMatchObject({ requests: 0, openHolds: 0 });
  });

  test.each([true, false])("as the call is dispatched, streamed %p", async (stream) => {
    open({ adapter: {} });
    const { signal } = new AbortController();
    signal.addEventListener = throwing;
    expect(await ask(stream, signal)).toBeInstanceOf(TypeError);
    expect(await house.ended()).toMatchObject({
      ending: "refused",
      httpStatus: 500,
      chargedMicro: 0,
    });
  });
});

describe("a fault in the middle charges what was delivered, and ends the call upstream:", () => {
  const rows: [string, unknown][] = [
    ["the adapter throws", fault()],
    ["a piece that is nothing", undefined],
    ["one without a chunk", {}],
    ["one whose choices are null", { ...WORDS, chunk: { choices: null } }],
    ["one that cannot be written", piece({ tool_calls: [unwritable] })],
  ];
  test.each(rows)("%s", async (_what, odd) => {
    let signal: AbortSignal | undefined;
    let isClosed = false;
    async function* stream(_call: unknown, ended: AbortSignal) {
      signal = ended;
      try {
        yield* streamOf(WORDS, odd, WORDS);
      } finally {
        isClosed = true;
      }
    }
    open({ adapter: { stream } });
    expect(await ask(true)).toMatchObject({ status: 500 });
    const record = await house.ended();
    expect(record).toMatchObject({
      ending: "upstream_interrupted",
      httpStatus: 200,
      usageSource: "estimated",
    });
    expect(record.usage).toMatchObject({ completionTokens: 5 });
    expect([signal?.aborted, isClosed]).toEqual([true, true]);
  });
});

describe("a fault at the end still settles:", () => {
  const usage = plainUsage(9, 12);
  const adapter = {
    complete: async () => whole({ role: "assistant", content: "one two three four" }),
    stream: () => streamOf(WORDS),
  };
  const counter = { countTokens: () => Promise.reject(fault()) };
  test.each([true, false])("counting throws, streamed %p: a guess is charged", async (stream) => {
    open({ adapter, deps: counter });
    expect(await ask(stream)).toBeNull();
    const record = await house.ended().catch(() => house.ledger.findRecord("req_1"));
    expect(record).toMatchObject({ ending: "completed", usageSource: "estimated" });
    // 200 bytes and 18 characters.
    expect(record?.chargedMicro).toBe(50 + 5);
    expect(house.ledger.verify()).toMatchObject({ openHolds: 0, heldMicro: 0 });
  });

  test.each([true, false])("counts that are none, streamed %p: an estimate", async (stream) => {
    for (const tokens of [Number.NaN, -1, 0.5, null, "9", Number.POSITIVE_INFINITY]) {
      const odd = { ...usage, promptTokens: tokens } as never;
      open({
        adapter: {
          complete: async () => whole({ content: "one two three four" }, { usage: odd }),
          stream: () => streamOf({ ...WORDS, usage: odd }),
        },
      });
      expect(await ask(stream)).toBeNull();
      expect(await house.ended()).toMatchObject({ usageSource: "estimated" });
      house.remove();
    }
    open({ adapter });
  });

  test("the metrics throw: what is in the books stays as it is", async () => {
    open({ adapter });
    house.metrics.requestEnded = throwing;
    expect(await ask(true)).toBeNull();
    expect(await house.ended()).toMatchObject({ ending: "completed" });
  });
});

describe("anything at any place of an answer", () => {
  const odd = fc.oneof(
    fc.constantFrom<unknown>(null, undefined, 0, -1, 1.5, true, false, "", "text", [], {}, [null]),
    fc.jsonValue({ maxDepth: 2 }),
  );
  /** Something, with any of its members at any depth replaced by anything. */
  const spoiled = (value: unknown): fc.Arbitrary<unknown> => {
    if (typeof value !== "object" || value === null) return rarely(value);
    if (Array.isArray(value)) {
      return fc.oneof(
        { weight: 8, arbitrary: fc.tuple(...value.map(spoiled)) },
        { weight: 1, arbitrary: odd },
      );
    }
    const fields = Object.fromEntries(Object.entries(value).map(([k, v]) => [k, spoiled(v)]));
    return fc.oneof({ weight: 8, arbitrary: fc.record(fields) }, { weight: 1, arbitrary: odd });
  };
  const rarely = (value: unknown) =>
    fc.oneof({ weight: 8, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: odd });
  const delta = {
    role: "assistant",
    content: "words",
    refusal: null,
    reasoning_content: "thought",
    reasoning_details: [{ type: "reasoning.text", text: "thought" }],
    tool_calls: [
      { index: 0, id: "c", type: "function", function: { name: "f", arguments: "{}" } },
      { index: 1, id: "d", type: "custom", function: null, custom: { name: "g", input: "" } },
    ],
    function_call: { name: "f", arguments: "{}" },
    audio: { id: "a", data: "AAAA", transcript: "words", expires_at: 1 },
    images: [{ type: "image_url", image_url: { url: "data:," } }],
  };
  const pieces = fc.array(spoiled(piece(delta, { usage: plainUsage(9, 12) })), {
    minLength: 1,
    maxLength: 3,
  });

  test("of a stream: one ending, nothing held, nothing open", async () => {
    let next: unknown[] = [];
    open({ adapter: { stream: () => streamOf(...next) } });
    await fc.assert(
      fc.asyncProperty(pieces, async (given) => {
        next = given;
        await ask(true);
        await house.ended();
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  test("of a whole answer: one ending, nothing held, nothing open", async () => {
    let next: unknown = null;
    open({ adapter: { complete: async () => next as never } });
    await fc.assert(
      fc.asyncProperty(spoiled(whole(delta, { usage: plainUsage(9, 12) })), async (given) => {
        next = given;
        await ask(false);
        await house.ended();
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});
