// A provider that falls silent after any byte: the deadline that is meant for that place ends it.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { DONE } from "../support/openai-wire.ts";
import { event } from "../support/sse.ts";
import { ask, type FaultHouse, forEach, STREAM, startFaultHouse } from "./house.ts";
import { expectAllSound } from "./support.ts";
import { answerBytes, type Framing, headBytes, SSE_TYPE, sends, trickles } from "./wire.ts";

/** Each deadline is long for the others, so that the error's words say which one it was. */
const SHORT_MS = 100;
const LONG_MS = 20_000;
const STALLED_AT_ONCE = 100;
const WORDS = "é😀";

const NOT_STARTED = "The provider did not start to answer in time.";
const STOPPED = "The provider stopped sending in mid-answer.";
const NOT_FINISHED = "The provider did not finish within the time allowed for one call.";

const choice = (fields: object) => ({ choices: [{ index: 0, ...fields }] });
const HEAD = event(choice({ delta: { content: WORDS } }));
const EVENTS = HEAD + event(choice({ delta: {}, finish_reason: "stop" })) + DONE;
const BODY = JSON.stringify(
  choice({ message: { role: "assistant", content: WORDS }, finish_reason: "stop" }),
);

/** A house with these deadlines, for one group of tests. */
function houseWith(timeouts: object): () => FaultHouse {
  let house: FaultHouse | null = null;
  beforeAll(async () => {
    house = await startFaultHouse({}, { timeouts });
  });
  afterAll(() => house?.close());
  return () => {
    if (house === null) throw new Error("not started");
    return house;
  };
}

const FRAMINGS: Framing[] = ["content-length", "chunked", "until-close"];

/** The error's message, in an envelope of its own or in a stream's last frame. */
const messageOf = (text: string): string => {
  const frame = text.trim().split("\n").at(-1)?.replace("data: ", "") ?? "";
  return (JSON.parse(frame) as { error: { message: string } }).error.message;
};

interface Ending {
  ending: string;
  status: number;
  message: string;
}

async function stallAtEach(
  house: FaultHouse,
  bytes: Buffer,
  { from = 0, to = bytes.length, stream }: { from?: number; to?: number; stream: boolean },
): Promise<Ending[]> {
  const outcomes = await forEach(
    to - from - 1,
    (n) => ask(house, sends(bytes.subarray(0, from + n), "hold"), { stream }),
    STALLED_AT_ONCE,
  );
  const records = await expectAllSound(house, outcomes);
  return records.map(({ ending, errorCode }, at) => {
    const { status = 0, text = "" } = outcomes[at] ?? {};
    const isWhole = ending === "completed";
    expect(errorCode).toBe(isWhole ? null : "upstream_timeout");
    return { ending, status, message: isWhole ? "" : messageOf(text) };
  });
}

/** All the same, and that one. */
const expectAll = (endings: Ending[], wanted: Ending) =>
  expect(endings).toEqual(endings.map(() => wanted));

const failed = (message: string): Ending => ({ ending: "upstream_failed", status: 504, message });
const broken = (message: string): Ending => ({
  ending: "upstream_interrupted",
  status: 200,
  message,
});

describe("the first byte's deadline", () => {
  const house = houseWith({ firstByteMs: SHORT_MS, betweenChunksMs: LONG_MS });

  test.each(FRAMINGS)("ends what stalls at any byte of the head, %s", async (framing) => {
    for (const stream of [false, true]) {
      const options = stream ? { headers: SSE_TYPE } : {};
      const bytes = answerBytes(stream ? EVENTS : BODY, framing, options);
      const to = bytes.indexOf("\r\n\r\n") + 4;
      const endings = await stallAtEach(house(), bytes, { to, stream });
      expectAll(endings, failed(NOT_STARTED));
    }
  });
});

describe("the deadline between two pieces", () => {
  const house = houseWith({ firstByteMs: LONG_MS, betweenChunksMs: SHORT_MS });

  test.each(FRAMINGS)("ends what stalls at any byte of a whole answer, %s", async (framing) => {
    const bytes = answerBytes(BODY, framing);
    const bodyAt = bytes.indexOf(BODY.slice(0, 9));
    const to = framing === "content-length" ? bytes.length : bodyAt + Buffer.byteLength(BODY);
    const from = bodyAt + 1;
    expectAll(await stallAtEach(house(), bytes, { from, to, stream: false }), failed(STOPPED));
  });

  test.each(FRAMINGS)("ends what stalls at any byte of a stream, %s", async (framing) => {
    const bytes = answerBytes(EVENTS, framing, { headers: SSE_TYPE });
    const from = bytes.indexOf(HEAD.slice(0, 9)) + 1;
    const headEnd = bytes.indexOf("\n\n", from) + 2;
    const to = bytes.indexOf(DONE) + DONE.length - 1;
    const endings = await stallAtEach(house(), bytes, { from, to, stream: true });
    // The event is known once its blank line begins.
    const before = headEnd - 1 - from;
    expectAll(endings.slice(0, before), failed(STOPPED));
    // All that matters is there once the finish reason is: what stalls after it is a whole answer.
    const finishAt = bytes.indexOf('"finish_reason":"stop"');
    const finished = bytes.indexOf("\n\n", finishAt) + 1 - from;
    expectAll(endings.slice(before + 1, finished), broken(STOPPED));
    expectAll(endings.slice(finished + 1), { ending: "completed", status: 200, message: "" });
  });
});

describe("the whole call's deadline", () => {
  const house = houseWith({ firstByteMs: LONG_MS, betweenChunksMs: LONG_MS, totalMs: 300 });

  function* endless(piece: string): Generator<string> {
    for (;;) yield piece;
  }

  test("ends a stream of comments that never says a word", async () => {
    const head = headBytes({ headers: { ...SSE_TYPE, connection: "close" } }).toString();
    const pieces = (function* () {
      yield head;
      yield* endless(": thinking\n\n");
    })();
    const outcome = await ask(house(), trickles(pieces, "hold"), STREAM);
    const [record] = await expectAllSound(house(), [outcome]);
    expect(record).toMatchObject({ ending: "upstream_failed", errorCode: "upstream_timeout" });
    expect(messageOf(outcome.text)).toBe(NOT_FINISHED);
  });

  test("ends a stream of words that never ends, which the client pays for", async () => {
    const head = headBytes({ headers: { ...SSE_TYPE, connection: "close" } }).toString();
    const pieces = (function* () {
      yield head;
      yield* endless(HEAD);
    })();
    const outcome = await ask(house(), trickles(pieces, "hold"), STREAM);
    const [record] = await expectAllSound(house(), [outcome]);
    expect(record).toMatchObject({
      ending: "upstream_interrupted",
      errorCode: "upstream_timeout",
      usageSource: "estimated",
    });
    expect(record?.chargedMicro).toBeGreaterThan(0);
    expect(messageOf(outcome.text)).toBe(NOT_FINISHED);
  });

  test("ends a whole answer that drips for ever", async () => {
    const pieces = (function* () {
      yield headBytes({}).toString();
      yield* endless(" ");
    })();
    const outcome = await ask(house(), trickles(pieces, "hold"));
    const [record] = await expectAllSound(house(), [outcome]);
    expect(record).toMatchObject({ ending: "upstream_failed", chargedMicro: 0 });
    expect(messageOf(outcome.text)).toBe(NOT_FINISHED);
  });
});
