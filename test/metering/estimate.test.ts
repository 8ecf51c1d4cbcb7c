// Estimates: close to the truth for ordinary text, and never able to stall the server.
import { describe, expect, test } from "bun:test";
import type { ChatRequest } from "../../src/base/chat.ts";
import {
  estimateInput,
  estimateOutput,
  type ModelOfEstimate,
  NO_OUTPUT,
} from "../../src/metering/estimate.ts";
import { inputTokensBound } from "../../src/metering/input-bound.ts";
import { Producing } from "../../src/metering/produced.ts";
import { COUNTED_CHARS } from "../../src/metering/tokens/counter.ts";
import { countTokens } from "../support/tokens.ts";

const GPT_4O: ModelOfEstimate = {
  upstreamModel: "gpt-4o",
  facts: { imageTokensMax: 1_445, contextWindow: 128_000 },
};
const ask = (content: unknown, more: object = {}): ChatRequest =>
  ({ model: "m", messages: [{ role: "user", content }], ...more }) as ChatRequest;

/** The input's tokens. */
const read = async (request: ChatRequest, model = GPT_4O) =>
  (await estimateInput(countTokens, request, model)).promptTokens;

/** What these deltas or messages amount to. */
function produced(...parts: unknown[]) {
  const producing = new Producing();
  for (const part of parts) producing.add(part);
  return producing.all();
}

/** The output's tokens. */
const wrote = async (...parts: unknown[]) =>
  (await estimateOutput(countTokens, ask("x"), produced(...parts))).completionTokens;

describe("an estimate", () => {
  test("of many megabytes joins no more than it counts, and takes the rest to be alike", async () => {
    const given: string[] = [];
    const count = (text: string) => {
      given.push(text);
      return Promise.resolve(text.length / 4);
    };
    const messages = Array.from({ length: 25 }, () => ({
      role: "user",
      content: "word ".repeat(200_000),
    }));
    const request = { model: "m", messages } as ChatRequest;
    const { promptTokens } = await estimateInput(count, request, GPT_4O);
    const chars = 25 * 1_000_000 + 24;
    expect(given.map(({ length }) => length)).toEqual([COUNTED_CHARS]);
    expect(given[0]?.slice(999_995, 1_000_006)).toBe("word \nword ");
    expect(promptTokens).toBe(Math.ceil(chars / 4) + 25 * 4);
  });

  test("counts long texts within calls and thoughts as much as short ones", async () => {
    const long = "word ".repeat(4_000);
    const thought = { type: "reasoning.text", text: long };
    const call = { id: "c", type: "function", function: { name: "f", arguments: long } };
    const said = (more: object) =>
      ({ model: "m", messages: [{ role: "assistant", content: "a", ...more }] }) as ChatRequest;
    for (const more of [{ tool_calls: [call, call] }, { reasoning_details: [thought, thought] }]) {
      const tokens = await read(said(more));
      expect(tokens).toBeGreaterThan(8_000);
      expect(tokens).toBeLessThan(8_100);
    }
  });

  test("of ordinary text is what the tokenizer says", async () => {
    // 7 tokens of text and 4 of the message's frame.
    expect(await read(ask("Hello, how are you today?"))).toBe(7 + 4);
    expect(await wrote({ content: "I am well, thank you!" })).toBe(7);
  });

  test("of nothing is nothing", async () => {
    expect(await wrote({ content: "" })).toBe(0);
  });

  test("takes what looks like a control token as text", async () => {
    expect(await wrote({ content: "<|endoftext|>" })).toBeGreaterThan(1);
  });

  test("of one letter 100,000 times is counted in pieces, a few tokens too many", async () => {
    expect(await wrote({ content: "a".repeat(100_000) })).toBeWithin(10_000, 30_000);
  });

  test("of a text beyond the counting limit is carried on from its start", async () => {
    const sentence = "The quick brown fox jumps over the lazy dog. ";
    const text = sentence.repeat(60_000);
    const completionTokens = await wrote({ content: text });
    const perSentence = completionTokens / 60_000;
    expect(perSentence).toBeGreaterThan(9);
    expect(perSentence).toBeLessThan(11);
  }, 20_000);
});

