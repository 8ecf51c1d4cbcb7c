// The bundled catalogue: models, limits and prices that ship with the server, read once at start.
import type { Capabilities, ModelFacts } from "../base/model.ts";
// A static import, so that `bun build --compile` embeds the file in the executable.
import file from "./data/models.json";
import type { Price, PricePeriod, Rate, TokenPrice } from "./types.ts";

/**
 * A rate as the file writes it: a bare number where there are no tiers. Micro-dollars per million
 * tokens.
 */
export type FileRate = number | Rate;

/** A period of the file: as {@link PricePeriod}, with the short form of rates. */
export interface FilePeriod {
  price: { [Part in keyof TokenPrice]: FileRate };
  fromDate?: string;
  dailyUtc?: string[];
}

/** One line of the file. Token counts are whole numbers. */
export interface FileModel {
  provider: string;
  id: string;
  /**
   * Dated or floating names of the same model at the same provider, as the provider spells them.
   */
  aliases?: string[];
  contextWindow: number;
  maxOutputTokens: number;
  imageTokensMax: number;
  /** The capabilities it has; the others it has not. */
  capabilities: string[];
  priceSource: string;
  prices: FilePeriod[];
}

/** Where the data came from. */
interface CatalogSource {
  name: string;
  version: string;
  licence: string;
  usedFor: string;
}

export interface CatalogFile {
  about: string;
  /** The day the file was made, as `2026-11-22`. */
  date: string;
  sources: CatalogSource[];
  models: FileModel[];
}

/** A model of the bundled data, as one provider serves it. */
export interface KnownModel {
  providerId: string;
  id: string;
  aliases: string[];
  facts: ModelFacts;
  prices: PricePeriod[];
  priceSource: string;
}

/** Every capability, absent. */
export const NO_CAPABILITIES: Capabilities = {
  tools: false,
  structuredOutput: false,
  jsonMode: false,
  vision: false,
  audioInput: false,
  audioOutput: false,
  files: false,
  reasoning: false,
};

// TypeScript infers one literal type per line of the file; the interface is what the generator
// wrote.
const data: CatalogFile = file as CatalogFile;

/** The day the bundled data was made, as `2026-11-22`. */
export const catalogDate: string = data.date;

/** The models of the bundled data that are wanted. The result is built anew by each call: keep it. */
export function knownModels(isWanted: (model: FileModel) => boolean = () => true): KnownModel[] {
  return data.models.filter(isWanted).map((model) => ({
    providerId: model.provider,
    id: model.id,
    aliases: model.aliases ?? [],
    facts: {
      contextWindow: model.contextWindow,
      maxOutputTokens: model.maxOutputTokens,
      imageTokensMax: model.imageTokensMax,
      capabilities: toCapabilities(model.capabilities),
    },
    prices: model.prices.map(toPeriod),
    priceSource: model.priceSource,
  }));
}

/** Every model of the bundled data by its id. */
export const knownIds = (): string[] => data.models.map(({ id }) => id);

function toCapabilities(names: readonly string[]): Capabilities {
  const result = { ...NO_CAPABILITIES };
  for (const name of Object.keys(result) as (keyof Capabilities)[]) {
    result[name] = names.includes(name);
  }
  return result;
}

function toPeriod(period: FilePeriod): PricePeriod {
  const { input, output, ...parts } = period.price;
  const price: Price = { input: toRate(input), output: toRate(output) };
  for (const [part, rate] of Object.entries(parts)) {
    if (rate !== undefined) {
      price[part as keyof TokenPrice] = toRate(rate);
    }
  }
  const [start, end] = period.dailyUtc ?? [];
  return {
    price,
    ...(period.fromDate === undefined ? {} : { fromDate: period.fromDate }),
    ...(start === undefined || end === undefined ? {} : { dailyUtc: [start, end] }),
  };
}

function toRate(rate: FileRate): Rate {
  return typeof rate === "number" ? { microPerMtok: rate } : rate;
}
