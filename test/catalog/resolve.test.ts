// Ids: what resolves to what, in which order, and what GET /models would list.
import { describe, expect, test } from "bun:test";
import { best, catalog, servedIds } from "./support.ts";

const providersOf = (from: ReturnType<typeof catalog>, id: string) =>
  from.candidates(id).map((deployment) => deployment.providerId);

describe("resolve", () => {
  const all = catalog(["openrouter", "azure", "groq", "together", "cerebras", "openai"]);

  test.each([
    ["gpt-4o-mini", ["openai", "azure"]],
    ["azure/gpt-4o-mini", ["azure"]],
    // The provider named comes before the aggregator that has a model of this id.
    ["openai/gpt-4o-mini", ["openai", "openrouter"]],
    ["openrouter/openai/gpt-4o-mini", ["openrouter"]],
    ["openrouter/anthropic/claude-sonnet-4.6", ["openrouter"]],
    ["anthropic/claude-sonnet-4.6", ["openrouter"]],
    ["openai/gpt-oss-120b", ["groq", "together", "openrouter"]],
    ["meta-llama/Llama-3.3-70B-Instruct-Turbo", ["together"]],
    ["together/meta-llama/Llama-3.3-70B-Instruct-Turbo", ["together"]],
    ["claude-sonnet-4-6", []],
    ["anthropic/claude-sonnet-4-6", []],
    ["", []],
    ["constructor", []],
    ["__proto__", []],
    ["openai/", []],
  ])("%s goes to %j", (id, expected) => {
    expect(providersOf(all, id)).toEqual(expected);
  });

  test("a dated name goes upstream as it is, at its model's price", () => {
    const dated = best(all, "gpt-4o-mini-2024-07-18");
    expect(dated.upstreamModel).toBe("gpt-4o-mini-2024-07-18");
    expect(dated.modelId).toBe("gpt-4o-mini");
    expect(dated.prices).toEqual(best(all, "gpt-4o-mini").prices);
    expect(providersOf(all, "openai/gpt-4o-mini-2024-07-18")).toEqual(["openai", "openrouter"]);
  });

  test("nothing is served without a connected provider", () => {
    expect(catalog([]).candidates("gpt-4o-mini")).toEqual([]);
    expect(catalog([]).served()).toEqual([]);
  });
});

describe("entries", () => {
  test("a bare id once, and the other provider's under its own name", () => {
    const ids = servedIds(catalog(["openai", "azure"]));
    expect(ids).toContain("gpt-4o-mini");
    expect(ids).toContain("azure/gpt-4o-mini");
    expect(ids).not.toContain("openai/gpt-4o-mini");
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("every listed id resolves to the entry's deployment first", () => {
    const from = catalog(["openai", "azure", "groq", "together", "cerebras", "openrouter"]);
    for (const entry of from.served()) {
      expect(best(from, entry.id)).toBe(entry.deployment);
    }
  });

  test("all() tells what is missing", () => {
    const entries = catalog(["openai"]).all();
    const claude = entries.find((entry) => entry.id === "claude-sonnet-4-6");
    expect(claude).toMatchObject({ served: false, missingEnv: "ANTHROPIC_API_KEY" });
    const mini = entries.find((entry) => entry.id === "gpt-4o-mini");
    expect(mini).toMatchObject({ served: true, missingEnv: null, providerId: "openai" });
  });

  test("created is the model's date where a name carries one", () => {
    const [mini] = catalog(["openai"])
      .served()
      .filter((entry) => entry.id === "gpt-4o-mini");
    expect(mini?.created).toBe(Date.UTC(2024, 6, 18) / 1000);
    expect(mini?.aliases).toEqual(["gpt-4o-mini-2024-07-18"]);
  });
});

describe("demo mode", () => {
  const demo = { demo: { enabled: true, models: ["gpt-4o-mini", "claude-sonnet-4-6"] } };

  test("answers the named ids at their real prices, ahead of everyone", () => {
    const from = catalog(["openai"], demo);
    expect(providersOf(from, "gpt-4o-mini")).toEqual(["demo", "openai"]);
    expect(providersOf(from, "openai/gpt-4o-mini")).toEqual(["openai"]);
    expect(best(from, "gpt-4o-mini").prices).toEqual(
      best(catalog(["openai"]), "gpt-4o-mini").prices,
    );
    expect(servedIds(from)).toContain("openai/gpt-4o-mini");
  });

  test("needs no connected provider", () => {
    expect(servedIds(catalog([], demo))).toEqual(["claude-sonnet-4-6", "demo", "gpt-4o-mini"]);
    expect(best(catalog([], demo), "demo/demo").facts.capabilities.tools).toBe(true);
  });

  test("refuses an id that the catalogue lacks", () => {
    const unknown = { demo: { enabled: true, models: ["gpt-none"] } };
    expect(() => catalog([], unknown)).toThrow('demo.models names "gpt-none"');
  });

  test("is off unless enabled", () => {
    expect(catalog(["demo"]).candidates("demo")).toEqual([]);
  });
});
