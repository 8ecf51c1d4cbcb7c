// Usage that no answer of the model can have had is not charged: an estimate is, and it says so.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { chunk, completion, DONE, usageChunk } from "../support/openai-wire.ts";
import { json, sse } from "../support/raw-upstream.ts";
import { event } from "../support/sse.ts";
import { CONTEXT, type House, lastEnded, OUTPUT_MAX, post, startHouse } from "./support.ts";

/** How far beyond the model's limits a report is still believed. */
const SLACK = 4;
const N = 2;

let house: House;
beforeAll(async () => {
  // Otherwise no report beyond the request's bytes would be believed.
  house = await startHouse({}, { addsInput: true });
});
afterAll(() => house.close());

interface Counts {
  prompt_tokens: number;
  completion_tokens: number;
}

interface Shown {
  usage?: Counts & { estimated?: boolean };
}

/** Asks for `n` answers, whole or streamed, from a provider that reports these counts. */
async function report(counts: Counts, stream: boolean, n = 1): Promise<Shown["usage"]> {
  const { upstream } = house;
  const usage = { ...counts, total_tokens: counts.prompt_tokens + counts.completion_tokens };
  upstream.answer(
    stream
      ? sse([
          event(chunk({ role: "assistant", content: "one two three" })),
          event(chunk({}, "stop")),
          event(usageChunk(usage)),
          DONE,
        ])
      : json(completion("one two three", { usage })),
  );
  const streaming = stream ? { stream, stream_options: { include_usage: true } } : {};
  const response = await post(house, { n, ...streaming });
  expect(response.status).toBe(200);
  const text = await response.text();
  const frames = [...text.matchAll(/^data: (\{.*)$/gm)].map(([, body]) => body ?? "");
  return (JSON.parse(frames.at(-1) ?? text) as Shown).usage;
}

const counts = (prompt_tokens: number, completion_tokens: number): Counts => ({
  prompt_tokens,
  completion_tokens,
});

type Row = [what: string, counts: Counts, n: number];

const BEYOND: Row[] = [
  ["30 times the context as input", counts(3_000_000, 12), 1],
  ["one input token too many", counts(SLACK * CONTEXT + 1, 12), 1],
  ["one output token too many", counts(9, SLACK * OUTPUT_MAX + 1), 1],
  ["one output token too many for 2 answers", counts(9, SLACK * N * OUTPUT_MAX + 1), N],
];
const INSIDE: Row[] = [
  ["the most input", counts(SLACK * CONTEXT, 12), 1],
  ["the most output", counts(9, SLACK * OUTPUT_MAX), 1],
  ["the most output of 2 answers", counts(9, SLACK * N * OUTPUT_MAX), N],
];
const bothWays = (rows: Row[]) =>
  rows.flatMap(([what, reported, n]): [string, string, Counts, number][] => [
    [what, "whole", reported, n],
    [what, "streamed", reported, n],
  ]);

test.each(bothWays(BEYOND))("%s, %s: an estimate is charged", async (_what, how, reported, n) => {
  const shown = await report(reported, how === "streamed", n);
  const ended = await lastEnded(house);
  expect(ended).toMatchObject({ ending: "completed", usageSource: "estimated" });
  const { promptTokens = 0, completionTokens = 0 } = ended.tokens ?? {};
  expect(completionTokens).toBe(3);
  expect(promptTokens).toBeWithin(1, 20);
  expect(ended.chargedMicro).toBe(promptTokens + completionTokens);
  expect(shown).toMatchObject({
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    estimated: true,
  });
});

test.each(bothWays(INSIDE))("%s, %s: is charged as reported", async (_what, how, reported, n) => {
  const shown = await report(reported, how === "streamed", n);
  expect(await lastEnded(house)).toMatchObject({
    ending: "completed",
    usageSource: "reported",
    chargedMicro: reported.prompt_tokens + reported.completion_tokens,
  });
  expect(shown).toMatchObject({ ...reported });
  expect(shown?.estimated).not.toBe(true);
});

test.each(["whole", "streamed"])(
  "%s: the input of a report whose output cannot be is kept",
  async (how) => {
    const input = 5_000;
    await report(counts(input, SLACK * OUTPUT_MAX + 1), how === "streamed");
    const ended = await lastEnded(house);
    expect(ended).toMatchObject({
      usageSource: "estimated",
      tokens: { promptTokens: input, completionTokens: 3 },
    });
    // An estimate never costs more than the hold.
    expect(ended.chargedMicro).toBe(Math.min(input + 3, ended.heldMicro));
  },
);
