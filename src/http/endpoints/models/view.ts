// What the model endpoints show of an entry of the catalogue.
import { ONE_OF, UNITS } from "../../../base/units.ts";
import type { CatalogEntry } from "../../../catalog/build.ts";
import { priceAt } from "../../../catalog/price.ts";
import type { Price } from "../../../catalog/types.ts";

/** The extra fields are those that other clients already read. */
export function modelView(entry: CatalogEntry, now: Date) {
  const { deployment } = entry;
  const { facts } = deployment;
  const price = priceAt(deployment, now);
  const markup = deployment.markupBasisPoints;
  return {
    id: entry.id,
    object: "model",
    created: entry.created,
    owned_by: entry.providerId,
    context_length: facts.contextWindow,
    max_output_tokens: facts.maxOutputTokens,
    capabilities: facts.capabilities,
    pricing: {
      prompt: usdEach(price?.input.microPerMtok ?? 0, markup),
      completion: usdEach(price?.output.microPerMtok ?? 0, markup),
      ...unitPrices(price, markup),
    },
  };
}

function unitPrices(price: Price | null, markup: number): Record<string, string> {
  const priced = UNITS.filter((unit) => price?.units?.[unit] !== undefined);
  return Object.fromEntries(
    priced.map((unit) => [ONE_OF[unit], usdEach(price?.units?.[unit] ?? 0, markup)]),
  );
}

/** Micro-dollars for a million are pico-dollars for one; the markup adds four more decimals. */
function usdEach(microPerMillion: number, markupBasisPoints: number): string {
  const scaled = BigInt(microPerMillion) * BigInt(10_000 + markupBasisPoints);
  const digits = scaled.toString().padStart(17, "0");
  const decimals = digits.slice(-16).replace(/0+$/, "");
  return decimals === "" ? digits.slice(0, -16) : `${digits.slice(0, -16)}.${decimals}`;
}
