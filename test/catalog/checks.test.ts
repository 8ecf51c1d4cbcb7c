// What the catalogue's build refuses: nothing in the committed data, and each kind where it is put in.
import { describe, expect, test } from "bun:test";
import { checkCatalog, toLine } from "../../scripts/catalog/checks/all.ts";
import { correct } from "../../scripts/catalog/corrections.ts";
import { disagreements } from "../../scripts/catalog/litellm.ts";
import { STAND_INS } from "../../scripts/catalog/stand-ins.ts";
import file from "../../src/catalog/data/models.json";
import type { CatalogFile, FileModel } from "../../src/catalog/data.ts";

const { models } = file as CatalogFile;

/** The committed models with one changed; the changes of a price are of its first period. */
function changed(
  provider: string,
  id: string,
  change: Partial<FileModel>,
  price: Partial<Record<string, unknown>> = {},
): FileModel[] {
  const index = models.findIndex((model) => model.provider === provider && model.id === id);
  const model = models[index];
  const first = model?.prices[0];
  if (model === undefined || first === undefined) {
    throw new Error(`${provider}/${id} is not in the data`);
  }
  const merged = Object.entries({ ...first.price, ...price }).filter(
    ([, rate]) => rate !== undefined,
  );
  // Wrong rates on purpose, `undefined` takes one away.
  const wrong = { ...first, price: Object.fromEntries(merged) as unknown as typeof first.price };
  const prices = [wrong, ...model.prices.slice(1)];
  return models.with(index, { ...model, prices, ...change });
}

function found(wrong: readonly FileModel[]): string[] {
  return checkCatalog(wrong).contradictions.map(toLine);
}

test("the committed data contradicts itself nowhere, and every exception is needed", () => {
  expect(found(models)).toEqual([]);
  expect(checkCatalog(models).idle).toEqual([]);
});

const tier = (microPerMtok: number, above: number) => ({
  microPerMtok,
  tiers: [{ above, microPerMtok: 2 * microPerMtok }],
});

describe("is refused:", () => {
  test.each<[string, string, FileModel[]]>([
    [
      "a tier above the window",
      "tier-within-window",
      changed("openai", "gpt-6.1-sol", { contextWindow: 272_000 }),
    ],
    [
      "a host's other window",
      "window",
      changed("bedrock", "us.openai.gpt-6.1-sol", { contextWindow: 400_000 }),
    ],
    [
      "a maker's other window",
      "window",
      changed("google", "gemini-2.5-pro", { contextWindow: 200_000 }),
    ],
    [
      "more window than open weights have",
      "window",
      changed("openrouter", "deepseek/deepseek-v4-pro", { contextWindow: 2_000_000 }),
    ],
    [
      "a geography's other window",
      "window-of-twins",
      changed("bedrock", "us.meta.llama4-scout-17b-instruct-v1:0", { contextWindow: 128_000 }),
    ],
    [
      "more output than the maker's",
      "output",
      changed("vertex", "gemini-2.5-pro", { maxOutputTokens: 900_000 }),
    ],
    [
      "more output than the window",
      "limits",
      changed("groq", "llama-3.1-8b-instant", { maxOutputTokens: 131_073 }),
    ],
    [
      "a window of nothing",
      "limits",
      changed("groq", "llama-3.1-8b-instant", { contextWindow: 0 }),
    ],
    [
      "a host below its maker's cache price",
      "below-cache-read",
      changed("openrouter", "z-ai/glm-5.2", {}, { input: 6_200 }),
    ],
    [
      "a tenth of others' prices",
      "tenfold",
      changed("openrouter", "z-ai/glm-5.2", {}, { output: 100_000 }),
    ],
    ["output for nothing", "price-order", changed("openai", "gpt-4o", {}, { output: 0 })],
    ["input for nothing", "price-order", changed("openai", "gpt-4o", {}, { input: 0 })],
    [
      "cache reads above input",
      "price-order",
      changed("openai", "gpt-4o", {}, { cacheRead: 2_600_000 }),
    ],
    [
      "cache writes below input",
      "price-order",
      changed("anthropic", "claude-opus-5", {}, { cacheWrite: 1 }),
    ],
    [
      "an hour below five minutes",
      "price-order",
      changed("anthropic", "claude-opus-5", {}, { cacheWrite1h: 6_000_000 }),
    ],
    [
      "cached sound below cached text",
      "price-order",
      changed("google", "gemini-2.5-flash", {}, { cacheReadAudio: 29_999 }),
    ],
    [
      "cached sound above fresh sound",
      "price-order",
      changed("google", "gemini-2.5-flash", {}, { cacheReadAudio: 1_000_001 }),
    ],
    ["output below input", "price-order", changed("openai", "gpt-4o", {}, { output: 2_000_000 })],
    [
      "an input that is a cache read's",
      "lopsided",
      changed("openrouter", "moonshotai/kimi-k3.1-pro", {}, { input: 253_000, output: 8_800_000 }),
    ],
    [
      "half a micro-dollar",
      "price-order",
      changed("openai", "gpt-4o", {}, { output: 10_000_000.5 }),
    ],
    [
      "a tier for one part only",
      "price-order",
      changed("openai", "gpt-4o", {}, { input: tier(2_500_000, 64_000) }),
    ],
    [
      "a host without the maker's tiers",
      "tiers",
      changed(
        "vertex",
        "gemini-2.5-pro",
        {},
        { input: 1_250_000, output: 10_000_000, cacheRead: 125_000 },
      ),
    ],
    [
      "a host without the maker's audio",
      "parts",
      changed("openrouter", "openai/gpt-audio", {}, { inputAudio: undefined }),
    ],
    [
      "a host without the maker's cached audio",
      "parts",
      changed("vertex", "gemini-2.5-flash", {}, { cacheReadAudio: undefined }),
    ],
    [
      "Claude without an hour",
      "claude-hour",
      changed("bedrock", "us.anthropic.claude-sonnet-4-6", {}, { cacheWrite1h: undefined }),
    ],
    [
      "a stale cache read",
      "cache-share",
      changed("openrouter", "google/gemini-2.5-flash", {}, { cacheRead: 75_000 }),
    ],
    [
      "a snapshot's other price",
      "dated",
      changed("anthropic", "claude-opus-4-5-20251101", {}, { output: 24_000_000 }),
    ],
    [
      "a region's other price",
      "regions",
      changed("bedrock", "anthropic.claude-opus-4-7", {}, { output: 25_000_000 }),
    ],
    [
      "a moving name's old price",
      "moving",
      changed("google", "gemini-flash-latest", {}, { input: 1_500_000 }),
    ],
    [
      "a moving name's old window",
      "moving",
      changed("mistral", "mistral-large-latest", { contextWindow: 262_144 }),
    ],
    ["a moving name of nothing", "moving", changed("openai", "gpt-4o", { id: "gpt-4o-latest" })],
    [
      "a model for embeddings",
      "chat",
      changed("openai", "gpt-4o", { id: "text-embedding-3-small" }),
    ],
    ["an id that is there twice", "unique", [...models, ...models.slice(0, 1)]],
    ["an alias that is an id", "unique", changed("openai", "gpt-4o", { aliases: ["gpt-4"] })],
    [
      "a first price with a date",
      "first-period",
      changed("openai", "gpt-4o", {
        prices: [{ price: { input: 1, output: 1 }, fromDate: "2027-01-01" }],
      }),
    ],
  ])("%s", (_, check, wrong) => {
    expect(found(wrong).filter((line) => line.startsWith(`${check}: `))).not.toEqual([]);
  });
});

