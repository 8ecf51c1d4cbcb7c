// Token usage in every spelling that providers use.

import { describe, expect, test } from "bun:test";
import type { TokenUsage } from "../../../src/base/chat.ts";
import { answerOptions } from "../../../src/providers/openai/answer-options.ts";
import { CUSTOM, OPENROUTER } from "../../../src/providers/openai/provider-quirks.ts";
import { parseCompletion } from "../../../src/providers/openai/response.ts";
import { ChatStream } from "../../../src/providers/openai/stream.ts";
import { parseUsage, readUsage } from "../../../src/providers/openai/usage.ts";
import { MAX_TOKENS_PER_REQUEST } from "../../../src/providers/shared/token-counts.ts";
import { tokens } from "../../support/usage.ts";
import { callOf } from "../support.ts";

const plain = { hiddenOutputInTotal: false };
const hidden = { hiddenOutputInTotal: true };

const base = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };
const parsed = { promptTokens: 100, completionTokens: 20 };

describe("parseUsage", () => {
  test.each<[string, unknown, Partial<TokenUsage>]>([
    ["plain", base, parsed],
    ["without a total", { prompt_tokens: 100, completion_tokens: 20 }, parsed],
    ["zeros", { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }, {}],
    ["one part from the total", { prompt_tokens: 100, total_tokens: 120 }, parsed],
    [
      "OpenAI's details",
      {
        ...base,
        prompt_tokens_details: { cached_tokens: 40, cache_write_tokens: 10, audio_tokens: 5 },
        completion_tokens_details: {
          reasoning_tokens: 8,
          audio_tokens: 3,
          accepted_prediction_tokens: 2,
          rejected_prediction_tokens: 1,
        },
      },
      {
        ...parsed,
        cachedTokens: 40,
        cacheWriteTokens: 10,
        promptAudioTokens: 5,
        reasoningTokens: 8,
        completionAudioTokens: 3,
        acceptedPredictionTokens: 2,
        rejectedPredictionTokens: 1,
      },
    ],
    [
      "details that are null",
      {
        ...base,
        prompt_tokens_details: null,
        completion_tokens_details: { reasoning_tokens: null },
      },
      parsed,
    ],
    [
      "DeepSeek",
      { ...base, prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 36 },
      { ...parsed, cachedTokens: 64 },
    ],
    ["Mistral", { ...base, num_cached_tokens: 30 }, { ...parsed, cachedTokens: 30 }],
    [
      "an explicit zero before another spelling",
      { ...base, prompt_tokens_details: { cached_tokens: 0 }, num_cached_tokens: 30 },
      parsed,
    ],
    [
      "details above their totals",
      {
        ...base,
        prompt_tokens_details: { cached_tokens: 90, cache_write_tokens: 90, audio_tokens: 900 },
        completion_tokens_details: { reasoning_tokens: 21, audio_tokens: 22 },
      },
      {
        ...parsed,
        // Written input is the dearer: what cannot be both counts as that.
        cachedTokens: 10,
        cacheWriteTokens: 90,
        promptAudioTokens: 100,
        reasoningTokens: 20,
        completionAudioTokens: 20,
      },
    ],
    ["a total that says more, elsewhere", { ...base, total_tokens: 500 }, parsed],
    [
      "the most",
      { prompt_tokens: MAX_TOKENS_PER_REQUEST, completion_tokens: 0 },
      { promptTokens: MAX_TOKENS_PER_REQUEST },
    ],
  ])("reads %s", (_name, given, expected) => {
    expect(parseUsage(given, plain)).toEqual(tokens(expected));
  });

  test.each<[string, unknown, Partial<TokenUsage>]>([
    [
      "xAI: reasoning beside the output",
      {
        prompt_tokens: 10_120,
        completion_tokens: 1_499,
        total_tokens: 14_428,
        completion_tokens_details: { reasoning_tokens: 2_809 },
      },
      { promptTokens: 10_120, completionTokens: 4_308, reasoningTokens: 2_809 },
    ],
    [
      "Google: thoughts in the total only",
      { prompt_tokens: 20, completion_tokens: 198, total_tokens: 623 },
      { promptTokens: 20, completionTokens: 603, reasoningTokens: 405 },
    ],
    [
      "reasoning that is part of the output after all",
      { ...base, completion_tokens_details: { reasoning_tokens: 8 } },
      { ...parsed, reasoningTokens: 8 },
    ],
    [
      "no total, more reasoning than output",
      {
        prompt_tokens: 1,
        completion_tokens: 2,
        completion_tokens_details: { reasoning_tokens: 300 },
      },
      { promptTokens: 1, completionTokens: 302, reasoningTokens: 300 },
    ],
  ])("finds hidden output, %s", (_name, given, expected) => {
    expect(parseUsage(given, hidden)).toEqual(tokens(expected));
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a string", "12"],
    ["an empty object", {}],
    ["input only", { prompt_tokens: 5 }],
    ["a total only", { total_tokens: 5 }],
    ["a negative count", { ...base, completion_tokens: -1 }],
    ["a fraction", { ...base, prompt_tokens: 1.5 }],
    ["NaN", { ...base, prompt_tokens: Number.NaN }],
    ["infinity", { ...base, prompt_tokens: Number.POSITIVE_INFINITY }],
    ["digits in a string", { ...base, prompt_tokens: "100" }],
    ["too many", { ...base, prompt_tokens: MAX_TOKENS_PER_REQUEST + 1 }],
    ["a negative detail", { ...base, prompt_tokens_details: { cached_tokens: -1 } }],
    ["a total smaller than its part", { prompt_tokens: 9, total_tokens: 5 }],
  ])("refuses %s as a whole", (_name, given) => {
    expect(parseUsage(given, plain)).toBeNull();
  });
});

