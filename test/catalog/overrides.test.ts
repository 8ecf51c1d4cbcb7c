// The operator overrides: prices, markups, limits, aliases, added models, errors that name a path.
import { describe, expect, test } from "bun:test";
import { UNKNOWN_FACTS } from "../../src/catalog/offers.ts";
import type { TokenPrice } from "../../src/catalog/types.ts";
import { best, catalog, servedIds } from "./support.ts";

const price = { inputPerMtok: "1", outputPerMtok: "2.5" };

describe("overrides of known models", () => {
  test("replace the price as a whole", () => {
    const from = catalog(["openai"], { models: { "gpt-4o-mini": { price } } });
    expect(best(from, "gpt-4o-mini").prices).toEqual([
      { price: { input: { microPerMtok: 1_000_000 }, output: { microPerMtok: 2_500_000 } } },
    ]);
  });

  test("every part of a price can be set", () => {
    const parts = {
      input: 1,
      output: 2,
      cacheRead: 3,
      cacheReadAudio: 4,
      cacheWrite: 5,
      cacheWrite1h: 6,
      inputAudio: 7,
      outputAudio: 8,
      outputReasoning: 9,
    } satisfies Record<keyof TokenPrice, number>;
    const entries = Object.entries(parts);
    const all = Object.fromEntries(entries.map(([part, usd]) => [`${part}PerMtok`, `${usd}`]));
    const from = catalog(["openai"], { models: { "gpt-4o-mini": { price: all } } });
    const rates = Object.fromEntries(
      entries.map(([part, usd]) => [part, { microPerMtok: usd * 1_000_000 }]),
    );
    const { input, output } = rates as Pick<TokenPrice, "input" | "output">;
    expect(best(from, "gpt-4o-mini").prices).toEqual([{ price: { ...rates, input, output } }]);
  });

  test("what is not counted in tokens has a price for one", () => {
    const units = {
      perImage: "0.04",
      perSecond: "0.0001",
      perCharacter: "0.000015",
      perPage: "0.000000000001",
      perRequest: 0.01,
    };
    const from = catalog(["openai"], {
      models: { "gpt-4o-mini": { price: { ...price, ...units } } },
    });
    expect(best(from, "gpt-4o-mini").prices[0]?.price.units).toEqual({
      images: 40_000_000_000,
      seconds: 100_000_000,
      characters: 15_000_000,
      pages: 1,
      requests: 10_000_000_000,
    });
  });

  test.each(["0.0000000000001", "10", "1e-3", "-1"])("%s is no price for one", (perImage) => {
    const models = { "gpt-4o-mini": { price: { ...price, perImage } } };
    expect(() => catalog(["openai"], { models })).toThrow("perImage");
  });

  test("a provider's own entry wins over the general one", () => {
    const from = catalog(["openai", "azure"], {
      models: { "gpt-4o-mini": { price, contextWindow: 1_000 } },
      providers: { azure: { models: { "gpt-4o-mini": { free: true, upstreamId: "team-mini" } } } },
    });
    const azure = best(from, "azure/gpt-4o-mini");
    expect(azure.prices).toEqual([]);
    expect(azure.upstreamModel).toBe("team-mini");
    expect(azure.facts.contextWindow).toBe(1_000);
    expect(azure.facts.maxOutputTokens).toBe(1_000);
    expect(best(from, "openai/gpt-4o-mini").prices).toHaveLength(1);
  });

  test("limits and single capabilities", () => {
    const override = {
      contextWindow: 9_000,
      maxOutputTokens: 700,
      imageTokensMax: 5,
      capabilities: { vision: false },
    };
    const { facts } = best(
      catalog(["openai"], { models: { "gpt-4o-mini": override } }),
      "gpt-4o-mini",
    );
    expect(facts).toMatchObject({ contextWindow: 9_000, maxOutputTokens: 700, imageTokensMax: 5 });
    expect(facts.capabilities).toMatchObject({ vision: false, tools: true });
  });

  const layers = [
    [{ markupPercent: 1 }, 100],
    [{ markupPercent: 1, providers: { openai: { markupPercent: 2.5 } } }, 250],
    [
      {
        markupPercent: 1,
        providers: { openai: { markupPercent: 2 } },
        models: { "gpt-4o-mini": { markupPercent: 0 } },
      },
      0,
    ],
    [
      {
        models: { "gpt-4o-mini": { markupPercent: 3 } },
        providers: { openai: { models: { "gpt-4o-mini": { markupPercent: 12.34 } } } },
      },
      1_234,
    ],
  ] as const;
  test.each(layers)("the nearest markup counts: %j is %d", (input, expected) => {
    expect(best(catalog(["openai"], input), "gpt-4o-mini").markupBasisPoints).toBe(expected);
  });
});

