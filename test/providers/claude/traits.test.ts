// Claude's generations by their ids, in every spelling and with any host's prefix; what platforms offer.
import { describe, expect, test } from "bun:test";
import {
  ANTHROPIC_FEATURES,
  bedrockFeatures,
  claudeRules,
  VERTEX_FEATURES,
} from "../../../src/providers/claude/platform.ts";
import { isClaude, plainName, traitsOf } from "../../../src/providers/claude/traits.ts";

// One spelling that Anthropic itself has, then those of hosts for the same model.
const spellings: string[][] = [
  [
    "claude-sonnet-4-6",
    "us.anthropic.claude-sonnet-4-6-v1:0",
    "anthropic/claude-sonnet-4.6",
    "claude-sonnet-4-6@20260217",
    "Claude-4.6-Sonnet",
    "arn:aws:bedrock:us-east-1:344556677889:inference-profile/eu.anthropic.claude-sonnet-4-6",
  ],
  [
    "claude-sonnet-4-5-20250929",
    "claude-sonnet-4-5@20250929",
    "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "anthropic/claude-4.5-sonnet",
  ],
  [
    "claude-sonnet-4-20250514",
    "claude-sonnet-4@20250514",
    "claude-sonnet-4-0",
    "claude-sonnet-4",
    "apac.anthropic.claude-sonnet-4-20250514-v1:0",
    "anthropic/claude-sonnet-4",
    "claude-4-sonnet-20250514",
  ],
  ["claude-opus-4-1-20250805", "us.anthropic.claude-opus-4-1-20250805-v1:0", "claude-4.1-opus"],
  [
    "claude-3-7-sonnet-20250219",
    "anthropic/claude-3.7-sonnet",
    "us.anthropic.claude-3-7-sonnet-20250219-v1:0",
  ],
  [
    "claude-3-5-haiku-20241022",
    "anthropic/claude-3.5-haiku",
    "anthropic.claude-3-5-haiku-20241022-v1:0",
    "claude-3-5-haiku@20241022",
  ],
  ["claude-3-haiku-20240307", "anthropic.claude-3-haiku-20240307-v1:0"],
  ["claude-2.1", "anthropic.claude-v2:1"],
  ["claude-opus-5-5", "global.anthropic.claude-opus-5-5", "anthropic/claude-opus-5.5"],
  ["claude-sonnet-5-5", "anthropic/claude-5.5-sonnet", "claude-sonnet-5-5@20261001"],
  ["claude-next-9", "anthropic.claude-next-9-v1:0"],
];

test.each(spellings)("%s is the same model as %s", (own, ...others) => {
  for (const other of others) {
    expect([other, traitsOf(other)]).toEqual([other, traitsOf(own)]);
    expect(isClaude(other)).toBe(true);
    // Whether Bedrock has an hour for it does not hang on the spelling either.
    expect([other, bedrockFeatures(other)]).toEqual([other, bedrockFeatures(own)]);
  }
});

describe("generations", () => {
  test.each([
    ["claude-opus-5-5", { forcedTools: "none", noThinking: "low_effort", sampling: false }],
    ["claude-sonnet-5-5", { forcedTools: "none", noThinking: "between_tools" }],
    ["claude-opus-5", { forcedTools: "named", noThinking: "disabled", systemTurns: true }],
    ["claude-opus-4-7", { sampling: false, systemTurns: false, xhighEffort: true }],
    ["claude-sonnet-4-6", { sampling: true, thinking: "adaptive", xhighEffort: false }],
    ["claude-haiku-4-5", { sampling: true, thinking: "budget", nativeJson: true }],
    ["claude-opus-4-1", { thinking: "budget", nativeJson: true }],
    ["claude-opus-4-20250514", { thinking: "budget", nativeJson: false }],
    ["claude-3-7-sonnet-20250219", { thinking: "budget", nativeJson: false }],
    ["claude-3-5-sonnet-20241022", { thinking: "none", noThinking: "nothing" }],
    ["claude-instant-1.2", { thinking: "none", noThinking: "nothing" }],
    ["claude-opus-9", { sampling: false, thinking: "adaptive", systemTurns: false }],
    ["a-model-of-another-maker", { sampling: true, thinking: "budget", nativeJson: false }],
  ])("%s", (model, traits) => {
    expect(traitsOf(model)).toMatchObject(traits);
  });
});

test.each([
  ["claude-sonnet-4-6", true, true],
  ["claude-sonnet-4-5-20250929", true, true],
  ["claude-opus-4-5", true, true],
  ["claude-haiku-4-5", false, true],
  ["claude-opus-4-8", false, true],
  ["claude-opus-5-5", false, true],
  ["claude-opus-4-1-20250805", false, false],
  ["claude-sonnet-4-20250514", false, false],
  ["claude-3-5-sonnet-20241022", false, false],
  ["claude-3-haiku-20240307", false, false],
])("on Bedrock %s: native JSON %p, the hour %p", (model, nativeJson, hourCache) => {
  const rules = claudeRules(model, bedrockFeatures(`eu.anthropic.${model}-v1:0`));
  expect([rules.nativeJson, rules.hourCache]).toEqual([nativeJson, hourCache]);
});

test("a rule needs the model and the platform", () => {
  expect(claudeRules("claude-opus-5", ANTHROPIC_FEATURES)).toMatchObject({
    nativeJson: true,
    systemTurns: true,
  });
  expect(claudeRules("claude-opus-5", VERTEX_FEATURES)).toMatchObject({
    nativeJson: false,
    systemTurns: false,
  });
  expect(claudeRules("claude-opus-4-0", ANTHROPIC_FEATURES).nativeJson).toBe(false);
});

test("names that are no Claude", () => {
  for (const model of ["amazon.nova-pro-v1:0", "mistral.mistral-large-2402-v1:0", "gpt-5"]) {
    expect([model, isClaude(model)]).toEqual([model, false]);
  }
  expect(plainName("anthropic/Claude-4.5-Sonnet:beta")).toBe("anthropic-claude-sonnet-4-5-beta");
});
