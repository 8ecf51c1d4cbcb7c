// Gemini's usageMetadata as TokenUsage: what counts where, and what is worthless.
import { describe, expect, test } from "bun:test";
import { parseUsage } from "../../../src/providers/gemini/usage.ts";
import { tokens } from "../../support/usage.ts";

describe("usage", () => {
  test("everything that is counted", () => {
    const audio = (tokenCount: number) => [
      { modality: "TEXT", tokenCount: 1 },
      { modality: "AUDIO", tokenCount },
    ];
    expect(
      parseUsage({
        promptTokenCount: 100,
        toolUsePromptTokenCount: 10,
        cachedContentTokenCount: 40,
        candidatesTokenCount: 20,
        thoughtsTokenCount: 30,
        totalTokenCount: 160,
        promptTokensDetails: audio(25),
        toolUsePromptTokensDetails: audio(2),
        candidatesTokensDetails: audio(5),
        trafficType: "ON_DEMAND",
      }),
    ).toEqual(
      tokens({
        promptTokens: 110,
        completionTokens: 50,
        cachedTokens: 40,
        promptAudioTokens: 27,
        completionAudioTokens: 5,
        reasoningTokens: 30,
      }),
    );
  });

  test("audio from the cache, of all modalities that are there", () => {
    const usage = parseUsage({
      promptTokenCount: 400,
      cachedContentTokenCount: 330,
      candidatesTokenCount: 6,
      promptTokensDetails: [
        { modality: "TEXT", tokenCount: 66 },
        { modality: "AUDIO", tokenCount: 334 },
      ],
      cacheTokensDetails: [
        { modality: "TEXT", tokenCount: 32 },
        { modality: "AUDIO", tokenCount: 298 },
      ],
    });
    expect(usage).toMatchObject({
      cachedTokens: 330,
      promptAudioTokens: 334,
      cachedAudioTokens: 298,
    });
  });

  test.each<[string, object, [number, number]]>([
    ["zeros", { promptTokenCount: 0, candidatesTokenCount: 0, totalTokenCount: 0 }, [0, 0]],
    ["output only in the total", { promptTokenCount: 5, totalTokenCount: 9 }, [5, 4]],
    ["input only in the total", { candidatesTokenCount: 3, totalTokenCount: 9 }, [6, 3]],
    ["thoughts alone", { promptTokenCount: 5, thoughtsTokenCount: 3 }, [5, 3]],
    ["nulls", { promptTokenCount: 5, candidatesTokenCount: null }, [5, 0]],
  ])("%s", (_name, given, expected) => {
    const usage = parseUsage(given);
    expect([usage?.promptTokens, usage?.completionTokens]).toEqual(expected);
  });

  test("details never exceed their totals", () => {
    expect(
      parseUsage({
        promptTokenCount: 5,
        candidatesTokenCount: 1,
        cachedContentTokenCount: 50,
        promptTokensDetails: [{ modality: "AUDIO", tokenCount: 50 }],
      }),
    ).toMatchObject({ cachedTokens: 5, promptAudioTokens: 5 });
  });

  test.each<[string, unknown]>([
    ["none", undefined],
    ["empty", {}],
    ["no object", 7],
    ["no input", { candidatesTokenCount: 5 }],
    ["negative", { promptTokenCount: -1 }],
    ["fraction", { promptTokenCount: 1, candidatesTokenCount: 1.5 }],
    ["text", { promptTokenCount: "5" }],
    ["too many", { promptTokenCount: 1, thoughtsTokenCount: 1e12 }],
    [
      "absurd detail",
      { promptTokenCount: 1, promptTokensDetails: [{ modality: "AUDIO", tokenCount: -3 }] },
    ],
  ])("absurd: %s", (_name, given) => {
    expect(parseUsage(given)).toBeNull();
  });
});
