// What a chat request may cost at most, and how much of that its hold has to cover.
import type { ChatRequest } from "../../../base/chat.ts";
import type { Bound } from "../../../calls/operation.ts";
import type { Deployment } from "../../../catalog/types.ts";
import type { Config } from "../../../config/schema.ts";
import type { HoldWish } from "../../../ledger/rules.ts";
import { inputTokensBound, marksPromptCache } from "../../../metering/input-bound.ts";
import { boundRates } from "../../../pricing/bound.ts";
import { pinPrice } from "../../../pricing/pinned.ts";

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
  const pinned = pinPrice(deployment, now);
  const { facts } = deployment;
  const clientLimit = request.max_completion_tokens ?? request.max_tokens;
  const outputTokensMax = Math.min(clientLimit ?? facts.maxOutputTokens, facts.maxOutputTokens);
  const limitedByClient = clientLimit !== undefined;
  if (pinned === null) return { pinned, wish: null, limitedByClient, outputTokensMax };

  const { price, markupBasisPoints } = pinned;
  const { inputTokenRates, outputTokenRate } = boundRates(price, {
    inputTokens: inputTokensBound(request, bodyBytes, facts, addedTokens),
    writesLongCache: price.cacheWrite1h !== undefined && marksPromptCache(request),
    speaks: request.modalities?.includes("audio") === true,
    choices: request.n ?? 1,
  });
  const wish: HoldWish = {
    inputTokenRates,
    outputTokenRate,
    markupBasisPoints,
    outputTokensMax,
    limitedByClient,
    floorOutputTokens: money.floorOutputTokens,
    defaultOutputShare: money.defaultOutputShare,
  };
  return { pinned, wish, limitedByClient, outputTokensMax };
}
