// A third opinion: LiteLLM's table of prices, of which nothing is copied. Where it disagrees, a person looks.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { FileModel } from "../../src/catalog/data.ts";
import { base, type FilePrice, firstPrice, type Part, tiersOf } from "./checks/contradiction.ts";

/** A line of the table, as far as it is compared. Dollars per token. */
export interface LitellmModel {
  litellm_provider?: string;
  max_input_tokens?: number;
  [cost: string]: unknown;
}

/** What its keys put before a model's id, by provider; the first that is there counts. */
const PREFIXES: Readonly<Record<string, readonly string[]>> = {
  openai: [""],
  anthropic: [""],
  google: ["gemini/"],
  together: ["together_ai/"],
  fireworks: ["fireworks_ai/"],
  bedrock: ["", "bedrock_mantle/"],
  vertex: ["vertex_ai/"],
};

const COSTS: Readonly<Partial<Record<Part, string>>> = {
  input: "input_cost_per_token",
  output: "output_cost_per_token",
  cacheRead: "cache_read_input_token_cost",
  cacheReadAudio: "cache_read_input_audio_token_cost",
  cacheWrite: "cache_creation_input_token_cost",
  cacheWrite1h: "cache_creation_input_token_cost_above_1hr",
  inputAudio: "input_cost_per_audio_token",
  outputAudio: "output_cost_per_audio_token",
};

/** Reads the table out of the unpacked package. */
export async function readLitellm(folder: string): Promise<Record<string, LitellmModel>> {
  const text = await readFile(join(folder, "model_prices.json"), "utf8");
  return JSON.parse(text) as Record<string, LitellmModel>;
}

/** One line for each model on which the table disagrees. Models and parts that it lacks are passed over. */
export function disagreements(
  models: readonly FileModel[],
  table: Readonly<Record<string, LitellmModel>>,
): string[] {
  return models.flatMap((model) => {
    const theirs = find(model, table);
    const differences = theirs === undefined ? [] : compare(model, theirs);
    return differences.length === 0
      ? []
      : [`LiteLLM differs on ${model.provider}/${model.id}: ${differences.join(", ")}`];
  });
}

function find(
  { provider, id }: FileModel,
  table: Readonly<Record<string, LitellmModel>>,
): LitellmModel | undefined {
  const prefixes = PREFIXES[provider] ?? [`${provider}/`];
  return prefixes.map((prefix) => table[prefix + id]).find((line) => line !== undefined);
}

function compare(model: FileModel, theirs: LitellmModel): string[] {
  const price = firstPrice(model);
  const rates = Object.entries(COSTS).flatMap(([part, cost]) => {
    const [ours, other] = [effective(price, part as Part), theirs[cost]];
    // Their numbers are dollars per token in floating point, with its noise.
    const micro = typeof other === "number" ? Math.round(other * 1e12) : undefined;
    return micro === undefined || micro === 0 || Math.abs(micro - ours) <= ours / 1_000
      ? []
      : [`${part} $${ours / 1e6} there $${micro / 1e6}`];
  });
  return [...rates, ...compareWindow(model, theirs), ...compareTier(price, theirs)];
}

/** What a part is charged at: a part without a rate costs what it is a part of. */
function effective(price: FilePrice, part: Part): number {
  const cached = part === "cacheReadAudio" ? price.cacheRead : undefined;
  const whole = part.startsWith("output") ? price.output : price.input;
  return base(price[part] ?? cached ?? whole) ?? 0;
}

/** Some of its windows are of the prompt alone. */
function compareWindow(model: FileModel, { max_input_tokens: theirs }: LitellmModel): string[] {
  const { contextWindow, maxOutputTokens } = model;
  const same = [contextWindow, contextWindow - maxOutputTokens].some(
    (ours) => theirs === undefined || Math.abs(ours - theirs) <= ours * 0.05,
  );
  return same ? [] : [`window ${contextWindow} there ${theirs}`];
}

function compareTier(price: FilePrice, theirs: LitellmModel): string[] {
  const ours = tiersOf(price.input).length > 0;
  const other = Object.keys(theirs).some((key) =>
    /^input_cost_per_token_above_\d+k_tokens$/.test(key),
  );
  return ours === other
    ? []
    : [other ? "a price for long prompts there" : "none for long prompts there"];
}
