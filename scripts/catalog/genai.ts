// Reads genai-prices: exact models only, and prices as periods of the catalogue.
import {
  type ConditionalPrice,
  findProvider,
  type MatchLogic,
  type ModelInfo,
  type ModelPrice,
} from "@pydantic/genai-prices";
import type { FilePeriod, FileRate } from "../../src/catalog/data.ts";
import { toMicroPerMtok } from "./micro.ts";

/** A model that genai-prices knows under exactly the id asked for. */
export interface ExactMatch {
  model: ModelInfo;
  /**
   * The id is the model's own; otherwise it is one of the other names that its match spells out.
   */
  own: boolean;
}

/**
 * Finds a model by its own id or by a name spelled out in its match logic. Prefixes and patterns
 * are not tried: they take a newer model for an older one (`claude-sonnet-5-5` for
 * `claude-sonnet-5`).
 */
export function findExact(providerId: string, id: string): ExactMatch | null {
  const models = findProvider({ providerId })?.models;
  if (models === undefined) {
    throw new Error(`genai-prices has no provider ${providerId}`);
  }
  const spelled = models.find((model) => spelledNames(model.match).includes(id));
  const model = models.find((candidate) => candidate.id === id) ?? spelled;
  return model === undefined ? null : { model, own: model.id === id };
}

/** The names that a match accepts as they stand. */
export function spelledNames(match: MatchLogic): string[] {
  if ("equals" in match) {
    return [match.equals];
  }
  return "or" in match ? match.or.flatMap(spelledNames) : [];
}

/**
 * The price periods of a model, or null when it has no price for input or output in some period.
 */
export function genaiPeriods(model: ModelInfo): FilePeriod[] | null {
  const entries: ConditionalPrice[] = Array.isArray(model.prices)
    ? model.prices
    : [{ prices: model.prices }];
  const periods: FilePeriod[] = [];
  for (const entry of entries) {
    const price = toPrice(entry.prices);
    if (price === null) {
      return null;
    }
    periods.push({ price, ...toCondition(entry) });
  }
  return periods;
}

function toCondition(entry: ConditionalPrice): Omit<FilePeriod, "price"> {
  const { constraint } = entry;
  if (constraint === undefined) {
    return {};
  }
  if (constraint.type === "start_date") {
    return { fromDate: constraint.start_date };
  }
  return { dailyUtc: [toMinutes(constraint.start_time), toMinutes(constraint.end_time)] };
}

/** `16:30:00Z` to `16:30`; the catalogue knows whole minutes in UTC only. */
function toMinutes(time: string): string {
  const match = /^(\d\d:\d\d):00Z$/.exec(time);
  if (match?.[1] === undefined) {
    throw new Error(`not a whole minute in UTC: ${time}`);
  }
  return match[1];
}

/**
 * The names of the parts there and here. Parts that the catalogue has no counter for are not
 * listed.
 */
const PARTS = {
  cacheRead: "cache_read_mtok",
  cacheReadAudio: "cache_audio_read_mtok",
  cacheWrite: "cache_write_mtok",
  cacheWrite1h: "cache_write_1h_mtok",
  inputAudio: "input_audio_mtok",
  outputAudio: "output_audio_mtok",
} as const;

function toPrice(source: ModelPrice): FilePeriod["price"] | null {
  const input = toRate(source.input_mtok);
  const output = toRate(source.output_mtok);
  if (input === null || output === null) {
    return null;
  }
  const price: FilePeriod["price"] = { input, output };
  for (const [part, key] of Object.entries(PARTS)) {
    const rate = isSurcharge(part, source) ? null : toRate(source[key]);
    if (rate !== null) {
      price[part as keyof typeof PARTS] = rate;
    }
  }
  return price;
}

/**
 * A cache write cheaper than plain input is a storage surcharge, not a price: the input's rate then
 * holds.
 */
function isSurcharge(part: string, source: ModelPrice): boolean {
  const write = source[PARTS.cacheWrite];
  const input = source.input_mtok;
  return (
    part === "cacheWrite" && typeof write === "number" && typeof input === "number" && write < input
  );
}

function toRate(value: ModelPrice[string]): FileRate | null {
  if (value === undefined) {
    return null;
  }
  if (typeof value === "number") {
    return toMicroPerMtok(value);
  }
  // `start` there and `above` here are the same: a tier begins with the first token past it.
  const tiers = value.tiers.map((tier) => ({
    above: tier.start,
    microPerMtok: toMicroPerMtok(tier.price),
  }));
  return { microPerMtok: toMicroPerMtok(value.base), tiers };
}
