// However an answer is cut into pieces on its way, it arrives whole, with its usage.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { ChatCompletion } from "../../src/base/chat.ts";
import { readWire, textOf } from "../chat/stream-support.ts";
import { chunk, completion, streamOf, USAGE } from "../support/openai-wire.ts";
import { event } from "../support/sse.ts";
import { ask, type FaultHouse, forEach, type Outcome, STREAM, startFaultHouse } from "./house.ts";
import { expectAllSound, expectSound } from "./support.ts";
import { answerBytes, CLOSING, SSE_TYPE, sends, trickles } from "./wire.ts";

const WORDS = "é😀漢\u2028x";
const CHARGED = {
  ending: "completed",
  usageSource: "reported",
  chargedMicro: USAGE.prompt_tokens + USAGE.completion_tokens,
};

let house: FaultHouse;
beforeAll(async () => {
  house = await startFaultHouse();
});
afterAll(() => house.close());

function contentOf({ stream, text }: Outcome): string {
  if (stream) return textOf(readWire(text));
  return (JSON.parse(text) as ChatCompletion).choices[0]?.message.content ?? "";
}

const WHOLE = JSON.stringify(completion(WORDS));
const EVENTS = streamOf(WORDS).join("");
const ANSWERS: [string, Buffer, boolean][] = [
  [
    "a whole answer, content-length",
    answerBytes(WHOLE, "content-length", { headers: CLOSING }),
    false,
  ],
  ["a whole answer, chunked", answerBytes(WHOLE, "chunked", { headers: CLOSING }), false],
  [
    "a stream, chunked",
    answerBytes(EVENTS, "chunked", { headers: { ...SSE_TYPE, ...CLOSING } }),
    true,
  ],
  ["a stream, until-close", answerBytes(EVENTS, "until-close", { headers: SSE_TYPE }), true],
  [
    "a stream with CRLF",
    answerBytes(EVENTS.replaceAll("\n", "\r\n"), "chunked", {
      headers: { ...SSE_TYPE, ...CLOSING },
    }),
    true,
  ],
];

test.each(ANSWERS)("%s, in two writes cut at any byte", async (_name, bytes, stream) => {
  const outcomes = await forEach(bytes.length, (at) =>
    ask(house, trickles([bytes.subarray(0, at), bytes.subarray(at)], "fin"), { stream }),
  );
  for (const record of await expectAllSound(house, outcomes)) expect(record).toMatchObject(CHARGED);
  for (const outcome of outcomes) expect(contentOf(outcome)).toBe(WORDS);
});

test.each(ANSWERS)("%s, a byte a write", async (_name, bytes, stream) => {
  const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
  const outcome = await ask(house, trickles(single, "fin"), { stream });
  expect(await expectSound(house, outcome)).toMatchObject(CHARGED);
  expect(contentOf(outcome)).toBe(WORDS);
});

describe("many events", () => {
  const COUNT = 5_000;
  const words = Array.from({ length: COUNT }, (_, n) => `${n} `);

  test("in one write", async () => {
    const bytes = answerBytes(streamOf(...words).join(""), "chunked", {
      headers: { ...SSE_TYPE, ...CLOSING },
    });
    const outcome = await ask(house, sends(bytes, "fin"), STREAM);
    expect(await expectSound(house, outcome)).toMatchObject(CHARGED);
    expect(contentOf(outcome)).toBe(words.join(""));
  });

  test("of which one comes in a thousand writes", async () => {
    const long = event(chunk({ role: "assistant", content: words.join("") }));
    const pieces = long.match(/.{1,20}|\n/gs) ?? [];
    const rest = streamOf("end").join("");
    const head = answerBytes("", "until-close", { headers: SSE_TYPE });
    const outcome = await ask(house, trickles([head, ...pieces, rest], "fin"), STREAM);
    expect(pieces.length).toBeGreaterThan(900);
    expect(await expectSound(house, outcome)).toMatchObject(CHARGED);
    expect(contentOf(outcome)).toBe(`${words.join("")}end`);
  });
});