const PROSE = "The quick brown fox jumps over the lazy dog. ".repeat(40);
const PROSE_TOKENS = 401;

describe("every text that goes upstream counts, wherever it stands:", () => {
  const said = (message: object) => ask("", { messages: [message] });
  const rows: [string, ChatRequest][] = [
    ["content", ask(PROSE)],
    ["a part", ask([{ type: "text", text: PROSE }])],
    ["an assistant's refusal", said({ role: "assistant", refusal: PROSE })],
    [
      "a part that refuses",
      said({ role: "assistant", content: [{ type: "refusal", refusal: PROSE }] }),
    ],
    ["thinking", said({ role: "assistant", reasoning_content: PROSE })],
    ["a name", said({ role: "user", content: "", name: PROSE })],
    ["a call of old", said({ role: "assistant", function_call: { name: "f", arguments: PROSE } })],
    [
      "a call",
      said({
        role: "assistant",
        tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: PROSE } }],
      }),
    ],
    ["a call's result", said({ role: "tool", tool_call_id: "c", content: PROSE })],
    ["an unknown field of a message", said({ role: "user", content: "", more: { deep: PROSE } })],
    ["an unknown field of a part", ask([{ type: "text", text: "", more: PROSE }])],
    ["a part of an unknown type", ask([{ type: "document", document: { text: PROSE } }])],
    [
      "a tool",
      ask("", { tools: [{ type: "function", function: { name: "f", description: PROSE } }] }),
    ],
    ["a function", ask("", { functions: [{ name: "f", description: PROSE }] })],
    ["a prediction", ask("", { prediction: { type: "content", content: PROSE } })],
    [
      "a schema",
      ask("", {
        response_format: { type: "json_schema", json_schema: { name: "s", description: PROSE } },
      }),
    ],
    ["an unknown field", ask("", { documents: [{ text: PROSE }] })],
  ];
  test.each(rows)("%s", async (_where, request) => {
    expect(await read(request)).toBeWithin(PROSE_TOKENS, PROSE_TOKENS + 60);
  });

  test("the same thinking in several fields counts once", async () => {
    const thinking = { reasoning_content: PROSE, reasoning: PROSE };
    expect(await read(said({ role: "assistant", ...thinking }))).toBeLessThan(PROSE_TOKENS + 20);
  });

  test("a prompt of 400 kB in functions[].description counts like one in content", async () => {
    const text = PROSE.repeat(220);
    const [hidden, open] = await Promise.all([
      read(ask("hi", { functions: [{ name: "f", description: text }] })),
      read(ask(text)),
    ]);
    expect(Math.abs(hidden - open)).toBeLessThan(open / 100);
    expect(hidden).toBeGreaterThan(80_000);
  });
});

