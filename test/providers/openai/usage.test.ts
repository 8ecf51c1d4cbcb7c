// Token usage in every spelling that providers use.
import { describe, expect, test } from "bun:test";
import type { TokenUsage } from "../../../src/base/chat.ts";
import { findUsage, parseUsage } from "../../../src/providers/openai/usage.ts";
import { MAX_TOKENS_PER_REQUEST } from "../../../src/providers/shared/token-counts.ts";

const plain = { hiddenOutputInTotal: false };
const hidden = { hiddenOutputInTotal: true };

function usage(parts: Partial<TokenUsage>): TokenUsage {
  return {
    promptTokens: 0,
    completionTokens: 0,
    cachedTokens: 0,
    cacheWriteTokens: 0,
    cacheWrite1hTokens: 0,
    promptAudioTokens: 0,
    completionAudioTokens: 0,
    reasoningTokens: 0,
    acceptedPredictionTokens: 0,
    rejectedPredictionTokens: 0,
    ...parts,
  };
}

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
        cachedTokens: 90,
        cacheWriteTokens: 10,
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
    expect(parseUsage(given, plain)).toEqual(usage(expected));
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
    expect(parseUsage(given, hidden)).toEqual(usage(expected));
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

test("findUsage looks into Groq's envelope too", () => {
  expect(findUsage({ usage: null, x_groq: { usage: { a: 1 } } })).toEqual({ a: 1 });
  expect(findUsage({ usage: { b: 1 }, x_groq: { usage: { a: 1 } } })).toEqual({ b: 1 });
  expect(findUsage({ x_groq: { id: "x" } })).toBeUndefined();
});
