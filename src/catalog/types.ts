// What the catalogue knows of a model beside its facts: its prices, and the deployments that serve it.
import type { ModelFacts } from "../base/model.ts";
import type { UnitCounts } from "../base/units.ts";

/**
 * A price in micro-dollars per million tokens, which is the same as pico-dollars per token: $0.15 per million
 * is 150000. With tiers, the whole request is charged at the rate of the highest tier whose `above` the prompt exceeds.
 */
export interface Rate {
  microPerMtok: number;
  tiers?: { above: number; microPerMtok: number }[];
}

/** Prices of one model's tokens. A part without a rate of its own is charged at the rate of what it is part of. */
export interface TokenPrice {
  input: Rate;
  output: Rate;
  cacheRead?: Rate;
  /** Sound that came from the cache. */
  cacheReadAudio?: Rate;
  cacheWrite?: Rate;
  cacheWrite1h?: Rate;
  inputAudio?: Rate;
  outputAudio?: Rate;
  outputReasoning?: Rate;
}

export interface Price extends TokenPrice {
  /** What is not counted in tokens, in micro-dollars for a million: $0.04 for an image is 40000000000. */
  units?: UnitCounts;
}

/** A price and when it applies; of several that apply, the last one in the list counts. */
export interface PricePeriod {
  price: Price;
  /** First day of validity in UTC, as `2026-07-30`. */
  fromDate?: string;
  /** Hours of the day in UTC, as `["16:30","00:30"]`; may wrap around midnight. */
  dailyUtc?: [string, string];
}

/** A model as one provider serves it: what the gateway needs to quote, dispatch and settle a request. */
export interface Deployment {
  /** The id that clients use, e.g. `gpt-4o-mini`. */
  modelId: string;
  providerId: string;
  /** The model's name at the provider. */
  upstreamModel: string;
  facts: ModelFacts;
  /** Empty means free: the operator said so. */
  prices: PricePeriod[];
  /** The operator's markup in hundredths of a percent: 1000 is 10 %. */
  markupBasisPoints: number;
}
