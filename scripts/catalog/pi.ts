// Reads the model table of pi-ai: limits, inputs, reasoning, and prices of the newest models.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { FilePeriod, FileRate } from "../../src/catalog/data.ts";
import { toMicroPerMtok } from "./micro.ts";

interface PiRates {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
}

/**
 * A model of pi-ai's table, as far as the catalogue reads it. Prices in dollars per million tokens.
 */
export interface PiModel {
  id: string;
  type: string;
  reasoning?: boolean;
  input: string[];
  cost: PiRates & { tiers?: (PiRates & { inputTokensAbove: number })[] };
  contextWindow?: number;
  maxTokens?: number;
}

/** The chat models of one provider, by id. */
export async function readPiModels(folder: string, name: string): Promise<Map<string, PiModel>> {
  const text = await readFile(join(folder, `${name}.json`), "utf8");
  // The file is {dialect: {"type:id": model}}; the dialect pi speaks with the provider does not
  // matter here.
  const dialects = JSON.parse(text) as Record<string, Record<string, PiModel>>;
  const models = Object.values(dialects).flatMap((models) => Object.values(models));
  return new Map(models.filter((model) => model.type === "chat").map((model) => [model.id, model]));
}

/**
 * pi-ai's price as a period of the catalogue. A rate of 0 beside a priced input means "not stated".
 */
export function piPrice(model: PiModel): FilePeriod["price"] {
  const { cost } = model;
  const price: FilePeriod["price"] = { input: rate(model, "input"), output: rate(model, "output") };
  if (cost.cacheRead > 0) {
    price.cacheRead = rate(model, "cacheRead");
  }
  // A write cheaper than plain input is a storage surcharge, not a price: the input's rate then
  // holds.
  if (cost.cacheWrite > 0 && cost.cacheWrite >= cost.input) {
    price.cacheWrite = rate(model, "cacheWrite");
  }
  return price;
}

function rate(model: PiModel, part: keyof PiRates): FileRate {
  const microPerMtok = toMicroPerMtok(model.cost[part]);
  const tiers = (model.cost.tiers ?? []).map((tier) => ({
    above: tier.inputTokensAbove,
    microPerMtok: toMicroPerMtok(tier[part]),
  }));
  return tiers.length === 0 ? microPerMtok : { microPerMtok, tiers };
}
