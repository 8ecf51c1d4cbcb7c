// `reasoning_effort` as a budget within the output limit, and as the nearest word that a model knows.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { REASONING_EFFORTS, type ReasoningEffort } from "../../../src/base/chat.ts";
import {
  budgetTokens,
  nearestEffort,
  type ThinkingEffort,
} from "../../../src/providers/shared/effort.ts";

const THINKING = REASONING_EFFORTS.filter((effort): effort is ThinkingEffort => effort !== "none");

describe("a budget", () => {
  test.each<[ThinkingEffort, number]>([
    ["minimal", 1_024],
    ["low", 2_000],
    ["medium", 5_000],
    ["high", 8_000],
    ["xhigh", 9_000],
    ["max", 9_488],
  ])("%s of 10,000 tokens", (effort, tokens) => {
    expect(budgetTokens(effort, { outputTokensMax: 10_000, budgetTokensMin: 1_024 })).toBe(tokens);
  });

  test("is at least the model's least, at most its most, and nothing where neither fits", () => {
    const bounds = { outputTokensMax: 2_000, budgetTokensMin: 1_024 };
    expect(budgetTokens("low", bounds)).toBe(1_024);
    expect(budgetTokens("max", { ...bounds, budgetTokensMax: 1_100 })).toBe(1_100);
    expect(budgetTokens("high", { ...bounds, outputTokensMax: 1_535 })).toBeNull();
    expect(budgetTokens("high", { ...bounds, outputTokensMax: 1_536 })).toBe(1_024);
  });

  test("always leaves room for an answer, and a stronger word never means less", () => {
    fc.assert(
      fc.property(fc.nat({ max: 100_000 }), fc.integer({ min: 1, max: 2_000 }), (limit, least) => {
        const bounds = { outputTokensMax: limit, budgetTokensMin: least };
        const budgets = THINKING.map((effort) => budgetTokens(effort, bounds) ?? 0);
        expect(budgets).toEqual([...budgets].sort((one, other) => one - other));
        expect(Math.max(...budgets)).toBeLessThanOrEqual(Math.max(0, limit - 512));
      }),
    );
  });
});

test.each<[ReasoningEffort, [ReasoningEffort, ...ReasoningEffort[]], ReasoningEffort]>([
  ["none", ["none", "low"], "none"],
  ["none", ["minimal", "low"], "minimal"],
  ["minimal", ["low", "high"], "low"],
  ["medium", ["low", "high"], "low"],
  ["high", ["low", "high"], "high"],
  ["xhigh", ["low", "medium", "high"], "high"],
  ["max", ["low", "medium", "high", "xhigh"], "xhigh"],
])("%s of a model that knows %j is %s", (effort, known, nearest) => {
  expect(nearestEffort(effort, known)).toBe(nearest);
});
