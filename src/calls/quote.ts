// The quote: what a request may cost at most, and how much of that its deposit has to cover.

import type { ChatRequest } from "../base/chat.ts";
import { ApiError } from "../base/errors.ts";
import { addProduct } from "../base/exact.ts";
import { formatCredits } from "../base/micro.ts";
import { maxRateUpTo, priceAt } from "../catalog/price.ts";
import type { Deployment, Price } from "../catalog/types.ts";
import type { Config } from "../config/schema.ts";
import {
  affordableOutputTokens,
  type Balance,
  type HoldWish,
  leastMicro,
} from "../ledger/rules.ts";
import { inputTokensBound, marksPromptCache } from "../metering/input-bound.ts";
import type { PinnedPrice } from "../pricing/cost.ts";

export interface Quote {
  /** Null for a free model. */
  pinned: PinnedPrice | null;
  /** How much to hold; null for a free model, which holds nothing. */
  wish: HoldWish | null;
  /** Whether the client named an output limit. */
  limitedByClient: boolean;
  /** The most output tokens that one choice can have. */
  outputTokensMax: number;
}

export interface QuoteInput {
  request: ChatRequest;
  bodyBytes: number;
  deployment: Deployment;
  /** What the provider is expected to add to the input by itself, in tokens. */
  addedTokens: number;
  now: Date;
  money: Config["money"];
}

/** Pins the price and bounds the cost of a request on one deployment. */
export function quote(input: QuoteInput): Quote {
  const { request, bodyBytes, deployment, addedTokens, now, money } = input;
  const price = priceAt(deployment, now);
  const { facts, markupBasisPoints } = deployment;
  const clientLimit = request.max_completion_tokens ?? request.max_tokens;
  const outputTokensMax = Math.min(clientLimit ?? facts.maxOutputTokens, facts.maxOutputTokens);
  const limitedByClient = clientLimit !== undefined;
  if (price === null) return { pinned: null, wish: null, limitedByClient, outputTokensMax };

  const inputTokens = inputTokensBound(request, bodyBytes, facts, addedTokens);
  const outputRate = outputRateBound(price, inputTokens, request);
  const wish: HoldWish = {
    inputTokenRates: addProduct(0, inputTokens, inputRateBound(price, inputTokens, request)),
    outputTokenRate: addProduct(0, outputRate, request.n ?? 1),
    markupBasisPoints,
    outputTokensMax,
    limitedByClient,
    floorOutputTokens: money.floorOutputTokens,
    defaultOutputShare: money.defaultOutputShare,
  };
  return { pinned: { price, markupBasisPoints }, wish, limitedByClient, outputTokensMax };
}

/** The dearest rate that an input token can meet: a provider may read any of it from its cache, or write it there. */
function inputRateBound(price: Price, promptTokens: number, request: ChatRequest): number {
  const longCache = marksPromptCache(request) ? price.cacheWrite1h : undefined;
  const { input, cacheRead, cacheReadAudio, cacheWrite, inputAudio } = price;
  return dearest(
    [input, cacheRead, cacheReadAudio, cacheWrite, longCache, inputAudio],
    promptTokens,
  );
}

function outputRateBound(price: Price, promptTokens: number, request: ChatRequest): number {
  const speaks = request.modalities?.includes("audio") === true;
  const rates = [price.output, price.outputReasoning, speaks ? price.outputAudio : undefined];
  return dearest(rates, promptTokens);
}

function dearest(rates: (Price["input"] | undefined)[], promptTokens: number): number {
  return Math.max(
    ...rates.map((rate) => (rate === undefined ? 0 : maxRateUpTo(rate, promptTokens))),
  );
}

/**
 * The 402. It tells an empty balance from credit that calls in flight hold: the latter comes back by itself, so only
 * then is a retry worth it.
 */
export function insufficientCredits(wish: HoldWish, account: Balance): ApiError {
  const availableMicro = account.balanceMicro - account.heldMicro;
  const tokens = affordableOutputTokens(wish, availableMicro);
  const neededMicro = leastMicro(wish);
  const transient = neededMicro <= account.balanceMicro;
  const message = [
    `Credit balance too low: this request needs a deposit of ${formatCredits(neededMicro)}`,
    `and ${formatCredits(availableMicro)} is available`,
    `(balance ${formatCredits(account.balanceMicro)}, of which`,
    `${formatCredits(account.heldMicro)} is held by calls in flight).`,
    tokens > 0
      ? `That would buy ${tokens} output tokens: set max_tokens to at most that.`
      : "That would not buy any output tokens for this input.",
    transient ? "Retry when the calls in flight have ended." : "",
  ];
  return new ApiError({
    status: 402,
    type: "insufficient_quota",
    code: "insufficient_credits",
    message: message.join(" ").trim(),
    shouldRetry: transient,
    ...(transient ? { retryAfterMs: IN_FLIGHT_RETRY_MS } : {}),
  });
}

/** A call in flight usually ends within seconds. */
const IN_FLIGHT_RETRY_MS = 2000;
