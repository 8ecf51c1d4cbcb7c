// A connection that ends or breaks after any byte of an answer, its head included: what was not
// complete is never passed on as if it were, and never charged as if it were.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { DONE } from "../support/openai-wire.ts";
import { event } from "../support/sse.ts";
import { ask, type FaultHouse, forEach, type Outcome, STREAM, startFaultHouse } from "./house.ts";
import { expectAllSound } from "./support.ts";
import {
  answerBytes,
  CLOSING,
  type Framing,
  SSE_TYPE,
  sends,
  sendsGated,
  type Then,
} from "./wire.ts";

const WORDS = "é😀";
const USAGE = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
const REPORTED_MICRO = 3;

let house: FaultHouse;
beforeAll(async () => {
  house = await startFaultHouse();
});
afterAll(() => house.close());

// As short as answers can be: each byte is a question of its own.
const choice = (fields: object) => ({ choices: [{ index: 0, ...fields }] });
const HEAD = event(choice({ delta: { content: WORDS } }));
const STOP = event(choice({ delta: {}, finish_reason: "stop" }));
const REPORT = event({ choices: [], usage: USAGE });
const EVENTS = HEAD + STOP + REPORT + DONE;
const MESSAGE = { role: "assistant", content: WORDS };
const BODY = JSON.stringify({
  ...choice({ message: MESSAGE, finish_reason: "stop" }),
  usage: USAGE,
});

const FRAMINGS: Framing[] = ["content-length", "chunked", "until-close"];
const THENS: Then[] = ["fin", "reset"];
const CUTS = FRAMINGS.flatMap((framing) => THENS.map((then): [Framing, Then] => [framing, then]));

/** Where in the bytes this text ends; the data of an event is whole without its blank line. */
function endOf(bytes: Buffer, text: string): number {
  const wanted = text.trimEnd();
  const at = bytes.indexOf(wanted);
  if (at < 0) throw new Error(`not in the answer: ${wanted}`);
  return at + Buffer.byteLength(wanted);
}

/** The endings of all, which are sound; nothing or something was charged for them as is right. */
async function endingsOf(outcomes: Outcome[]): Promise<string[]> {
  const records = await expectAllSound(house, outcomes);
  for (const { ending, chargedMicro, usageSource } of records) {
    if (ending === "upstream_failed") expect(chargedMicro).toBe(0);
    else expect(chargedMicro).toBeGreaterThan(0);
    if (usageSource === "reported") expect(chargedMicro).toBe(REPORTED_MICRO);
  }
  return records.map(({ ending }) => ending);
}

test.each(CUTS)("a whole answer, %s, %s", async (framing, then) => {
  const bytes = answerBytes(BODY, framing, { headers: CLOSING });
  const endings = await endingsOf(
    await forEach(bytes.length, (at) => ask(house, sends(bytes.subarray(0, at), then))),
  );
  const end = endOf(bytes, BODY);
  expect(new Set(endings.slice(0, end))).toEqual(new Set(["upstream_failed"]));
  expect(endings.at(-1)).toBe("completed");
});

/** From where on a cut stream passes as complete: after its finish reason nothing of it is missing. */
const mayComplete = (bytes: Buffer) => endOf(bytes, STOP);

describe("a stream", () => {
  test.each(CUTS)("%s, %s, at any byte", async (framing, then) => {
    const bytes = answerBytes(EVENTS, framing, { headers: { ...SSE_TYPE, ...CLOSING } });
    const endings = await endingsOf(
      await forEach(bytes.length, (at) => ask(house, sends(bytes.subarray(0, at), then), STREAM)),
    );
    const beforeFirst = endings.slice(0, endOf(bytes, HEAD));
    expect(new Set(beforeFirst)).toEqual(new Set(["upstream_failed"]));
    expect(endings.slice(0, mayComplete(bytes))).not.toContain("completed");
    expect(endings.at(-1)).toBe("completed");
  });

  test.each(CUTS)("%s, %s, at any byte after its first words", async (framing, then) => {
    const bytes = answerBytes(EVENTS, framing, { headers: { ...SSE_TYPE, ...CLOSING } });
    const headEnd = endOf(bytes, HEAD) + 2;
    const endings = await endingsOf(
      await forEach(bytes.length - headEnd, (length) => {
        const seen = Promise.withResolvers<void>();
        const [first, rest] = [bytes.subarray(0, headEnd), bytes.subarray(headEnd)];
        const answer = sendsGated(first, seen.promise, rest.subarray(0, length), then);
        return ask(house, answer, STREAM, (text) => text.includes(WORDS) && seen.resolve());
      }),
    );
    const early = endings.slice(0, mayComplete(bytes) - headEnd);
    expect(new Set(early)).toEqual(new Set(["upstream_interrupted"]));
    expect(endings.at(-1)).toBe("completed");
  });
});
