// The operator's overrides of one model: how the configuration's layers are merged and turned into
// prices.
import { UNITS, type Unit, type UnitCounts } from "../base/units.ts";
import { ConfigError } from "../config/config-error.ts";
import type { Config, ModelOverride, PriceOverride } from "../config/schema.ts";
import type { Price, PricePeriod } from "./types.ts";

/** What the configuration says about a model at a provider, both layers merged. */
export interface MergedOverride {
  /** Where the operator would look, e.g. `providers.ollama.models["llama3"]`. */
  path: string;
  upstreamId: string | undefined;
  aliases: string[];
  /** Undefined: as the catalogue says. Empty: free. */
  prices: PricePeriod[] | undefined;
  markupBasisPoints: number;
  contextWindow: number | undefined;
  maxOutputTokens: number | undefined;
  imageTokensMax: number | undefined;
  capabilities: ModelOverride["capabilities"];
}

/**
 * Merges `providers[p].models[m]` over `models[m]`, field by field; aliases of both count. The
 * markup is the first of `providers[p].models[m]`, `models[m]`, `providers[p]` and the global one.
 * @throws Error when a layer both prices a model and makes it free.
 */
export function mergeOverride(config: Config, providerId: string, modelId: string): MergedOverride {
  const provider = Object.hasOwn(config.providers, providerId)
    ? config.providers[providerId]
    : undefined;
  const general = ownEntry(config.models, modelId);
  const specific = ownEntry(provider?.models, modelId);
  const generalPath = `models[${JSON.stringify(modelId)}]`;
  const specificPath = `providers.${providerId}.${generalPath}`;
  const markup =
    specific?.markupPercent ??
    general?.markupPercent ??
    provider?.markupPercent ??
    config.markupPercent;
  return {
    path: specific === undefined && general !== undefined ? generalPath : specificPath,
    upstreamId: specific?.upstreamId ?? general?.upstreamId,
    aliases: [...new Set([...(specific?.aliases ?? []), ...(general?.aliases ?? [])])],
    prices: pricesOf(specific, specificPath) ?? pricesOf(general, generalPath),
    // The schema admits two decimals, which this makes whole again.
    markupBasisPoints: Math.round(markup * 100),
    contextWindow: specific?.contextWindow ?? general?.contextWindow,
    maxOutputTokens: specific?.maxOutputTokens ?? general?.maxOutputTokens,
    imageTokensMax: specific?.imageTokensMax ?? general?.imageTokensMax,
    capabilities: { ...general?.capabilities, ...specific?.capabilities },
  };
}

/** A record's own entry: a model may be called `constructor`. */
function ownEntry<T>(record: Record<string, T> | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

function pricesOf(override: ModelOverride | undefined, path: string): PricePeriod[] | undefined {
  if (override?.free && override.price !== undefined) {
    throw new ConfigError(`${path} has a price and is free: remove one of the two`);
  }
  if (override?.free) {
    return [];
  }
  return override?.price === undefined ? undefined : [{ price: toPrice(override.price) }];
}

/**
 * An override replaces the whole price: a part it leaves out is charged at the rate of what it is
 * part of.
 */
function toPrice(price: PriceOverride): Price {
  const result: Price = {
    input: { microPerMtok: price.inputPerMtok },
    output: { microPerMtok: price.outputPerMtok },
  };
  const parts = {
    cacheRead: price.cacheReadPerMtok,
    cacheReadAudio: price.cacheReadAudioPerMtok,
    cacheWrite: price.cacheWritePerMtok,
    cacheWrite1h: price.cacheWrite1hPerMtok,
    inputAudio: price.inputAudioPerMtok,
    outputAudio: price.outputAudioPerMtok,
    outputReasoning: price.outputReasoningPerMtok,
  };
  for (const [part, microPerMtok] of Object.entries(parts)) {
    if (microPerMtok !== undefined) {
      result[part as keyof typeof parts] = { microPerMtok };
    }
  }
  const units = unitsOf(price);
  return units === null ? result : { ...result, units };
}

function unitsOf(price: PriceOverride): UnitCounts | null {
  const given = UNITS.flatMap((unit) => {
    const micro = price[PRICE_OF_UNIT[unit]];
    return micro === undefined ? [] : [[unit, micro] as const];
  });
  return given.length === 0 ? null : Object.fromEntries(given);
}

/** The configuration's names of the units' prices. */
const PRICE_OF_UNIT = {
  images: "perImage",
  seconds: "perSecond",
  characters: "perCharacter",
  pages: "perPage",
  requests: "perRequest",
} as const satisfies Record<Unit, keyof PriceOverride>;