describe("media are counted by what they cost at their model:", () => {
  const picture = (detail?: string) => ({
    type: "image_url",
    image_url: { url: "data:image/png;base64,AAAA", ...(detail === undefined ? {} : { detail }) },
  });
  const mini: ModelOfEstimate = { ...GPT_4O, facts: { ...GPT_4O.facts, imageTokensMax: 48_169 } };
  mini.upstreamModel = "gpt-4o-mini";
  const claude: ModelOfEstimate = { ...GPT_4O, upstreamModel: "claude-sonnet-4-5" };

  test.each([
    ["a picture at gpt-4o", GPT_4O, "high", 1_445],
    ["in low detail", GPT_4O, "low", 85],
    ["at gpt-4o-mini, of which a provider reports 25,521", mini, "high", 48_169],
    ["in low detail there", mini, "low", 2_834],
    ["at a model that knows no detail", claude, "low", 1_445],
  ] as const)("%s", async (_what, model, detail, tokens) => {
    expect(await read(ask([picture(detail)]), model)).toBe(tokens + 4);
  });

  test("speech and files by their length, and speech at its own rate", async () => {
    const data = "A".repeat(100_000);
    const speech = ask([{ type: "input_audio", input_audio: { data, format: "mp3" } }]);
    expect(await estimateInput(countTokens, speech, GPT_4O)).toMatchObject({
      promptTokens: 104,
      promptAudioTokens: 100,
    });
    expect(await read(ask([{ type: "file", file: { file_data: data } }]))).toBe(3_125 + 4);
  });

  test.each([
    ["a file", (url: string) => ({ type: "file", file: { file_data: url, filename: "a.txt" } })],
    ["in a picture's place", (url: string) => ({ type: "image_url", image_url: { url } })],
  ])("%s of text counts as text, in the estimate and in the bound", async (_where, part) => {
    const types = ["text/plain", "TEXT/x-markdown; charset=utf-8", "application/json"];
    for (const type of types) {
      const request = ask([part(`data:${type};base64,${btoa(PROSE)}`)]);
      expect(await read(request)).toBeWithin(PROSE_TOKENS, PROSE_TOKENS + 10);
      expect(inputTokensBound(request, 2 * PROSE.length, GPT_4O.facts as never, 0)).toBe(
        2 * PROSE.length,
      );
    }
    expect(await read(ask([part(`data:text/csv,${PROSE}`)]))).toBeWithin(
      PROSE_TOKENS,
      PROSE_TOKENS + 10,
    );
  });

  test.each([
    ["a file by its id", { type: "file", file: { file_id: "file-1" } }, 16_384],
    ["a film by its URL", { type: "video_url", video_url: { url: "https://x.example/v" } }, 32_768],
  ])("%s, which has no length here: as one of usual length", async (_what, part, tokens) => {
    expect(await read(ask([part]))).toBe(tokens + 4);
    const small = { ...GPT_4O, facts: { ...GPT_4O.facts, contextWindow: 1_000 } };
    expect(await read(ask([part]), small)).toBe(1_000 + 4);
  });
});

