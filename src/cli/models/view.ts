// How a model of the catalogue is shown: its prices as they are charged, and what it can do.
import { ONE_OF, UNITS } from "../../base/units.ts";
import type { CatalogEntry } from "../../catalog/build.ts";
import { priceAt } from "../../catalog/price.ts";
import type { Price, Rate, TokenPrice } from "../../catalog/types.ts";
import { capabilitiesOf } from "../../operator/capabilities.ts";

/** The names of the price's parts in JSON. */
const PARTS: Record<keyof TokenPrice, string> = {
  input: "input",
  output: "output",
  cacheRead: "cache_read",
  cacheReadAudio: "cache_read_audio",
  cacheWrite: "cache_write",
  cacheWrite1h: "cache_write_1h",
  inputAudio: "input_audio",
  outputAudio: "output_audio",
  outputReasoning: "output_reasoning",
};

/** USD per million tokens as decimal strings, markup included: what a request is charged by. */
interface ShownRate {
  usd_per_mtok: string;
  /** The rate of the whole request when its prompt has more tokens than `above`. */
  tiers: { above: number; usd_per_mtok: string }[];
}

/** A model as `aacflow models --json` prints it. `price` is null for a free one. */
export function modelJson(entry: CatalogEntry, now: Date) {
  const { facts, markupBasisPoints } = entry.deployment;
  const price = priceAt(entry.deployment, now);
  return {
    id: entry.id,
    provider: entry.providerId,
    served: entry.served,
    missing_env: entry.missingEnv,
    price: price === null ? null : priceJson(price, markupBasisPoints),
    context_window: facts.contextWindow,
    max_output_tokens: facts.maxOutputTokens,
    capabilities: capabilitiesOf(entry),
    aliases: entry.aliases,
  };
}

export const MODEL_COLUMNS = [
  { title: "MODEL" },
  { title: "PROVIDER" },
  { title: "INPUT", align: "right" },
  { title: "OUTPUT", align: "right" },
  { title: "CONTEXT", align: "right" },
  { title: "CAPABILITIES" },
  { title: "SERVED" },
] as const;

/** A model as a row under {@link MODEL_COLUMNS}. */
export function modelRow(entry: CatalogEntry, now: Date): string[] {
  const price = priceAt(entry.deployment, now);
  const shown = (rate: Rate | undefined) =>
    rate === undefined ? "free" : usdPerMtok(rate.microPerMtok, entry.deployment.markupBasisPoints);
  return [
    entry.id,
    entry.providerId,
    shown(price?.input),
    shown(price?.output),
    String(entry.deployment.facts.contextWindow),
    capabilitiesOf(entry).join(","),
    servedText(entry),
  ];
}

/**
 * A rate with its markup in USD per million tokens, exact, with at least two decimals: 150000
 * becomes `0.15`.
 * @param markupBasisPoints hundredths of a percent
 */
export const usdPerMtok = (microPerMtok: number, markupBasisPoints: number): string =>
  withMarkup(microPerMtok, markupBasisPoints, 6);

/** The same of a price for one, as `0.04`, from micro-dollars for a million. */
const usdEach = (microPerMillion: number, markupBasisPoints: number): string =>
  withMarkup(microPerMillion, markupBasisPoints, 12);

function withMarkup(amount: number, markupBasisPoints: number, decimals: number): string {
  const scaled = BigInt(amount) * BigInt(10_000 + markupBasisPoints);
  // Four decimals more than the amount's: those of the basis points.
  const all = decimals + 4;
  const digits = scaled.toString().padStart(all + 1, "0");
  const fraction = digits.slice(-all).replace(/0+$/, "").padEnd(2, "0");
  return `${digits.slice(0, -all)}.${fraction}`;
}

function servedText({ served, missingEnv }: CatalogEntry): string {
  if (served) return "yes";
  return missingEnv ? `no: set ${missingEnv}` : "no";
}

type ShownPrice = Record<string, ShownRate | { usd_each: string }>;

function priceJson(price: Price, markupBasisPoints: number): ShownPrice {
  const shown: ShownPrice = {};
  for (const [part, name] of Object.entries(PARTS) as [keyof TokenPrice, string][]) {
    const rate = price[part];
    if (rate === undefined) continue;
    shown[name] = {
      usd_per_mtok: usdPerMtok(rate.microPerMtok, markupBasisPoints),
      tiers: (rate.tiers ?? []).map((tier) => ({
        above: tier.above,
        usd_per_mtok: usdPerMtok(tier.microPerMtok, markupBasisPoints),
      })),
    };
  }
  for (const unit of UNITS) {
    const microPerMillion = price.units?.[unit];
    if (microPerMillion === undefined) continue;
    shown[ONE_OF[unit]] = { usd_each: usdEach(microPerMillion, markupBasisPoints) };
  }
  return shown;
}
