// Facts of the bundled data that are known by maker: hours, images, documents, moving names.
import { describe, expect, test } from "bun:test";
import { knownModels } from "../../src/catalog/data.ts";
import { modelIdentity } from "../../src/catalog/identity.ts";
import { priceAt } from "../../src/catalog/price.ts";
import { best, catalog } from "./support.ts";

const models = knownModels();

function find(provider: string, id: string) {
  const found = models.find((model) => model.providerId === provider && model.id === id);
  if (found === undefined) {
    throw new Error(`${provider}/${id} is not in the data`);
  }
  return found;
}

const rateOf = (provider: string, id: string) => find(provider, id).prices[0]?.price;

test.each([
  ["openai", "gpt-6.1-sol"],
  ["openai", "gpt-6.1-terra"],
  ["openai", "gpt-6.2-sol"],
  ["azure", "gpt-6.1-sol"],
  ["bedrock", "us.openai.gpt-6.1-sol"],
  ["openrouter", "openai/gpt-6.1-sol"],
  ["bedrock", "openai.gpt-5.4"],
])("%s/%s has the window of its maker", (provider, id) => {
  expect(find(provider, id).facts.contextWindow).toBe(1_050_000);
});

describe("cache writes of an hour", () => {
  test.each([
    ["bedrock", "us.anthropic.claude-sonnet-4-6", 6_600_000],
    ["bedrock", "global.anthropic.claude-sonnet-4-6", 6_000_000],
    ["bedrock", "apac.anthropic.claude-sonnet-4-20250514-v1:0", 6_000_000],
    ["bedrock", "in.anthropic.claude-opus-5", 11_000_000],
    ["openrouter", "anthropic/claude-sonnet-4.6", 6_000_000],
    ["vertex", "claude-sonnet-4-6", 6_000_000],
  ])("%s/%s", (provider, id, expected) => {
    expect(rateOf(provider, id)?.cacheWrite1h).toEqual({ microPerMtok: expected });
  });

  test("every Claude of every host has them", () => {
    const claude = models.filter(({ id }) => modelIdentity(id).maker === "anthropic");
    const without = claude.filter(({ prices }) => prices.some(({ price }) => !price.cacheWrite1h));
    expect(claude.length).toBeGreaterThan(100);
    expect(without.map(({ id }) => id)).toEqual([]);
  });
});

describe("moving names", () => {
  const at = (id: string, time: string) =>
    priceAt(best(catalog(["google", "mistral"]), id), new Date(time));

  test.each([
    ["gemini-flash-latest", "2026-12-31T23:59:59Z", 750_000, 3_750_000],
    ["gemini-flash-latest", "2027-01-01T00:00:00Z", 1_500_000, 7_500_000],
    ["gemini-flash-lite-latest", "2026-12-01T00:00:00Z", 300_000, 2_500_000],
    ["magistral-medium-latest", "2026-12-01T00:00:00Z", 1_500_000, 7_500_000],
  ])("%s at %s", (id, time, input, output) => {
    expect(at(id, time)?.input.microPerMtok).toBe(input);
    expect(at(id, time)?.output.microPerMtok).toBe(output);
  });
});

test.each([
  ["openrouter", "google/gemini-2.5-flash", 30_000],
  ["openrouter", "google/gemini-2.5-pro", 125_000],
  ["openrouter", "openai/gpt-5-nano", 5_000],
  ["openrouter", "openai/gpt-4.1-nano", 25_000],
])("%s/%s reads its cache at its maker's rate", (provider, id, expected) => {
  expect(rateOf(provider, id)?.cacheRead?.microPerMtok).toBe(expected);
});

test.each([
  ["google", "gemini-2.5-flash", 100_000],
  ["google", "gemini-3.1-flash-lite-preview", 50_000],
  ["vertex", "gemini-2.5-flash", 100_000],
  ["openrouter", "google/gemini-2.5-flash-lite", 30_000],
  ["google", "gemini-2.5-pro", undefined],
])("%s/%s: sound from the cache costs %p", (provider, id, expected) => {
  expect(rateOf(provider, id)?.cacheReadAudio?.microPerMtok).toBe(expected as number);
});

