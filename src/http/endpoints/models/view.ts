// What the model endpoints show of an entry of the catalogue.
import type { CatalogEntry } from "../../../catalog/build.ts";
import { priceAt } from "../../../catalog/price.ts";

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
      prompt: usdPerToken(price?.input.microPerMtok ?? 0, markup),
      completion: usdPerToken(price?.output.microPerMtok ?? 0, markup),
    },
  };
}

/** Micro-dollars per million tokens are pico-dollars per token; the markup adds four more decimals. */
function usdPerToken(microPerMtok: number, markupBasisPoints: number): string {
  const scaled = BigInt(microPerMtok) * BigInt(10_000 + markupBasisPoints);
  const digits = scaled.toString().padStart(17, "0");
  const decimals = digits.slice(-16).replace(/0+$/, "");
  return decimals === "" ? digits.slice(0, -16) : `${digits.slice(0, -16)}.${decimals}`;
}
