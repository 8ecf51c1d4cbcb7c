// Usage that a provider reports before its words does not make the words free, however the stream
// is broken off; usage that it reports after them is the whole truth.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { chunk, USAGE, usageChunk } from "../support/openai-wire.ts";
import { event } from "../support/sse.ts";
import { cutAfter, type House, lastEnded, leaveAfter, startHouse } from "./support.ts";

const WORDS = event(chunk({ content: "one two three" }));

let house: House;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house.close());

/** The first chunk of a stream, with these counts as its usage. */
const opening = (prompt_tokens: number, completion_tokens: number): string =>
  event(
    chunk({ role: "assistant", content: "" }, null, {
      usage: { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
    }),
  );

const BREAKS: [string, typeof cutAfter, string][] = [
  ["the client leaves", leaveAfter, "client_left"],
  ["the provider is cut", cutAfter, "upstream_interrupted"],
];
const EARLY: [string, string, number][] = [
  ["0 and 0", opening(0, 0), 0],
  ["9 and 0", opening(9, 0), 9],
  ["9 and 1", opening(9, 1), 9],
];
const ROWS = EARLY.flatMap(([counts, first, prompt]) =>
  BREAKS.map(([name, end, ending]) => ({ counts, first, prompt, name, end, ending })),
);

test.each(ROWS)("$counts tokens reported before the words, then $name", async (row) => {
  await row.end(house, row.first + WORDS, "one two three");
  const ended = await lastEnded(house);
  expect(ended).toMatchObject({ ending: row.ending, usageSource: "estimated" });
  expect(ended.tokens?.completionTokens).toBe(3);
  // A report of no input at all is no report.
  expect(ended.tokens?.promptTokens).toBeGreaterThanOrEqual(Math.max(row.prompt, 1));
  expect(ended.chargedMicro).toBeGreaterThanOrEqual(row.prompt + 3);
});

test.each(BREAKS)("usage reported after the last word, then %s", async (_name, end, ending) => {
  await end(house, opening(0, 0) + WORDS + event(usageChunk()), "one two three");
  expect(await lastEnded(house)).toMatchObject({
    ending,
    usageSource: "reported",
    chargedMicro: USAGE.prompt_tokens + USAGE.completion_tokens,
  });
});
