// Which model an id means, in every spelling that hosts have for it.
import { describe, expect, test } from "bun:test";
import { familyFacts } from "../../src/catalog/family-facts.ts";
import { claudeVersion, modelIdentity } from "../../src/catalog/identity.ts";

describe("modelIdentity", () => {
  test.each([
    ["claude-sonnet-4-6", "anthropic", "claude-sonnet-4-6", null, null],
    ["us.anthropic.claude-sonnet-4-6", "anthropic", "claude-sonnet-4-6", "us", null],
    ["us-gov.anthropic.claude-opus-4-6-v1", "anthropic", "claude-opus-4-6", "us-gov", null],
    ["global.anthropic.claude-opus-5-5", "anthropic", "claude-opus-5-5", "global", null],
    [
      "apac.anthropic.claude-sonnet-4-20250514-v1:0",
      "anthropic",
      "claude-sonnet-4",
      "apac",
      "20250514",
    ],
    [
      "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
      "anthropic",
      "claude-sonnet-4-5",
      "eu",
      "20250929",
    ],
    ["au.anthropic.claude-haiku-5-5", "anthropic", "claude-haiku-5-5", "au", null],
    ["jp.anthropic.claude-opus-5", "anthropic", "claude-opus-5", "jp", null],
    [
      "anthropic.claude-3-5-sonnet-20241022-v2:0",
      "anthropic",
      "claude-3-5-sonnet",
      null,
      "20241022",
    ],
    [
      "anthropic.claude-3-haiku-20240307-v1:0:200k",
      "anthropic",
      "claude-3-haiku",
      null,
      "20240307",
    ],
    [
      "arn:aws:bedrock:us-east-1:000000000000:inference-profile/us.anthropic.claude-opus-5",
      "anthropic",
      "claude-opus-5",
      "us",
      null,
    ],
    ["anthropic/claude-sonnet-4.6", "anthropic", "claude-sonnet-4-6", null, null],
    ["anthropic/claude-sonnet-4.6:beta", "anthropic", "claude-sonnet-4-6", null, null],
    ["~anthropic/claude-sonnet-4.6", "anthropic", "claude-sonnet-4-6", null, null],
    ["claude-sonnet-4-5@20250929", "anthropic", "claude-sonnet-4-5", null, "20250929"],
    ["claude-3-5-sonnet-v2@20241022", "anthropic", "claude-3-5-sonnet", null, "20241022"],
    ["Claude-Opus-4.1", "anthropic", "claude-opus-4-1", null, null],
    ["gpt-4o-mini-2024-07-18", "openai", "gpt-4o-mini", null, "20240718"],
    ["openai.gpt-6.1-sol", "openai", "gpt-6-1-sol", null, null],
    ["o3-mini", "openai", "o3-mini", null, null],
    ["openai.gpt-oss-120b-1:0", "gpt-oss", "gpt-oss-120b", null, null],
    ["google/gemini-2.5-pro", "google", "gemini-2-5-pro", null, null],
    ["models/gemini-3.8-flash", "google", "gemini-3-8-flash", null, null],
    ["google.gemma-4-31b", "gemma", "gemma-4-31b", null, null],
    ["google/gemma-4-31b-it:free", "gemma", "gemma-4-31b-it", null, null],
    ["us.amazon.nova-pro-v1:0", "amazon", "nova-pro", "us", null],
    ["amazon/nova-pro-v1", "amazon", "nova-pro-v1", null, null],
    [
      "us.meta.llama4-maverick-17b-instruct-v1:0",
      "meta",
      "llama-4-maverick-17b-instruct",
      "us",
      null,
    ],
    ["llama3.1-8b", "meta", "llama-3-1-8b", null, null],
    ["eu.mistral.pixtral-large-2502-v1:0", "mistral", "pixtral-large-2502", "eu", null],
    ["deepseek.v3.2", "deepseek", "deepseek-v3-2", null, null],
    ["accounts/fireworks/models/glm-5p3", "zai", "glm-5-3", null, null],
    ["zai-org/GLM-5.3", "zai", "glm-5-3", null, null],
    ["x-ai/grok-4.7", "xai", "grok-4-7", null, null],
    ["moonshotai/Kimi-K3", "moonshot", "kimi-k3", null, null],
    ["Qwen/Qwen3.5-9B", "qwen", "qwen3-5-9b", null, null],
    ["aion-labs/aion-2.0", null, "aion-2-0", null, null],
    ["", null, "", null, null],
  ])("%s", (id, maker, name, geography, snapshot) => {
    expect(modelIdentity(id)).toEqual({ maker, name, geography, snapshot });
  });
});

test.each([
  ["claude-3-5-sonnet", [3, 5]],
  ["claude-3-opus", [3, 0]],
  ["claude-sonnet-4", [4, 0]],
  ["claude-opus-4-6", [4, 6]],
  ["claude-haiku-5-5", [5, 5]],
  ["claude-2-1", [2, 1]],
  ["claude-v2", [2, 0]],
  ["claude-instant", null],
  ["gpt-4", null],
])("the generation of %s", (name, expected) => {
  expect(claudeVersion(name)).toEqual(expected as [number, number] | null);
});

test("a new model of a known family is known at any host", () => {
  for (const id of [
    "us.anthropic.claude-opus-9",
    "anthropic/claude-opus-9",
    "claude-opus-9@20280101",
  ]) {
    expect(familyFacts(id)?.capabilities.files).toBe(true);
  }
  expect(familyFacts("google/gemini-9-pro")?.contextWindow).toBe(1_048_576);
  expect(familyFacts("not-claude-at-all")).toBeNull();
});
