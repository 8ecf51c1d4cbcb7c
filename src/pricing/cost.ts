// What a request costs: exact integer arithmetic on the pinned price, rounded once, up to the next micro-dollar.
import type { TokenUsage } from "../base/chat.ts";
import { addProduct, type Exact, roundUpToMicro, TOKENS_PER_RATE } from "../base/exact.ts";
import { MICRO_PER_CREDIT } from "../base/micro.ts";
import { UNITS, usedOf } from "../base/units.ts";
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
  let tokenRates = addOutput(addInput(0, price, usage), price, usage);
  const { units } = price;
  if (units === undefined) return tokenRates;
  for (const unit of UNITS) {
    tokenRates = addProduct(tokenRates, usedOf(unit, usage), units[unit] ?? 0);
  }
  return tokenRates;
}

/** Adds the prompt, cut into parts that each have one rate. A part never takes more than the others left of the total. */
function addInput(sum: Exact, price: Price, usage: TokenUsage): Exact {
  const { promptTokens, cachedAudioTokens = 0 } = usage;
  const { input, cacheRead = input, cacheWrite = input } = price;
  let rest = promptTokens;
  const cached = part(usage.cachedTokens, rest);
  rest -= cached;
  const written1h = part(usage.cacheWrite1hTokens, rest);
  rest -= written1h;
  const written = part(usage.cacheWriteTokens, rest);
  rest -= written;
  // Cached audio is paid for with what was cached.
  const cachedAudio = part(cachedAudioTokens, cached);
  const freshAudio = usage.promptAudioTokens - cachedAudioTokens;
  const audio = price.inputAudio === undefined ? 0 : part(freshAudio, rest);
  rest -= audio;
  let total = addTokens(sum, cachedAudio, price.cacheReadAudio ?? cacheRead, promptTokens);
  total = addTokens(total, cached - cachedAudio, cacheRead, promptTokens);
  total = addTokens(total, written1h, price.cacheWrite1h ?? cacheWrite, promptTokens);
  total = addTokens(total, written, cacheWrite, promptTokens);
  total = addTokens(total, audio, price.inputAudio ?? input, promptTokens);
  return addTokens(total, rest, input, promptTokens);
}

/** The same for the answer. */
function addOutput(sum: Exact, price: Price, usage: TokenUsage): Exact {
  const { promptTokens } = usage;
  const { output, outputAudio, outputReasoning } = price;
  let rest = usage.completionTokens;
  const audio = outputAudio === undefined ? 0 : part(usage.completionAudioTokens, rest);
  rest -= audio;
  const reasoning = outputReasoning === undefined ? 0 : part(usage.reasoningTokens, rest);
  rest -= reasoning;
  let total = addTokens(sum, audio, outputAudio ?? output, promptTokens);
  total = addTokens(total, reasoning, outputReasoning ?? output, promptTokens);
  return addTokens(total, rest, output, promptTokens);
}

/** As many as there are left. */
const part = (tokens: number, left: number): number => Math.max(0, Math.min(tokens, left));

const addTokens = (sum: Exact, tokens: number, rate: Rate, promptTokens: number): Exact =>
  tokens > 0 ? addProduct(sum, tokens, rateFor(rate, promptTokens)) : sum;
