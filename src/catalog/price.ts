// Which price applies when, and which rate applies to how long a prompt.
import type { Deployment, Price, PricePeriod, Rate } from "./types.ts";

/**
 * The price of a deployment at a moment, or null when the operator made it free.
 * Of the periods that apply, the last in the list counts. Where none applies yet, the first one
 * does: a model with prices is never free by accident.
 */
export function priceAt({ prices }: Pick<Deployment, "prices">, now: Date): Price | null {
  const [first] = prices;
  if (first === undefined) {
    return null;
  }
  // Whenever it applies, nothing else does.
  if (prices.length === 1) {
    return first.price;
  }
  const utc = now.toISOString();
  const current = prices.findLast((period) => applies(period, utc)) ?? first;
  return current.price;
}

/** Micro-dollars per million tokens for a request with this many prompt tokens. */
export function rateFor(rate: Rate, promptTokens: number): number {
  let result = rate.microPerMtok;
  if (rate.tiers === undefined) {
    return result;
  }
  let highest = -1;
  for (const tier of rate.tiers) {
    if (promptTokens > tier.above && tier.above > highest) {
      result = tier.microPerMtok;
      highest = tier.above;
    }
  }
  return result;
}

/**
 * The most that a million tokens can cost when the prompt has at most this many tokens, in
 * micro-dollars. For the bound, which knows the prompt's upper bound only: a tier may be cheaper
 * than the one below it.
 */
export function maxRateUpTo(rate: Rate, promptTokens: number): number {
  let result = rate.microPerMtok;
  if (rate.tiers === undefined) {
    return result;
  }
  for (const tier of rate.tiers) {
    if (promptTokens > tier.above) {
      result = Math.max(result, tier.microPerMtok);
    }
  }
  return result;
}

/** @param utc as `2026-07-30T16:30:00.000Z` */
function applies(period: PricePeriod, utc: string): boolean {
  if (period.fromDate !== undefined && utc.slice(0, 10) < period.fromDate) {
    return false;
  }
  if (period.dailyUtc === undefined) {
    return true;
  }
  // Both are zero-padded, so that they compare as text; the end is not part of the period.
  const [start, end] = period.dailyUtc;
  const time = utc.slice(11, 16);
  return start <= end ? time >= start && time < end : time >= start || time < end;
}
