// What a chat request may cost at most, and how much of that its hold has to cover.
import type { ChatRequest } from "../../../base/chat.ts";
import { addProduct } from "../../../base/exact.ts";
import type { Bound } from "../../../calls/operation.ts";
import { maxRateUpTo, priceAt } from "../../../catalog/price.ts";
import type { Deployment, Price } from "../../../catalog/types.ts";
import type { Config } from "../../../config/schema.ts";
import type { HoldWish } from "../../../ledger/rules.ts";
import { inputTokensBound, marksPromptCache } from "../../../metering/input-bound.ts";

export interface ChatToBound {
  request: ChatRequest;
  bodyBytes: number;
  deployment: Deployment;
  /** What the provider is expected to add to the input by itself, in tokens. */
  addedTokens: number;
  now: Date;
  money: Config["money"];
}

/** Pins the price and bounds the cost of a request on one deployment. */
export function boundChat(input: ChatToBound): Bound {
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
