// The quote: what a request may cost at most, and how much of that its deposit has to cover.

import type { ChatRequest } from "../base/chat.ts";
import { ApiError } from "../base/errors.ts";
import { formatCredits } from "../base/micro.ts";
import { maxRateUpTo, priceAt } from "../catalog/price.ts";
import type { Deployment, Price } from "../catalog/types.ts";
import type { Config } from "../config/schema.ts";
import { type PinnedPrice, roundUpToMicro, tokenRatesWithin } from "./cost.ts";
import { inputTokensBound, marksPromptCache } from "./input-bound.ts";

/** A deposit, and the output that it pays for. */
export interface Deposit {
  amountMicro: number;
  /** Output tokens of one choice. */
  outputTokens: number;
}

export interface Quote {
  /** Null for a free model. */
  pinned: PinnedPrice | null;
  /** Whether the client named an output limit. */
  limitedByClient: boolean;
  /** The most output tokens that one choice can have. */
  outputTokensMax: number;
  /** How much to hold, given what is available in micro-dollars; null when that is too little. */
  size(availableMicro: number): Deposit | null;
  /** The output tokens of one choice that an amount would buy after the input is paid; 0 when not even that. */
  affordableOutputTokens(availableMicro: number): number;
  /** The least that must be available. */
  leastMicro: number;
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
  if (price === null) return freeQuote(limitedByClient, outputTokensMax);

  const inputTokens = inputTokensBound(request, bodyBytes, facts, addedTokens);
  const inputTokenRates = BigInt(inputTokens) * BigInt(inputRateBound(price, inputTokens, request));
  const choices = BigInt(request.n ?? 1);
  // What one output token costs, in every choice.
  const outputRate = BigInt(outputRateBound(price, inputTokens, request)) * choices;
  const floorTokens = Math.min(money.floorOutputTokens, outputTokensMax);

  const depositFor = (outputTokens: number): Deposit => ({
    amountMicro: roundUpToMicro(
      inputTokenRates + BigInt(outputTokens) * outputRate,
      markupBasisPoints,
    ),
    outputTokens,
  });
  const tokensWithin = (tokenRates: bigint): number => {
    if (tokenRates < 0n) return 0;
    if (outputRate === 0n) return outputTokensMax;
    const tokens = tokenRates / outputRate;
    return tokens > BigInt(outputTokensMax) ? outputTokensMax : Number(tokens);
  };
  const affordableOutputTokens = (availableMicro: number): number =>
    tokensWithin(tokenRatesWithin(availableMicro, markupBasisPoints) - inputTokenRates);

  const size = (availableMicro: number): Deposit | null => {
    const affordable = affordableOutputTokens(availableMicro);
    const needed = limitedByClient ? outputTokensMax : floorTokens;
    const least = depositFor(needed);
    if (least.amountMicro > availableMicro) return null;
    if (limitedByClient) return least;
    // Without a limit of its own, one request takes only a share of what is there for its output.
    const shareMicro = Math.floor(availableMicro / money.defaultOutputShare);
    const shareTokens = tokensWithin(tokenRatesWithin(shareMicro, markupBasisPoints));
    return depositFor(Math.min(affordable, Math.max(floorTokens, shareTokens)));
  };

  return {
    pinned: { price, markupBasisPoints },
    limitedByClient,
    outputTokensMax,
    size,
    affordableOutputTokens,
    leastMicro: depositFor(limitedByClient ? outputTokensMax : floorTokens).amountMicro,
  };
}

function freeQuote(limitedByClient: boolean, outputTokensMax: number): Quote {
  return {
    pinned: null,
    limitedByClient,
    outputTokensMax,
    size: () => ({ amountMicro: 0, outputTokens: outputTokensMax }),
    affordableOutputTokens: () => outputTokensMax,
    leastMicro: 0,
  };
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
export function insufficientCredits(
  wanted: Quote,
  account: { balanceMicro: number; heldMicro: number },
): ApiError {
  const availableMicro = account.balanceMicro - account.heldMicro;
  const tokens = wanted.affordableOutputTokens(availableMicro);
  const transient = wanted.leastMicro <= account.balanceMicro;
  const message = [
    `Credit balance too low: this request needs a deposit of ${formatCredits(wanted.leastMicro)}`,
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