test("a correction of what the sources have right by now is an error", () => {
  expect(() => correct(models)).toThrow(/corrections of nothing, to be removed: .*gpt-6/);
});

test("each moving name has a model of its provider", () => {
  for (const [provider, names] of Object.entries(STAND_INS)) {
    for (const target of Object.values(names)) {
      expect(models.some((model) => model.provider === provider && model.id === target)).toBe(true);
    }
  }
});

test("a third opinion is told part by part, and nothing where it agrees", () => {
  const ours = models.filter(
    ({ id }) => id === "gpt-6.1-sol" || id === "us.anthropic.claude-sonnet-4-6",
  );
  const agrees = {
    max_input_tokens: 922_000,
    input_cost_per_token: 2e-6,
    input_cost_per_token_above_272k_tokens: 4e-6,
    output_cost_per_token: 1e-5,
  };
  expect(disagreements(ours, { "gpt-6.1-sol": agrees })).toEqual([]);
  const differs = {
    max_input_tokens: 200_000,
    input_cost_per_token: 3.3e-6,
    cache_creation_input_token_cost_above_1hr: 4.125e-6,
    input_cost_per_token_above_200k_tokens: 6.6e-6,
  };
  expect(disagreements(ours, { "us.anthropic.claude-sonnet-4-6": differs })).toEqual([
    "LiteLLM differs on bedrock/us.anthropic.claude-sonnet-4-6: cacheWrite1h $6.6 there $4.125, " +
      "window 1000000 there 200000, a price for long prompts there",
  ]);
});

test("the third opinion on cached sound is asked of what is charged for it", () => {
  const ours = models.filter(
    ({ provider, id }) => provider === "google" && /^gemini-2\.5-(?:flash|pro)$/.test(id),
  );
  const table = (flash: number, pro: number) => ({
    "gemini/gemini-2.5-flash": { cache_read_input_audio_token_cost: flash },
    // It has no rate for it: cached is cached there.
    "gemini/gemini-2.5-pro": {
      cache_read_input_audio_token_cost: pro,
      input_cost_per_token_above_200k_tokens: 2.5e-6,
    },
  });
  expect(disagreements(ours, table(1e-7, 1.25e-7))).toEqual([]);
  expect(disagreements(ours, table(3e-8, 1.25e-6))).toEqual([
    "LiteLLM differs on google/gemini-2.5-flash: cacheReadAudio $0.1 there $0.03",
    "LiteLLM differs on google/gemini-2.5-pro: cacheReadAudio $0.125 there $1.25",
  ]);
});