test("Groq's envelope is looked into too", () => {
  const read = (body: Record<string, unknown>) =>
    readUsage(body, { ...plain, reportsCost: false }, () => false)?.usage?.promptTokens;
  const [five, seven] = [5, 7].map((prompt_tokens) => ({ ...base, prompt_tokens }));
  expect(read({ usage: null, x_groq: { usage: five } })).toBe(5);
  expect(read({ usage: seven, x_groq: { usage: five } })).toBe(7);
  expect(read({ x_groq: { id: "x" } })).toBeUndefined();
});

describe("what only the total has", () => {
  test.each<[string, object, Partial<TokenUsage>]>([
    [
      "Google's endpoint",
      { prompt_tokens: 35, completion_tokens: 12, total_tokens: 109 },
      { promptTokens: 35, completionTokens: 74 },
    ],
    [
      "cached input that only the total has",
      {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 115,
        prompt_tokens_details: { cached_tokens: 100 },
      },
      { promptTokens: 110, cachedTokens: 100, completionTokens: 5 },
    ],
    [
      "cached and written input that only the total has",
      {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 165,
        prompt_tokens_details: { cached_tokens: 100, cache_write_tokens: 50 },
      },
      { promptTokens: 160, cachedTokens: 100, cacheWriteTokens: 50, completionTokens: 5 },
    ],
    [
      "the same in Anthropic's words",
      {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 165,
        cache_read_input_tokens: 100,
        cache_creation_input_tokens: 50,
      },
      { promptTokens: 160, cachedTokens: 100, cacheWriteTokens: 50, completionTokens: 5 },
    ],
    [
      "Anthropic's words for what is part of the prompt",
      {
        prompt_tokens: 160,
        completion_tokens: 5,
        total_tokens: 165,
        cache_read_input_tokens: 100,
        cache_creation_input_tokens: 50,
      },
      { promptTokens: 160, cachedTokens: 100, cacheWriteTokens: 50, completionTokens: 5 },
    ],
    [
      "a total that is too small",
      { prompt_tokens: 10, completion_tokens: 5, total_tokens: 0 },
      { promptTokens: 10, completionTokens: 5 },
    ],
  ])("%s", (_name, given, expected) => {
    expect(parseUsage(given, CUSTOM)).toMatchObject(expected);
  });
});

test("input that is written and read counts as written", () => {
  const details = { cached_tokens: 2_161, cache_write_tokens: 2_161 };
  const given = { prompt_tokens: 2_168, completion_tokens: 9, prompt_tokens_details: details };
  expect(parseUsage(given, plain)).toMatchObject({ cachedTokens: 7, cacheWriteTokens: 2_161 });
  expect(parseUsage(given, plain, () => true)).toMatchObject({
    cachedTokens: 7,
    cacheWriteTokens: 0,
    cacheWrite1hTokens: 2_161,
  });
});

describe("what OpenRouter says that a call cost", () => {
  const cost = (usage: object, quirks = OPENROUTER) =>
    readUsage({ usage: { ...base, ...usage } }, quirks, () => false)?.reportedCostMicro ?? null;

  test.each<[string, object, number | null]>([
    ["rounded up", { cost: 0.00216775 }, 2_168],
    ["in whole micro-dollars", { cost: 1.1 }, 1_100_000],
    ["a small one", { cost: 0.0000001 }, 1],
    ["nothing", { cost: 0 }, 0],
    [
      "with OpenRouter's own key",
      { cost: 0.01, is_byok: false, cost_details: { upstream_inference_cost: 0.01 } },
      10_000,
    ],
    [
      "with the operator's key at the host",
      { cost: 0.0005, is_byok: true, cost_details: { upstream_inference_cost: 0.01 } },
      10_500,
    ],
    [
      "the same, in older reports",
      { cost: 0.95, cost_details: { upstream_inference_cost: 19 } },
      19_950_000,
    ],
    [
      "the same, free of fees",
      { cost: 0, is_byok: true, cost_details: { upstream_inference_cost: 1 } },
      1_000_000,
    ],
    [
      "details that are none",
      { cost: 0.01, cost_details: { upstream_inference_cost: null } },
      10_000,
    ],
    ["no figure", {}, null],
    ["text", { cost: "0.01" }, null],
    ["a negative one", { cost: -1 }, null],
  ])("%s", (_name, usage, expected) => {
    expect(cost(usage)).toBe(expected);
  });

  test("counts at no other provider", () => {
    expect(cost({ cost: 1 }, CUSTOM)).toBeNull();
  });

  test("stands beside the answer, whole and streamed", () => {
    const options = answerOptions(callOf(), OPENROUTER);
    const reported = { ...base, cost: 0.5 };
    const fields = { index: 0, finish_reason: "stop" };
    const whole = { choices: [{ ...fields, message: { content: "x" } }], usage: reported };
    expect(parseCompletion(JSON.stringify(whole), options).reportedCostMicro).toBe(500_000);
    const data = JSON.stringify({ choices: [], usage: reported });
    const [piece] = new ChatStream(options).read({ name: "", data });
    expect([piece?.reportedCostMicro, piece?.usage?.promptTokens]).toEqual([500_000, 100]);
  });
});
