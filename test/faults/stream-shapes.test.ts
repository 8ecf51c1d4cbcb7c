// Streams that say too much, too little or the wrong thing: what they end as, and what they cost.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readWire, textOf } from "../chat/stream-support.ts";
import { chunk, completion, DONE, USAGE, usageChunk } from "../support/openai-wire.ts";
import { json, sse } from "../support/raw-upstream.ts";
import { event } from "../support/sse.ts";
import { ask, type FaultHouse, STREAM, startFaultHouse } from "./house.ts";
import { expectSound } from "./support.ts";

let house: FaultHouse;
beforeAll(async () => {
  house = await startFaultHouse();
});
afterAll(() => house.close());

const WORDS = event(chunk({ role: "assistant", content: "one two three" }));
const MORE = event(chunk({ content: " four five six" }));
const STOP = event(chunk({}, "stop"));
const REPORT = event(usageChunk());
const REPORTED_MICRO = USAGE.prompt_tokens + USAGE.completion_tokens;
const usage = (prompt_tokens: number, completion_tokens: number) => ({
  prompt_tokens,
  completion_tokens,
  total_tokens: prompt_tokens + completion_tokens,
});

describe("complete, charged as reported", () => {
  const ROWS: [string, string[]][] = [
    ["[DONE] twice", [WORDS, STOP, REPORT, DONE, DONE]],
    ["words after [DONE]", [WORDS, STOP, REPORT, DONE, MORE]],
    ["an error after [DONE]", [WORDS, STOP, REPORT, DONE, event({ error: { message: "late" } })]],
    ["other usage after [DONE]", [WORDS, STOP, REPORT, DONE, event(usageChunk(usage(5000, 900)))]],
    ["usage twice, the same", [WORDS, STOP, REPORT, REPORT, DONE]],
    [
      "usage in every chunk, growing",
      [
        event(chunk({ content: "one" }, null, { usage: usage(9, 1) })),
        event(chunk({ content: " two" }, null, { usage: usage(9, 6) })),
        event(chunk({ content: " three" }, "stop", { usage: usage(9, 12) })),
        DONE,
      ],
    ],
    [
      "usage that shrinks: the most counts",
      [WORDS, STOP, REPORT, event(usageChunk(usage(5, 3))), event(usageChunk(usage(0, 0))), DONE],
    ],
    [
      "chunks without choices first",
      [event(chunk({}, null, { choices: [] })), WORDS, STOP, REPORT, DONE],
    ],
    [
      "usage, then a chunk that says nothing",
      [WORDS, STOP, REPORT, event(chunk({}, null, { choices: [] })), DONE],
    ],
    ["no [DONE]", [WORDS, STOP, REPORT]],
    ["no finish reason, but [DONE]", [WORDS, REPORT, DONE]],
    ["empty events in between", [WORDS, "data:\n\n", "data: \n\n", "\n\n\n", STOP, REPORT, DONE]],
    [
      "a [DONE] in an event with a name",
      [WORDS, STOP, REPORT, "event: end\nid: 9\nretry: 1\ndata: [DONE]\n\n"],
    ],
  ];
  test.each(ROWS)("%s", async (_name, events) => {
    const outcome = await ask(house, sse(events), STREAM);
    const record = await expectSound(house, outcome);
    expect(record).toMatchObject({
      ending: "completed",
      usageSource: "reported",
      chargedMicro: REPORTED_MICRO,
    });
    expect(textOf(readWire(outcome.text))).toBe("one two three");
  });
});

test("words after the last usage are not free", async () => {
  const outcome = await ask(house, sse([WORDS, REPORT, MORE, STOP, DONE]), STREAM);
  const record = await expectSound(house, outcome);
  expect(record).toMatchObject({ ending: "completed", usageSource: "estimated" });
  const { promptTokens, completionTokens } = record.usage ?? {};
  expect(promptTokens).toBe(USAGE.prompt_tokens);
  expect(completionTokens).toBeGreaterThanOrEqual(USAGE.completion_tokens);
});

test("no usage at all is estimated from the words", async () => {
  const outcome = await ask(house, sse([WORDS, MORE, STOP, DONE]), STREAM);
  const record = await expectSound(house, outcome);
  expect(record).toMatchObject({ ending: "completed", usageSource: "estimated" });
  expect(record.usage).toMatchObject({ completionTokens: 6 });
});

describe("errors", () => {
  const OVERLOADED = { error: { message: "Full.", type: "server_error", code: "overloaded" } };
  const FIRST: [string, object][] = [
    ["an error as the first event", sse([event(OVERLOADED)])],
    ["an error under status 200", json(OVERLOADED)],
  ];
  test.each(FIRST)("%s has a real status and costs nothing", async (_name, answer) => {
    const outcome = await ask(house, answer as ReturnType<typeof sse>, STREAM);
    expect(outcome.status).toBe(503);
    expect(await expectSound(house, outcome)).toMatchObject({
      ending: "upstream_failed",
      errorCode: "overloaded",
      usageSource: "none",
      chargedMicro: 0,
    });
  });

  test("an error in a whole answer under status 200 likewise", async () => {
    const outcome = await ask(house, json({ ...completion("Hello!"), ...OVERLOADED }));
    expect(outcome.status).toBe(503);
    expect(await expectSound(house, outcome)).toMatchObject({ chargedMicro: 0 });
  });

  const BROKEN: [string, string[]][] = [
    ["an error", [event(OVERLOADED)]],
    ["an error after the finish reason", [STOP, event(OVERLOADED), DONE]],
    ["an error beside words", [event({ ...chunk({ content: " four" }), ...OVERLOADED }), DONE]],
    ["choices that are no objects", [event({ ...chunk({}), choices: ["x"] }), DONE]],
    ["an event that is an array", [event([1]), DONE]],
    ["an event that is a number", [event(7), DONE]],
    ["an event that is half JSON", ['data: {"choices":[{"ind\n\n', DONE]],
    [
      "more choices than anybody asked for",
      [
        event({
          ...chunk({}),
          choices: Array.from({ length: 100_000 }, (_, index) => ({ index, delta: {} })),
        }),
        DONE,
      ],
    ],
  ];
  test.each(BROKEN)("%s in the middle breaks the stream off", async (_name, events) => {
    const outcome = await ask(house, sse([WORDS, ...events]), STREAM);
    const record = await expectSound(house, outcome);
    expect(record).toMatchObject({ ending: "upstream_interrupted", usageSource: "estimated" });
    expect(record.usage).toMatchObject({ completionTokens: 3 });
    expect(textOf(readWire(outcome.text))).toBe("one two three");
  });
});

test.each([false, true])("a provider that is not there is a 502, stream: %p", async (stream) => {
  const gone = await startFaultHouse();
  try {
    await gone.upstream.close();
    const outcome = await ask(gone, sse([]), { stream });
    expect(outcome.status).toBe(502);
    expect(await expectSound(gone, outcome, "none")).toMatchObject({
      ending: "upstream_failed",
      chargedMicro: 0,
    });
  } finally {
    await gone.server.close();
  }
});
