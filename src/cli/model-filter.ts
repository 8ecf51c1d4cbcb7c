// Which models `aacflow models` lists: the reader's wishes, held against the catalogue's entries.
import type { CatalogEntry } from "../catalog/build.ts";
import { priceAt } from "../catalog/price.ts";
import { CliError } from "./failure.ts";
import { capabilitiesOf, costMicroPerMtok } from "./model-view.ts";

export interface ModelWish {
  /** A part of an id or an alias. */
  text?: string | undefined;
  provider?: string;
  /** All of them are wanted. */
  capability?: string[];
  /** Only what is served now. */
  available?: true;
  /** Micro-dollars per million tokens, markup included. */
  maxInput?: number;
  maxOutput?: number;
}

/**
 * The entries that a reader wants to see.
 * @throws CliError when a provider or a capability is none, with those that there are.
 */
export function selectModels(
  entries: readonly CatalogEntry[],
  wish: ModelWish,
  now: Date,
): CatalogEntry[] {
  const { provider, capability = [] } = wish;
  const providers = new Set(entries.map(({ providerId }) => providerId));
  if (provider !== undefined) assertKnown("provider", provider, providers);
  const capabilities = new Set(entries.flatMap(capabilitiesOf));
  for (const name of capability) assertKnown("capability", name, capabilities);
  const text = wish.text?.toLowerCase();

  return entries.filter((entry) => {
    if (wish.available === true && !entry.served) return false;
    if (provider !== undefined && entry.providerId !== provider) return false;
    if (text !== undefined && !names(entry).some((name) => name.includes(text))) return false;
    const has = capabilitiesOf(entry);
    return capability.every((name) => has.includes(name)) && isWithin(entry, wish, now);
  });
}

const names = (entry: CatalogEntry): string[] =>
  [`${entry.providerId}/${entry.id}`, ...entry.aliases].map((name) => name.toLowerCase());

function isWithin(entry: CatalogEntry, { maxInput, maxOutput }: ModelWish, now: Date): boolean {
  const price = priceAt(entry.deployment, now);
  // A free model costs no more than anything.
  if (price === null) return true;
  const { markupBasisPoints } = entry.deployment;
  return (
    costMicroPerMtok(price.input, markupBasisPoints) <= (maxInput ?? Number.POSITIVE_INFINITY) &&
    costMicroPerMtok(price.output, markupBasisPoints) <= (maxOutput ?? Number.POSITIVE_INFINITY)
  );
}

function assertKnown(what: string, name: string, known: ReadonlySet<string>): void {
  if (known.has(name)) return;
  throw new CliError(`there is no ${what} "${name}": use one of ${[...known].sort().join(", ")}`);
}
