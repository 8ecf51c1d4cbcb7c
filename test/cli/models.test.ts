// `aacflow models` and `aacflow openapi`: they need no data and no provider.
import { expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempFolder } from "../support/folders.ts";
import { SOURCES } from "../support/program.ts";
import { run, runJson } from "./support.ts";

// Whole programs start and end here, on machines that may be busy.
setDefaultTimeout(30_000);

interface ShownModel {
  id: string;
  provider: string;
  served: boolean;
  missing_env: string | null;
  price: Record<string, { usd_per_mtok: string; tiers: unknown[] }> | null;
  context_window: number;
  max_output_tokens: number;
  capabilities: string[];
  aliases: string[];
}

const listModels = async (env: Record<string, string> = {}, args: string[] = []) =>
  (await runJson<{ models: ShownModel[] }>(["models", ...args], env)).models;

test("without a key nothing is served, and each model says which variable is missing", async () => {
  const models = await listModels();
  expect(models.filter(({ served }) => served)).toEqual([]);
  const mini = models.find(({ id }) => id === "gpt-4o-mini");
  expect(mini).toMatchObject({
    provider: "openai",
    missing_env: "OPENAI_API_KEY",
    context_window: 128_000,
    max_output_tokens: 16_384,
  });
  expect(mini?.price?.input).toEqual({ usd_per_mtok: "0.15", tiers: [] });
  expect(mini?.price?.output?.usd_per_mtok).toBe("0.60");
  expect(mini?.capabilities).toContain("tools");
});

test("every part of a price is shown, that of cached sound too", async () => {
  const models = await listModels();
  const flash = models.find((it) => it.id === "gemini-2.5-flash" && it.provider === "google");
  expect(flash?.price).toEqual({
    input: { usd_per_mtok: "0.30", tiers: [] },
    output: { usd_per_mtok: "2.50", tiers: [] },
    cache_read: { usd_per_mtok: "0.03", tiers: [] },
    cache_read_audio: { usd_per_mtok: "0.10", tiers: [] },
    input_audio: { usd_per_mtok: "1.00", tiers: [] },
  });
});

test("a provider's key serves its models, and its value is shown nowhere", async () => {
  const env = { OPENAI_API_KEY: "sk-secret-value" };
  const models = await listModels(env);
  const mini = models.find(({ id }) => id === "gpt-4o-mini");
  expect(mini).toMatchObject({ served: true, missing_env: null });
  const { code, stdout, stderr } = await run(["models"], env);
  expect(code).toBe(0);
  expect(stdout + stderr).not.toContain("sk-secret-value");
  expect(stdout).toMatch(/^MODEL +PROVIDER +INPUT +OUTPUT +CONTEXT +CAPABILITIES +SERVED$/m);
  expect(stdout).toMatch(/^gpt-4o-mini +openai +0\.15 +0\.60 +128000 .* yes$/m);
});

test("the configuration's markup is in the prices", async () => {
  const file = join(tempFolder(), "aacflow.yaml");
  writeFileSync(file, "markupPercent: 10\n");
  const models = await listModels({}, ["--config", file]);
  const mini = models.find(({ id }) => id === "gpt-4o-mini");
  expect(mini?.price?.input?.usd_per_mtok).toBe("0.165");
});

test("filters keep what they name, and all of them at once", async () => {
  const all = await listModels();
  const filtered = (...args: string[]) => listModels({ OPENAI_API_KEY: "sk-1" }, args);
  const isServed = ({ served }: ShownModel) => served;

  expect(await filtered("--provider", "groq")).toEqual(
    all.filter(({ provider }) => provider === "groq"),
  );
  const minis = await filtered("4O-mini");
  expect(minis.length).toBeGreaterThan(1);
  expect(minis.every(({ id, aliases }) => `${id} ${aliases}`.includes("4o-mini"))).toBe(true);
  const available = await filtered("--available");
  expect(available.length).toBeGreaterThan(5);
  expect(available.every(isServed)).toBe(true);
  const able = await filtered("--capability=vision", "--capability", "reasoning");
  expect(able.length).toBeGreaterThan(5);
  for (const { capabilities } of able) {
    expect(capabilities).toEqual(expect.arrayContaining(["vision", "reasoning"]));
  }
  const cheap = await filtered("--max-input=0.15", "--max-output=0.60", "--available");
  expect(cheap.map(({ id }) => id)).toContain("gpt-4o-mini");
  for (const { price } of cheap) {
    expect(Number(price?.input?.usd_per_mtok ?? 0)).toBeLessThanOrEqual(0.15);
    expect(Number(price?.output?.usd_per_mtok ?? 0)).toBeLessThanOrEqual(0.6);
  }
  expect(await filtered("--max-input=0.15", "--provider=groq", "--available")).toEqual([]);
});

test("a filter that names nothing says what there is", async () => {
  const provider = await run(["models", "--provider", "opnai"]);
  expect(provider.code).toBe(1);
  expect(provider.stderr).toContain('there is no provider "opnai": use one of anthropic, azure');
  const capability = await run(["models", "--capability", "sight"]);
  expect(capability.stderr).toContain("vision");
  const none = await run(["models", "no-such-model"]);
  expect(none).toMatchObject({ code: 0 });
  expect(none.stdout).toContain("0 models, 0 served now");
});

test("a document larger than a pipe's buffer arrives whole at a slow reader", async () => {
  const child = Bun.spawn([...SOURCES, "models", "--json"], { stdout: "pipe" });
  await Bun.sleep(1_500);
  const text = await new Response(child.stdout).text();
  expect(text.length).toBeGreaterThan(65_536);
  expect((JSON.parse(text) as { models: unknown[] }).models.length).toBeGreaterThan(0);
  expect(await child.exited).toBe(0);
});

test("openapi prints the document, with and without --json", async () => {
  const document = await runJson<{ openapi: string; paths: object }>(["openapi"]);
  expect(document.openapi).toStartWith("3.");
  expect(Object.keys(document.paths)).toContain("/api/v1/ai/chat/completions");
  const plain = await run(["openapi"]);
  expect(JSON.parse(plain.stdout)).toEqual(document);
});