describe("all that is delivered counts, in whatever field:", () => {
  const rows: [string, object][] = [
    ["content", { role: "assistant", content: PROSE }],
    ["a refusal", { refusal: PROSE }],
    ["thinking", { reasoning_content: PROSE }],
    ["thinking in its other spelling", { reasoning: PROSE }],
    ["thinking in details alone", { reasoning_details: [{ type: "reasoning.text", text: PROSE }] }],
    [
      "thinking in all three",
      { reasoning: PROSE, reasoning_content: PROSE, reasoning_details: [{ text: PROSE }] },
    ],
    ["a call", { tool_calls: [{ index: 0, id: "c", function: { name: "f", arguments: PROSE } }] }],
    [
      "a custom call",
      { tool_calls: [{ type: "custom", function: null, custom: { input: PROSE } }] },
    ],
    ["a call of old", { function_call: { name: "f", arguments: PROSE } }],
    ["a transcript", { audio: { id: "a", transcript: PROSE } }],
    ["parts", { content: [{ type: "text", text: PROSE }] }],
  ];
  test.each(rows)("%s, as text", async (_where, part) => {
    expect(await wrote(part)).toBeWithin(PROSE_TOKENS, PROSE_TOKENS + 4);
  });

  const bytes: [string, object][] = [
    ["an unknown field", { more: { text: PROSE } }],
    ["annotations", { annotations: [{ type: "url_citation", title: PROSE }] }],
    ["hidden thinking", { reasoning_details: [{ type: "reasoning.encrypted", data: PROSE }] }],
    ["an unknown field of a call", { tool_calls: [{ index: 0, extra: PROSE }] }],
    ["calls that are a string", { tool_calls: PROSE }],
  ];
  test.each(bytes)("%s, by its bytes", async (_where, part) => {
    expect(await wrote(part)).toBeWithin(PROSE.length / 4, PROSE.length / 4 + 20);
  });

  const answer = (choice: object, more: object = {}) => ({
    ...{ id: "a", object: "chat.completion", created: 1, model: "m", ...more },
    choices: [{ index: 0, finish_reason: null, ...choice }],
  });
  async function besides(said: "delta" | "message", ...answers: object[]): Promise<number> {
    const producing = new Producing();
    for (const one of answers) producing.addBeside(one, said);
    expect(producing.size()).toBe(0);
    return (await estimateOutput(countTokens, ask("x"), producing.all())).completionTokens;
  }

  test.each<[string, object]>([
    ["an unknown field of a choice", answer({ delta: {}, text: PROSE })],
    ["a message in a chunk", answer({ message: { content: PROSE } })],
    ["an unknown field of a chunk", answer({ delta: {} }, { citations: [PROSE] })],
  ])("%s, by its bytes, once where it comes again", async (_where, chunk) => {
    const once = await besides("delta", chunk, chunk, structuredClone(chunk));
    expect(once).toBeWithin(PROSE.length / 4, PROSE.length / 4 + 20);
    const other = JSON.parse(JSON.stringify(chunk).replace(PROSE, `${PROSE} again`));
    expect(await besides("delta", chunk, other)).toBeGreaterThan(2 * once - 1);
  });

  test("what an answer is known to have beside its words is no more of them", async () => {
    const frame = { system_fingerprint: "fp", service_tier: "default", usage: { n: 1 } };
    const choice = { logprobs: { content: [PROSE] }, content_filter_results: { hate: {} } };
    expect(await besides("delta", answer({ ...choice, delta: { content: PROSE } }, frame))).toBe(0);
    expect(await besides("message", answer({ message: { content: PROSE } }))).toBe(0);
  });

  test("200 pieces of a call of old come to what they are as content", async () => {
    const words = "fourteen tokens of text that a function is to be called with, more or less ";
    const calls = Array.from({ length: 200 }, () => ({ function_call: { arguments: words } }));
    const contents = Array.from({ length: 200 }, () => ({ content: words }));
    expect(await wrote(...calls)).toBe(await wrote(...contents));
    expect(await wrote(...calls)).toBeGreaterThan(2_800);
  });

  test("speech, by its length and at its own rate; pictures, each", async () => {
    const data = "A".repeat(64_000);
    const request = ask("x", { audio: { format: "pcm16", voice: "alloy" } });
    const spoken = produced({ audio: { data } }, { audio: { data } });
    expect(await estimateOutput(countTokens, request, spoken)).toMatchObject({
      completionTokens: 40,
      completionAudioTokens: 40,
    });
    const picture = { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } };
    expect(await wrote({ images: [picture, picture] })).toBe(2 * 1_290);
  });

  test("nothing odd stops the count", async () => {
    for (const odd of [null, undefined, 7, true, "text", [], [null]]) {
      for (const part of [odd, { tool_calls: odd }, { tool_calls: [odd] }, { audio: odd }]) {
        expect(await wrote(part)).toBeLessThan(10);
      }
    }
    for (const odd of [null, 7, "x", [], {}]) {
      const call = { function: odd, custom: odd, index: odd, id: odd };
      expect(await wrote({ tool_calls: [call], function_call: odd, images: odd })).toBeFinite();
    }
  });
});

describe("an early report that is completed from the text", () => {
  const early = { ...NO_OUTPUT, completionTokens: 1001, reasoningTokens: 1000 };
  const words = { content: "I am well, thank you!" };

  test("keeps thinking that is not shown, and adds what is", async () => {
    const usage = await estimateOutput(countTokens, ask("x"), produced(words), early);
    expect(usage).toMatchObject({ completionTokens: 1007, reasoningTokens: 1000 });
  });

  test("does not count thinking twice when the text shows it", async () => {
    const shown = produced(words, { reasoning_content: "hm" });
    const { completionTokens } = await estimateOutput(countTokens, ask("x"), shown, early);
    expect(completionTokens).toBe(1001);
  });
});
