// Estimates: close to the truth for ordinary text, and never able to stall the server.
import { describe, expect, test } from "bun:test";
import { completeUsage, estimateUsage, plainUsage } from "../../src/gateway/estimate.ts";
import { countTokens } from "../support/tokens.ts";

/** All of a text. */
const said = (text: string) => ({ kept: text, chars: text.length, showsReasoning: false });
const ask = (content: string) => ({ model: "m", messages: [{ role: "user" as const, content }] });

describe("an estimate", () => {
  test("of ordinary text is what the tokenizer says", async () => {
    const usage = await estimateUsage(
      countTokens,
      ask("Hello, how are you today?"),
      said("I am well, thank you!"),
    );
    // 7 tokens of text and 4 of the message's frame.
    expect(usage).toMatchObject({ promptTokens: 7 + 4, completionTokens: 7 });
  });

  test("of nothing is nothing", async () => {
    expect((await estimateUsage(countTokens, ask(""), said(""))).completionTokens).toBe(0);
  });

  test("takes what looks like a control token as text", async () => {
    const { completionTokens } = await estimateUsage(countTokens, ask("x"), said("<|endoftext|>"));
    expect(completionTokens).toBeGreaterThan(1);
  });

  test("counts images and tools", async () => {
    const image = { type: "image_url" as const, image_url: { url: "data:image/png;base64,AAAA" } };
    const request = {
      ...ask(""),
      messages: [{ role: "user" as const, content: [image] }],
      tools: [{ type: "function", function: { name: "look_up_the_weather" } }],
    };
    expect((await estimateUsage(countTokens, request, said(""))).promptTokens).toBeGreaterThan(
      765 + 10,
    );
  });

  test("counts speech and files by their length", async () => {
    const estimateOf = async (part: object) => {
      const messages = [{ role: "user" as const, content: [part] }];
      const request = { ...ask(""), messages } as unknown as ReturnType<typeof ask>;
      return (await estimateUsage(countTokens, request, said(""))).promptTokens;
    };
    const data = "A".repeat(100_000);
    const speech = { type: "input_audio", input_audio: { data, format: "mp3" } };
    const file = { type: "file", file: { file_data: data, filename: "a.pdf" } };
    expect(await estimateOf(speech)).toBeWithin(100, 120);
    expect(await estimateOf(file)).toBeWithin(3_000, 3_200);
    expect(await estimateOf({ type: "file", file: { file_id: "file-1" } })).toBeLessThan(20);
  });

  test("of one letter 100,000 times is counted in pieces, a few tokens too many", async () => {
    const { completionTokens } = await estimateUsage(
      countTokens,
      ask("x"),
      said("a".repeat(100_000)),
    );
    expect(completionTokens).toBeWithin(10_000, 30_000);
  });

  test("of a text beyond the counting limit is carried on from its start", async () => {
    const sentence = "The quick brown fox jumps over the lazy dog. ";
    const text = sentence.repeat(60_000);
    const { completionTokens } = await estimateUsage(countTokens, ask("x"), said(text));
    const perSentence = completionTokens / 60_000;
    expect(perSentence).toBeGreaterThan(9);
    expect(perSentence).toBeLessThan(11);
  }, 20_000);
});

describe("an early report that is completed from the text", () => {
  const early = { ...plainUsage(10, 1001), reasoningTokens: 1000 };

  test("keeps thinking that is not shown, and adds what is", async () => {
    const usage = await completeUsage(countTokens, ask("x"), early, said("I am well, thank you!"));
    expect(usage).toMatchObject({ promptTokens: 10, completionTokens: 1007 });
  });

  test("does not count thinking twice when the text shows it", async () => {
    const shown = { ...said("I am well, thank you!"), showsReasoning: true };
    expect((await completeUsage(countTokens, ask("x"), early, shown)).completionTokens).toBe(1001);
  });
});
