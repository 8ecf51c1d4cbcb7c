// What a script's pieces are on the wire.
import type { ChatCompletion, ChatCompletionChunk, TokenUsage } from "../../src/base/chat.ts";
import { ApiError } from "../../src/base/errors.ts";
import { plainUsage } from "../../src/metering/estimate.ts";
import type { UpstreamChunk } from "../../src/providers/protocol.ts";
import { RETRIES } from "./house.ts";
import type { PiecePlan, UsagePlan } from "./plan.ts";

/** A 400 that the provider itself gave. */
export const providersRefusal = () =>
  new ApiError({
    status: 400,
    type: "invalid_request_error",
    message: "the provider does not like it",
    upstreamStatus: 400,
  });

const HINTS = {
  none: {},
  soon: { retryAfterMs: 20 },
  "much later": { retryAfterMs: RETRIES.maxWaitMs + 1 },
  "no use": { shouldRetry: false },
};

/** What a provider says that is busy. */
export const refusalForNow = (hint: keyof typeof HINTS): ApiError =>
  new ApiError({
    status: 503,
    type: "server_error",
    code: "upstream_busy",
    message: "the provider is busy",
    upstreamStatus: 503,
    ...HINTS[hint],
  });

const textOf = ({ chars }: PiecePlan): string => "x".repeat(chars);

/** What a plan's usage is on the wire. */
export function asUsage(plan: UsagePlan | null | undefined): TokenUsage | null {
  if (plan === null || plan === undefined) return null;
  return {
    ...plainUsage(plan.prompt, plan.completion),
    cachedTokens: plan.cached,
    reasoningTokens: plan.reasoning,
  };
}

export function asChunk(piece: PiecePlan, model: string): UpstreamChunk {
  const text = textOf(piece);
  const delta = piece.isReasoning ? { reasoning_content: text } : { content: text };
  const chunk = {
    id: "chatcmpl-simulated",
    object: "chat.completion.chunk",
    created: 1,
    model,
    choices: piece.chars === 0 ? [] : [{ index: 0, delta, finish_reason: null }],
  } as ChatCompletionChunk;
  const isFinal = piece.usage?.isFinal;
  return {
    chunk,
    wire: null,
    usage: asUsage(piece.usage),
    ...(isFinal === undefined ? {} : { usageIsFinal: isFinal }),
  };
}

/** All pieces as one answer. */
export function asCompletion(pieces: readonly PiecePlan[], model: string): ChatCompletion {
  const content = pieces
    .filter((piece) => !piece.isReasoning)
    .map(textOf)
    .join("");
  const thoughts = pieces
    .filter((piece) => piece.isReasoning)
    .map(textOf)
    .join("");
  return {
    id: "chatcmpl-simulated",
    object: "chat.completion",
    created: 1,
    model,
    choices: [
      {
        index: 0,
        finish_reason: "stop",
        logprobs: null,
        message: {
          role: "assistant",
          content,
          refusal: null,
          ...(thoughts === "" ? {} : { reasoning_content: thoughts }),
        },
      },
    ],
  } satisfies ChatCompletion;
}
