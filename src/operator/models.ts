// Models: which of the catalogue's are wanted, and what each can do.

import { OperatorError } from "../base/operator-error.ts";
import type { CatalogEntry } from "../catalog/build.ts";
import { priceAt } from "../catalog/price.ts";
import type { Rate } from "../catalog/types.ts";
import { capabilitiesOf } from "./capabilities.ts";
import { catalogOf } from "./catalog.ts";
import { configOf } from "./configuration.ts";
import type { Installation } from "./installation.ts";

/** Which models are wanted; null matches all. */
export interface ModelWish {
  /** A part of an id or an alias. */
  text: string | null;
  provider: string | null;
  /** All of them are wanted. */
  capabilities: readonly string[];
  /** Only what is served now. */
  available: boolean;
  /** Markup included, as is the next. */
  maxInputMicroPerMtok: number | null;
  maxOutputMicroPerMtok: number | null;
}

export interface ModelList {
  entries: CatalogEntry[];
  /** The moment whose prices count. */
  at: Date;
}

/**
 * Returns the models that a server with this configuration would have, as far as they are wanted.
 * @throws ConfigError; OperatorError when a provider or a capability is none, with those that there are.
 */
export async function listModels(installation: Installation, wish: ModelWish): Promise<ModelList> {
  const at = new Date();
  const { catalog } = catalogOf(installation, configOf(installation));
  return { entries: selectModels(catalog.all(), wish, at), at };
}

function selectModels(entries: readonly CatalogEntry[], wish: ModelWish, at: Date): CatalogEntry[] {
  const { provider, capabilities } = wish;
  const providers = new Set(entries.map(({ providerId }) => providerId));
  if (provider !== null) assertKnown("provider", provider, providers);
  const known = new Set(entries.flatMap(capabilitiesOf));
  for (const name of capabilities) assertKnown("capability", name, known);
  const text = wish.text?.toLowerCase();

  return entries.filter((entry) => {
    if (wish.available && !entry.served) return false;
    if (provider !== null && entry.providerId !== provider) return false;
    if (text !== undefined && !names(entry).some((name) => name.includes(text))) return false;
    const has = capabilitiesOf(entry);
    return capabilities.every((name) => has.includes(name)) && isWithin(entry, wish, at);
  });
}

const names = (entry: CatalogEntry): string[] =>
  [`${entry.providerId}/${entry.id}`, ...entry.aliases].map((name) => name.toLowerCase());

function isWithin(entry: CatalogEntry, wish: ModelWish, at: Date): boolean {
  const price = priceAt(entry.deployment, at);
  // A free model costs no more than anything.
  if (price === null) return true;
  const { markupBasisPoints } = entry.deployment;
  const isAtMost = (rate: Rate, limit: number | null) =>
    limit === null || costMicroPerMtok(rate, markupBasisPoints) <= limit;
  return (
    isAtMost(price.input, wish.maxInputMicroPerMtok) &&
    isAtMost(price.output, wish.maxOutputMicroPerMtok)
  );
}

/** A rate with its markup, in micro-dollars per million tokens, which need not be whole. */
const costMicroPerMtok = ({ microPerMtok }: Rate, markupBasisPoints: number): number =>
  (microPerMtok * (10_000 + markupBasisPoints)) / 10_000;

function assertKnown(what: string, name: string, known: ReadonlySet<string>): void {
  if (known.has(name)) return;
  throw new OperatorError(
    `there is no ${what} "${name}": use one of ${[...known].sort().join(", ")}`,
  );
}
