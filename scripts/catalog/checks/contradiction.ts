// What a check finds, and what checks read models by.
import type { FileModel, FileRate } from "../../../src/catalog/data.ts";
import { type ModelIdentity, modelIdentity } from "../../../src/catalog/identity.ts";

/** Two statements of the catalogue that cannot both be true. */
export interface Contradiction {
  /** The check's name, by which an exception names it. */
  check: string;
  provider: string;
  id: string;
  says: string;
}

/** A check reads all models and gives what is wrong with them. */
export type Check = (models: readonly FileModel[]) => Contradiction[];

export type FilePrice = FileModel["prices"][number]["price"];
export type Part = keyof FilePrice;

/** Where a maker sells its models itself. Bedrock is Amazon's own for Nova. */
const HOME: Readonly<Record<string, string>> = {
  openai: "openai",
  anthropic: "anthropic",
  google: "google",
  mistral: "mistral",
  deepseek: "deepseek",
  xai: "xai",
  moonshot: "moonshot",
  amazon: "bedrock",
};

/** Makers that give no weights away: hosts serve the maker's own model, with the maker's limits. */
const CLOSED: ReadonlySet<string | null> = new Set([
  "openai",
  "anthropic",
  "google",
  "xai",
  "amazon",
]);

/** Whether every host serves the maker's own model. */
export function isClosed({ maker }: ModelIdentity): boolean {
  return CLOSED.has(maker);
}

/** The models that are one and the same, each group with the identity that they share. */
export function groups(
  models: readonly FileModel[],
): { identity: ModelIdentity; members: FileModel[] }[] {
  const byName = new Map<string, { identity: ModelIdentity; members: FileModel[] }>();
  for (const model of models) {
    const identity = modelIdentity(model.id);
    const key = `${identity.maker} ${identity.name}`;
    const group = byName.get(key) ?? { identity, members: [] };
    group.members.push(model);
    byName.set(key, group);
  }
  return [...byName.values()];
}

/** The model at its maker, the undated name first; undefined where the catalogue has it from hosts only. */
export function atMaker(
  members: readonly FileModel[],
  maker: string | null,
): FileModel | undefined {
  const own = members.filter(({ provider }) => provider === HOME[maker ?? ""]);
  return own.find(({ id }) => modelIdentity(id).snapshot === null) ?? own[0];
}

/** The price that holds first. @throws Error for a model without prices */
export function firstPrice(model: FileModel): FilePrice {
  const [period] = model.prices;
  if (period === undefined) {
    throw new Error(`${model.provider}/${model.id} has no price`);
  }
  return period.price;
}

/** Micro-dollars per million tokens of a short prompt; undefined where the part has no rate. */
export function base(rate: FileRate | undefined): number | undefined {
  return typeof rate === "number" ? rate : rate?.microPerMtok;
}

/** The tiers of a rate, without the base. */
export function tiersOf(rate: FileRate | undefined): { above: number; microPerMtok: number }[] {
  return typeof rate === "number" ? [] : (rate?.tiers ?? []);
}

/** Dollars for a message. */
export function usd(micro: number | undefined): string {
  return micro === undefined ? "none" : `$${micro / 1e6}`;
}
