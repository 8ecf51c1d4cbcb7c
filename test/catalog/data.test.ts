// The bundled data: what must be there, what must not, and invariants of every line.
import { describe, expect, test } from "bun:test";
import { knownModels } from "../../src/catalog/data.ts";
import type { Price } from "../../src/catalog/types.ts";
import { best, catalog } from "./support.ts";

const models = knownModels();
const find = (provider: string, id: string) =>
  models.find((model) => model.providerId === provider && model.id === id);

describe("the contract's models", () => {
  test("gpt-4o-mini", () => {
    const model = find("openai", "gpt-4o-mini");
    expect(model?.facts).toEqual({
      contextWindow: 128_000,
      maxOutputTokens: 16_384,
      imageTokensMax: 2_833 + 5_667 * 8,
      capabilities: {
        tools: true,
        structuredOutput: true,
        jsonMode: true,
        vision: true,
        audioInput: false,
        audioOutput: false,
        files: true,
        reasoning: false,
      },
    });
    const price: Price = {
      input: { microPerMtok: 150_000 },
      output: { microPerMtok: 600_000 },
      cacheRead: { microPerMtok: 75_000 },
    };
    expect(model?.prices).toEqual([{ price }]);
    expect(model?.aliases).toEqual(["gpt-4o-mini-2024-07-18"]);
  });

  test("claude-sonnet-4-6", () => {
    const model = find("anthropic", "claude-sonnet-4-6");
    expect(model?.facts.contextWindow).toBe(1_000_000);
    expect(model?.facts.maxOutputTokens).toBe(128_000);
    const price: Price = {
      input: { microPerMtok: 3_000_000 },
      output: { microPerMtok: 15_000_000 },
      cacheRead: { microPerMtok: 300_000 },
      cacheWrite: { microPerMtok: 3_750_000 },
      cacheWrite1h: { microPerMtok: 6_000_000 },
    };
    expect(model?.prices).toEqual([{ price }]);
  });
});

describe("prices of neighbours", () => {
  test("claude-sonnet-5-5 has its own price, not the one its prefix would match", () => {
    const [newer] = best(catalog(["anthropic"]), "claude-sonnet-5-5").prices;
    const [older] = best(catalog(["anthropic"]), "claude-sonnet-5").prices;
    expect(newer?.price.cacheRead).toEqual({ microPerMtok: 100_000 });
    expect(older?.price.cacheRead).toEqual({ microPerMtok: 200_000 });
    expect(find("anthropic", "claude-sonnet-5-5")?.priceSource).toBe("pi-ai");
  });

  test("an unknown successor is not served at its predecessor's price", () => {
    const served = catalog(["anthropic", "openai"]);
    expect(served.candidates("claude-sonnet-5-9")).toEqual([]);
    expect(served.candidates("gpt-4o-mini-2099-01-01")).toEqual([]);
  });

  test("names that moved on take the newer source", () => {
    expect(find("mistral", "mistral-large-latest")?.prices[0]?.price.input.microPerMtok).toBe(
      700_000,
    );
    expect(find("groq", "openai/gpt-oss-safeguard-20b")?.prices[0]?.price.input.microPerMtok).toBe(
      75_000,
    );
  });
});

test("models of the Responses API, batch prices, routers and moving names are left out", () => {
  const left = models.filter(
    ({ providerId, id }) =>
      (providerId === "openai" && /codex|-pro$|deep-research/.test(id)) ||
      /:batch$|^~|^openrouter\//.test(id),
  );
  expect(left.map((model) => model.id)).toEqual([]);
});

test("a free line says so in its name, or is one of Google's open models", () => {
  const free = models.filter((model) => model.prices[0]?.price.output.microPerMtok === 0);
  const unexplained = free.filter(({ id }) => !id.endsWith(":free") && !id.startsWith("gemma"));
  expect(unexplained.map((model) => model.id)).toEqual([]);
});