describe("added models", () => {
  const ollama = (model: unknown) => ({
    providers: { ollama: { dialect: "openai", models: { "llama3:8b": model } } },
  });

  test("are served when free or priced, with documented defaults", () => {
    const from = catalog(["ollama"], ollama({ free: true }));
    const added = best(from, "llama3:8b");
    expect(added).toMatchObject({ providerId: "ollama", upstreamModel: "llama3:8b", prices: [] });
    expect(added.facts).toEqual(UNKNOWN_FACTS);
    expect(servedIds(from)).toEqual(["llama3:8b"]);
    expect(best(catalog(["ollama"], ollama({ price })), "ollama/llama3:8b").prices).toHaveLength(1);
  });

  test("without a price are an error that names the path", () => {
    expect(() => catalog([], ollama({}))).toThrow('providers.ollama.models["llama3:8b"]');
  });

  test("of a disabled provider are ignored", () => {
    const off = { providers: { ollama: { enabled: false, models: { x: {} } } } };
    expect(catalog([], off).served()).toEqual([]);
  });

  test("priced and free at once are an error", () => {
    expect(() => catalog([], ollama({ price, free: true }))).toThrow("is free");
  });

  test("an override of no model is an error", () => {
    expect(() => catalog([], { models: { "gpt-4o-minny": { price } } })).toThrow(
      'models["gpt-4o-minny"]',
    );
  });

  test("a model called constructor is only a name", () => {
    const input = { providers: { ollama: { models: { constructor: { free: true } } } } };
    expect(best(catalog(["ollama"], input), "constructor").prices).toEqual([]);
  });
});

describe("aliases", () => {
  const alias = (name: string, model = "gpt-4o-mini") => ({
    models: { [model]: { aliases: [name] } },
  });

  test("resolve to the model at every provider, and are listed", () => {
    const from = catalog(["openai", "azure"], alias("fast"));
    expect(from.candidates("fast").map((deployment) => deployment.providerId)).toEqual([
      "openai",
      "azure",
    ]);
    expect(best(from, "fast").upstreamModel).toBe("gpt-4o-mini");
    expect(best(from, "azure/fast").providerId).toBe("azure");
    expect(servedIds(from)).toContain("fast");
  });

  test("may take the name of a model that nobody serves here", () => {
    const input = {
      providers: { ollama: { models: { llama3: { free: true, aliases: ["gpt-4o-mini"] } } } },
    };
    expect(best(catalog(["ollama"], input), "gpt-4o-mini").modelId).toBe("llama3");
  });

  test("must not take the name of a served model", () => {
    expect(() => catalog(["openai"], alias("gpt-4o"))).toThrow('alias "gpt-4o"');
    expect(() => catalog(["openai"], alias("gpt-4o-mini-2024-07-18", "gpt-4o"))).toThrow("alias");
  });

  test("must not mean two models", () => {
    const input = { models: { "gpt-4o": { aliases: ["x"] }, "gpt-4o-mini": { aliases: ["x"] } } };
    expect(() => catalog(["openai"], input)).toThrow('alias "x"');
  });
});

describe("a model that is newer than the catalogue", () => {
  const priced = { anthropic: { models: { "claude-sonnet-9": { price } } } };

  test("gets its family's limits and a warning", () => {
    const from = catalog(["anthropic"], { providers: priced });
    expect(best(from, "claude-sonnet-9").facts).toMatchObject({
      contextWindow: 1_000_000,
      maxOutputTokens: 128_000,
      capabilities: { tools: true, vision: true, reasoning: true, audioInput: false },
    });
    expect(from.guessed).toEqual(["anthropic/claude-sonnet-9"]);
  });

  test("of no known family gets the usual limits and a warning too", () => {
    const providers = { mine: { dialect: "openai", baseUrl: "http://127.0.0.1:1/v1" } };
    const models = { house: { price } };
    const from = catalog(["mine"], { providers: { mine: { ...providers.mine, models } } });
    expect(best(from, "house").facts).toEqual(UNKNOWN_FACTS);
    expect(from.guessed).toEqual(["mine/house"]);
  });

  test("is not guessed at when the operator says what it is, or the catalogue does", () => {
    const described = { price, contextWindow: 10_000, maxOutputTokens: 1_000 };
    const from = catalog(["anthropic"], {
      providers: { anthropic: { models: { "claude-sonnet-9": described } } },
    });
    expect(from.guessed).toEqual([]);
  });

  test("without a price is not served, whatever its family", () => {
    expect(catalog(["anthropic"], {}).candidates("claude-sonnet-9")).toEqual([]);
  });
});
