// Answers of any size: what is beyond a limit is refused while it comes, and memory is given back.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { configSchema } from "../../src/config/schema.ts";
import { readWire, textOf } from "../chat/stream-support.ts";
import { chunk, completion, streamOf } from "../support/openai-wire.ts";
import { event } from "../support/sse.ts";
import { waitUntil } from "../support/wait.ts";
import { ask, type FaultHouse, STREAM, startFaultHouse } from "./house.ts";
import { expectSound } from "./support.ts";
import { answerBytes, CLOSING, headBytes, SSE_TYPE, sends, trickles } from "./wire.ts";

const { upstreamEventBytes: EVENT_BYTES } = configSchema.parse({}).limits;
const BODY_BYTES = 100_000;
const MIB = 1_048_576;
const TOO_LARGE = "larger than the gateway accepts";

let house: FaultHouse;
beforeAll(async () => {
  house = await startFaultHouse({ limits: { upstreamBodyBytes: BODY_BYTES } });
});
afterAll(() => house.close());

/** An event whose data has this length. */
function eventOf(length: number): string {
  const empty = JSON.stringify(chunk({ role: "assistant", content: "" })).length;
  return event(chunk({ role: "assistant", content: "x".repeat(length - empty) }));
}

const SSE_HEAD = headBytes({ headers: { ...SSE_TYPE, ...CLOSING } });
const FIRST = event(chunk({ role: "assistant", content: "one" }));
const LAST = streamOf("end").join("");

/** A head, and then the same piece for ever. */
function* endless(first: (string | Uint8Array)[], piece: string) {
  yield* first;
  for (;;) yield piece;
}

describe("an event of 16 MiB", () => {
  const largest = eventOf(EVENT_BYTES);
  // The end of the line comes by itself, so that all of the line has to be kept until then.
  const WRITES: [string, string[]][] = [
    ["at once", [largest + LAST]],
    ["in two writes", [largest.slice(0, -2), `\n\n${LAST}`]],
  ];
  test.each(WRITES)("is passed on, %s", async (_name, pieces) => {
    const outcome = await ask(house, trickles([SSE_HEAD, ...pieces], "fin"), STREAM);
    expect(await expectSound(house, outcome)).toMatchObject({ ending: "completed" });
    expect(textOf(readWire(outcome.text))).toEndWith("xend");
  });

  test("and a byte is refused: as the first one by a status", async () => {
    const bytes = eventOf(EVENT_BYTES + 1) + LAST;
    const outcome = await ask(house, trickles([SSE_HEAD, bytes], "hold"), STREAM);
    expect(outcome.text).toContain(TOO_LARGE);
    expect(await expectSound(house, outcome)).toMatchObject({ ending: "upstream_failed" });
  });

  test("and a byte is refused: after words by an error frame", async () => {
    const bytes = FIRST + eventOf(EVENT_BYTES + 1) + LAST;
    const outcome = await ask(house, trickles([SSE_HEAD, bytes], "hold"), STREAM);
    expect(outcome.text).toContain(TOO_LARGE);
    expect(textOf(readWire(outcome.text))).toBe("one");
    expect(await expectSound(house, outcome)).toMatchObject({ ending: "upstream_interrupted" });
  });

  test("gives its memory back", async () => {
    const bytes = Buffer.concat([SSE_HEAD, Buffer.from(FIRST + eventOf(EVENT_BYTES + 1))]);
    const askMany = async (times: number) => {
      for (let n = 0; n < times; n++) {
        await expectSound(house, await ask(house, sends(bytes, "hold"), STREAM));
      }
      // What a test keeps of its requests keeps all that hangs on them.
      house.met.splice(0);
    };
    const rss = () => {
      Bun.gc(true);
      return process.memoryUsage.rss();
    };
    await askMany(4);
    const before = rss();
    await askMany(16);
    // Lines that were kept would be 256 MiB at least. Some are let go only a moment later.
    await waitUntil(() => rss() - before < 128 * MIB, "the memory given back");
  });
});

describe("what never ends", () => {
  const LINES: [string, string][] = [
    ["a line of data", "data: "],
    ["a line of many events' worth", `${FIRST}data: `],
  ];
  test.each(LINES)("%s is refused at the limit", async (_name, start) => {
    const pieces = endless([SSE_HEAD, start], "x".repeat(100_000));
    const outcome = await ask(house, trickles(pieces, "hold"), STREAM);
    expect(outcome.text).toContain(TOO_LARGE);
    await expectSound(house, outcome);
  });

  test("an event of short lines is refused at the limit", async () => {
    const pieces = endless([SSE_HEAD], "data: x\n".repeat(20_000));
    const outcome = await ask(house, trickles(pieces, "hold"), STREAM);
    expect(outcome.text).toContain(TOO_LARGE);
    expect(await expectSound(house, outcome)).toMatchObject({ ending: "upstream_failed" });
  });

  const BODIES: [string, object, boolean][] = [
    ["a whole answer", { "content-type": "application/json" }, false],
    ["a whole answer to a call for a stream", { "content-type": "application/json" }, true],
  ];
  test.each(BODIES)("%s is refused at the limit", async (_name, type, stream) => {
    const pieces = endless([headBytes({ headers: { ...type, ...CLOSING } })], " ".repeat(10_000));
    const outcome = await ask(house, trickles(pieces, "hold"), { stream });
    expect(outcome.text).toContain(TOO_LARGE);
    expect(await expectSound(house, outcome)).toMatchObject({ ending: "upstream_failed" });
  });

  test("the words of an error are cut off, and its status stands", async () => {
    const head = headBytes({ statusLine: "HTTP/1.1 429 Slow", headers: CLOSING });
    const outcome = await ask(house, trickles(endless([head], "x".repeat(10_000)), "hold"));
    expect(outcome.status).toBe(429);
    expect(await expectSound(house, outcome)).toMatchObject({ ending: "upstream_failed" });
  });
});

test("a whole answer of exactly the limit is taken, one byte more is not", async () => {
  const empty = JSON.stringify(completion("")).length;
  for (const [more, ending] of [
    [0, "completed"],
    [1, "upstream_failed"],
  ] as const) {
    const text = JSON.stringify(completion("x".repeat(BODY_BYTES - empty + more)));
    const outcome = await ask(house, sends(answerBytes(text, "until-close"), "fin"));
    expect(await expectSound(house, outcome)).toMatchObject({ ending });
  }
});
