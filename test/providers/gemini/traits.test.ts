// What each generation takes, and how reasoning_effort becomes its setting.
import { describe, expect, test } from "bun:test";
import type { ReasoningEffort } from "../../../src/base/chat.ts";
import { planThinking } from "../../../src/providers/gemini/thinking.ts";
import { modelTraits } from "../../../src/providers/gemini/traits.ts";

const all: ReasoningEffort[] = ["minimal", "low", "medium", "high"];

describe("model matrix", () => {
  test.each<[string, string | number | ReasoningEffort[], boolean, boolean]>([
    ["gemini-2.5-pro", 32_768, false, true],
    ["models/gemini-2.5-pro-preview-05-06", 32_768, false, true],
    ["gemini-2.5-flash", 24_576, false, true],
    ["gemini-2.5-flash-lite", 24_576, false, true],
    ["gemini-2.5-flash-image", "none", false, true],
    ["gemini-2.0-flash", "none", false, true],
    ["gemini-1.5-pro", "none", false, true],
    ["gemini-3-pro-preview", ["low", "high"], true, true],
    ["gemini-3-pro-image-preview", 32_768, true, true],
    ["gemini-3.1-pro-preview", ["low", "medium", "high"], true, true],
    ["gemini-3-flash-preview", all, true, true],
    ["gemini-3.6-flash", all, true, true],
    ["gemini-3.7-flash", ["low", "medium", "high"], true, true],
    ["gemini-3.8-flash-lite", all, true, true],
    ["gemini-4-hydrogen", ["low", "medium", "high", "xhigh"], true, true],
    ["gemini-4-argon", all, true, true],
    ["gemini-99-unheard-of", all, true, true],
    ["gemini-flash-latest", ["low", "medium", "high"], true, true],
    ["gemma-3-27b-it", "none", false, false],
  ])("%s", (model, expected, newer, system) => {
    const { thinking, needsSignatures, jsonWithTools, systemInstruction } = modelTraits(model);
    const got = {
      none: "none",
      budget: thinking.kind === "budget" ? thinking.max : 0,
      level: thinking.kind === "level" ? [...thinking.levels] : [],
    }[thinking.kind];
    expect(got).toEqual(expected);
    expect([needsSignatures, jsonWithTools, systemInstruction]).toEqual([newer, newer, system]);
  });
});

describe("thinking", () => {
  const level = (thinkingLevel: string) => ({ thinkingLevel, includeThoughts: true });
  const budget = (thinkingBudget: number) => ({ thinkingBudget, includeThoughts: true });

  test.each<[string, ReasoningEffort | undefined, number | null, object | undefined]>([
    ["gemini-2.5-flash", undefined, 100, undefined],
    ["gemini-2.0-flash", "high", null, undefined],
    ["gemma-3-4b-it", "high", null, undefined],
    ["gemini-2.5-flash", "none", null, { thinkingBudget: 0 }],
    ["gemini-2.5-pro", "none", null, { thinkingBudget: 128 }],
    // The shares of all dialects, of the limit or else of what the model may think at most.
    ["gemini-2.5-flash", "minimal", null, budget(2_457)],
    ["gemini-2.5-flash", "low", 4_000, budget(800)],
    ["gemini-2.5-flash", "medium", 4_000, budget(2_000)],
    ["gemini-2.5-flash", "high", 4_000, budget(3_200)],
    ["gemini-2.5-flash", "high", 65_536, budget(24_576)],
    ["gemini-2.5-pro", "max", null, budget(31_129)],
    ["gemini-2.5-pro", "xhigh", 4_000, budget(3_488)],
    ["gemini-2.5-pro", "high", 100, budget(128)],
    ["gemini-2.5-flash-lite", "high", 400, { thinkingBudget: 0 }],
    ["gemini-2.5-flash-lite", "low", 2_000, budget(512)],
    ["gemini-3.1-pro", "none", null, { thinkingLevel: "low" }],
    ["gemini-3-flash", "none", null, { thinkingLevel: "minimal" }],
    ["gemini-3-flash", "minimal", null, level("minimal")],
    ["gemini-3.1-pro", "minimal", null, level("low")],
    ["gemini-3-pro", "medium", null, level("low")],
    ["gemini-3.1-pro", "max", null, level("high")],
    ["gemini-4-hydrogen", "xhigh", null, level("xhigh")],
    ["gemini-4-hydrogen", "max", null, level("xhigh")],
  ])("%s, %s, within %d", (model, effort, limit, expected) => {
    expect(planThinking(effort, modelTraits(model), limit).config).toEqual(expected as never);
  });
});