test("an aggregator's price of sound is its maker's", () => {
  expect(rateOf("openrouter", "openai/gpt-audio")).toMatchObject({
    inputAudio: { microPerMtok: 32_000_000 },
    outputAudio: { microPerMtok: 64_000_000 },
  });
  expect(rateOf("openrouter", "google/gemini-2.5-flash")?.inputAudio?.microPerMtok).toBe(1_000_000);
});

test("a region's own ids cost what its geography does", () => {
  expect(rateOf("bedrock", "anthropic.claude-opus-4-7")?.input.microPerMtok).toBe(5_500_000);
});

describe("documents", () => {
  test.each([
    ["bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", true],
    ["bedrock", "global.anthropic.claude-opus-5-5", true],
    ["bedrock", "us.amazon.nova-2-lite-v1:0", true],
    ["bedrock", "amazon.nova-pro-v1:0", true],
    ["bedrock", "us.meta.llama4-maverick-17b-instruct-v1:0", true],
    ["bedrock", "mistral.pixtral-large-2502-v1:0", true],
    ["bedrock", "amazon.nova-micro-v1:0", false],
    ["bedrock", "qwen.qwen3-vl-235b-a22b", false],
    ["vertex", "claude-opus-4-6", true],
    ["vertex", "gemini-2.5-flash", true],
    ["vertex", "gemini-4-argon", true],
    ["anthropic", "claude-haiku-5-5", true],
    ["openrouter", "anthropic/claude-sonnet-4.6", true],
    ["openrouter", "google/gemini-3.8-flash", true],
    ["openrouter", "openai/gpt-4o-mini", true],
    // Read by a paid OCR there, which no price of the model holds.
    ["openrouter", "meta-llama/llama-4-maverick", false],
    ["openrouter", "amazon/nova-pro-v1", false],
    ["openrouter", "x-ai/grok-4.7", false],
    ["groq", "openai/gpt-oss-120b", false],
  ])("%s/%s: %s", (provider, id, expected) => {
    expect(find(provider, id).facts.capabilities.files).toBe(expected);
  });
});

describe("the most that an image costs", () => {
  test.each([
    ["openai", "gpt-4o-mini", 2_833 + 5_667 * 8],
    ["azure", "gpt-4o-mini", 2_833 + 5_667 * 8],
    ["openrouter", "openai/gpt-4o-mini-2024-07-18", 2_833 + 5_667 * 8],
    ["openai", "gpt-4o", 85 + 170 * 8],
    ["openai", "gpt-4.1-mini", Math.ceil(1_536 * 1.72)],
    ["openai", "gpt-5.2", 75 + 150 * 8],
    ["openrouter", "openai/gpt-5.1-codex", 75 + 150 * 8],
    ["bedrock", "us.openai.gpt-6.1-sol", 10_000],
    ["anthropic", "claude-sonnet-4-6", 1_600],
    ["bedrock", "us.anthropic.claude-haiku-4-5-20251001-v1:0", 1_600],
    ["anthropic", "claude-opus-4-7", 4_784],
    ["bedrock", "us.anthropic.claude-opus-5-5", 4_784],
    ["openrouter", "anthropic/claude-fable-5.2", 4_784],
    ["google", "gemini-2.5-pro", 258 * 16],
    ["vertex", "gemini-3.8-flash", 2_240],
    ["bedrock", "global.xai.grok-4.7", 1_792],
    ["bedrock", "eu.mistral.pixtral-large-2502-v1:0", 4_160],
  ])("%s/%s: %d tokens", (provider, id, expected) => {
    expect(find(provider, id).facts.imageTokensMax).toBe(expected);
  });

  test("is the same at every host of a model", () => {
    const byName = new Map<string, Set<number>>();
    for (const { id, facts } of models) {
      const { name } = modelIdentity(id);
      byName.set(name, (byName.get(name) ?? new Set()).add(facts.imageTokensMax));
    }
    expect([...byName].filter(([, counts]) => counts.size > 1)).toEqual([]);
  });
});
