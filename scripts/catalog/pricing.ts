// Chooses between the sources' prices for one model.
import type { FilePeriod, FileRate } from "../../src/catalog/data.ts";
import { modelIdentity } from "../../src/catalog/identity.ts";
import { findExact, genaiPeriods } from "./genai.ts";
import { type PiModel, piPrice } from "./pi.ts";

/** A price, the source it comes from, and what a maintainer should look at. */
export interface ChosenPrice {
  periods: FilePeriod[];
  source: "genai-prices" | "pi-ai";
  note: string | null;
}

export interface PricingQuery {
  provider: string;
  genaiProvider: string;
  id: string;
  pi: PiModel | null;
  /** Today, as `2026-11-22`: of dated prices, the one that holds now is compared. */
  today: string;
}

/**
 * The price of a model, or null when no source states one.
 *
 * genai-prices counts when it knows the id itself. Under a `-latest` name, or another name of its
 * model, it counts only while pi-ai agrees, because such names move on (`mistral-large-latest`) or
 * were put there by resemblance. An aggregator's prices change from week to week: of two snapshots
 * the dearer one counts, so that the operator does not pay the difference; where they agree on
 * input and output, the younger one, pi-ai's, has the parts and tiers that hold now.
 */
export function choosePrice(query: PricingQuery): ChosenPrice | null {
  const match = findExact(query.genaiProvider, query.id);
  const periods = match === null ? null : genaiPeriods(match.model);
  const fromPi = query.pi === null || !statesPrice(query) ? null : piPrice(query.pi);
  if (periods === null || match === null) {
    return fromPi === null ? null : pick(query, [{ price: fromPi }], "pi-ai");
  }
  if (fromPi === null) {
    return pick(query, periods, "genai-prices");
  }
  const [theirs, ours] = [baseSum(fromPi), baseSum(currentPrice(periods, query.today))];
  const fixed = match.own && !query.id.endsWith("-latest");
  const preferPi = query.provider === "openrouter" ? theirs >= ours : !fixed && theirs !== ours;
  const chosen = preferPi
    ? pick(query, [{ price: fromPi }], "pi-ai")
    : pick(query, periods, "genai-prices");
  const note = `${query.provider}/${query.id}: genai-prices ${ours}, pi-ai ${theirs} (micro/Mtok)`;
  return theirs === ours ? chosen : { ...chosen, note };
}

/**
 * Whether pi-ai's figures are a price. Zeros are one only where the name, or both sources, say that
 * it is free.
 */
function statesPrice(query: PricingQuery): boolean {
  const cost = query.pi?.cost;
  if (cost === undefined || cost.input < 0 || cost.output < 0) {
    return false;
  }
  if (cost.input > 0 && cost.output > 0) {
    return true;
  }
  const known = findExact(query.genaiProvider, query.id)?.model.prices;
  const bothFree = known !== undefined && Object.keys(known).length === 0;
  return cost.input === 0 && cost.output === 0 && (query.id.endsWith(":free") || bothFree);
}

function pick(
  query: PricingQuery,
  periods: FilePeriod[],
  source: ChosenPrice["source"],
): ChosenPrice {
  const isClaude = modelIdentity(query.id).maker === "anthropic";
  const current = withoutPast(periods, query.today);
  return { periods: isClaude ? current.map(withHour) : current, source, note: null };
}

/**
 * Drops what no request will be charged any more: everything before the last all-day price already
 * in force.
 */
function withoutPast(periods: FilePeriod[], today: string): FilePeriod[] {
  const start = periods.findLastIndex(
    (period) => period.dailyUtc === undefined && (period.fromDate ?? "") <= today,
  );
  return periods.slice(Math.max(start, 0)).map((period) => {
    const { fromDate, ...rest } = period;
    return fromDate === undefined || fromDate <= today ? rest : period;
  });
}

/** Anthropic's rule for every model: a cache write that lasts an hour costs twice the input. */
function withHour(period: FilePeriod): FilePeriod {
  const { price } = period;
  return price.cacheWrite1h === undefined
    ? { ...period, price: { ...price, cacheWrite1h: twice(price.input) } }
    : period;
}

function twice(rate: FileRate): FileRate {
  if (typeof rate === "number") {
    return 2 * rate;
  }
  const tiers = (rate.tiers ?? []).map((tier) => ({
    ...tier,
    microPerMtok: 2 * tier.microPerMtok,
  }));
  return { microPerMtok: 2 * rate.microPerMtok, tiers };
}

function currentPrice(periods: FilePeriod[], today: string): FilePeriod["price"] | undefined {
  const dated = periods.filter((period) => (period.fromDate ?? "") <= today);
  // Hours of the day are left aside: the price without them is the one that two sources can be
  // compared by.
  return (dated.findLast((period) => period.dailyUtc === undefined) ?? dated[0])?.price;
}

function baseSum(price: FilePeriod["price"] | undefined): number {
  return price === undefined ? 0 : base(price.input) + base(price.output);
}

function base(rate: FileRate): number {
  return typeof rate === "number" ? rate : rate.microPerMtok;
}
