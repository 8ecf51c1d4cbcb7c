// What a request costs: exact integer arithmetic on the pinned price, rounded once, up to the next micro-dollar.
import type { TokenUsage } from "../base/chat.ts";
import { addProduct, type Exact, roundUpToMicro, TOKENS_PER_RATE } from "../base/exact.ts";
import { MICRO_PER_CREDIT } from "../base/micro.ts";
import { UNITS } from "../base/units.ts";
import { rateFor } from "../catalog/price.ts";
import type { Price, Rate } from "../catalog/types.ts";

/** The price a request was accepted at. It is stored with the hold, so that a later change does not touch it. */
export interface PinnedPrice {
  price: Price;
  /** The operator's markup in hundredths of a percent. */
  markupBasisPoints: number;
}

/** More than any one call costs: the dearest models come to some 90 USD. What is beyond is a provider's fault. */
const MAX_PROVIDER_COST_MICRO = 100 * MICRO_PER_CREDIT;

/** Whether a provider's own figure can be what a call cost it, in micro-dollars. */
export const isProviderCost = (micro: number): boolean =>
  micro >= 0 && micro <= MAX_PROVIDER_COST_MICRO;

/**
 * What the provider says that a call cost, in whole micro-dollars, where that is more than its usage at the pinned price,
 * so that it is to be charged for; null where it is not, where it cannot be, and for a free model.
 */
export function providerBasisMicro(
  pinned: PinnedPrice | null,
  usage: TokenUsage,
  reportedMicro: number | null,
): number | null {
  if (pinned === null || reportedMicro === null || !isProviderCost(reportedMicro)) return null;
  const whole = Math.ceil(reportedMicro);
  const theirs = addProduct(0, whole, TOKENS_PER_RATE);
  return theirs > tokenRatesOf(pinned.price, usage) ? whole : null;
}

/**
 * The cost in micro-dollars of what was used; null is a free model's price.
 * @param providerCostMicro what the provider says that it cost, where that is more.
 */
export function costMicro(
  pinned: PinnedPrice | null,
  usage: TokenUsage,
  providerCostMicro: number | null = null,
): number {
  if (pinned === null) return 0;
  const ours = tokenRatesOf(pinned.price, usage);
  const theirs = addProduct(0, providerCostMicro ?? 0, TOKENS_PER_RATE);
  // biome-ignore lint/complexity/useMathMinMax: Math.max takes no bigint
  return roundUpToMicro(theirs > ours ? theirs : ours, pinned.markupBasisPoints);
}

function tokenRatesOf(price: Price, usage: TokenUsage): Exact {
  const parts = [...inputParts(price, usage), ...outputParts(price, usage)];
  let tokenRates: Exact = 0;
  for (const [tokens, rate] of parts) {
    if (tokens > 0) tokenRates = addProduct(tokenRates, tokens, rateFor(rate, usage.promptTokens));
  }
  const { units } = price;
  if (units === undefined) return tokenRates;
  for (const unit of UNITS) {
    tokenRates = addProduct(tokenRates, usage[unit] ?? 0, units[unit] ?? 0);
  }
  return tokenRates;
}

type Part = [tokens: number, rate: Rate];

/** The prompt, cut into parts that each have one rate. A part never takes more than the others left of the total. */
function inputParts(price: Price, usage: TokenUsage): Part[] {
  const rest = createRest(usage.promptTokens);
  const cached = createRest(rest.take(usage.cachedTokens));
  const cachedAudio = cached.take(usage.cachedAudioTokens ?? 0);
  const written1h = rest.take(usage.cacheWrite1hTokens);
  const written = rest.take(usage.cacheWriteTokens);
  // Cached audio is paid for with what was cached.
  const freshAudio = usage.promptAudioTokens - (usage.cachedAudioTokens ?? 0);
  const audio = price.inputAudio === undefined ? 0 : rest.take(freshAudio);
  const readRate = price.cacheRead ?? price.input;
  const writeRate = price.cacheWrite ?? price.input;
  return [
    [cachedAudio, price.cacheReadAudio ?? readRate],
    [cached.left(), readRate],
    [written1h, price.cacheWrite1h ?? writeRate],
    [written, writeRate],
    [audio, price.inputAudio ?? price.input],
    [rest.left(), price.input],
  ];
}

function outputParts(price: Price, usage: TokenUsage): Part[] {
  const rest = createRest(usage.completionTokens);
  const audio = price.outputAudio === undefined ? 0 : rest.take(usage.completionAudioTokens);
  const reasoning = price.outputReasoning === undefined ? 0 : rest.take(usage.reasoningTokens);
  return [
    [audio, price.outputAudio ?? price.output],
    [reasoning, price.outputReasoning ?? price.output],
    [rest.left(), price.output],
  ];
}

function createRest(total: number) {
  let left = total;
  return {
    take(tokens: number): number {
      const taken = Math.max(0, Math.min(tokens, left));
      left -= taken;
      return taken;
    },
    left: () => left,
  };
}
