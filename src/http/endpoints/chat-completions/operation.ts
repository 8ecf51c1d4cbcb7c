// Chat as an operation: bounded, tried, metered and estimated, asked for whole or as a stream.
import type { ChatRequest } from "../../../base/chat.ts";
import type { Attempt, Operation } from "../../../calls/operation.ts";
import type { StreamBegin } from "../../../calls/stream.ts";
import { addedInputTokens } from "../../../metering/added-input.ts";
import { roughUsage } from "../../../metering/estimate.ts";
import { measureAnswer } from "../../../metering/measure.ts";
import { createMeter, type Meter } from "../../../metering/meter.ts";
import type {
  UpstreamCall,
  UpstreamCompletion,
  UpstreamEvent,
} from "../../../providers/protocol.ts";
import { boundChat } from "./bound.ts";
import { checkCapabilities, checkPriced } from "./capabilities.ts";

type Chat<First> = Operation<ChatRequest, First, Meter>;

/** What is the same whether it is streamed or not. */
const metered: Omit<Chat<unknown>, "attempt"> = {
  bound({ config }, { request, bodyBytes, startedAtMs }, deployment, settings) {
    checkCapabilities(request, deployment);
    if (!settings.allowUnpriced && deployment.prices.length > 0) checkPriced(request);
    return boundChat({
      request,
      bodyBytes,
      deployment,
      addedTokens: addedInputTokens(request, deployment, settings),
      now: new Date(startedAtMs),
      money: config.money,
    });
  },
  meter: createMeter,
  estimate: measureAnswer,
  guess: ({ input, candidate }, meter) => ({
    usage: roughUsage(input.bodyBytes, meter.produced(), candidate.deployment.facts),
    source: "estimated",
    reportedCostMicro: null,
  }),
};

export const chatWhole: Chat<UpstreamCompletion> = {
  ...metered,
  attempt: (attempt, signal) => attempt.candidate.adapter.complete(upstreamCall(attempt), signal),
};

export const chatStream: Chat<StreamBegin<UpstreamEvent[]>> = {
  ...metered,
  async attempt(attempt, signal) {
    const stream = attempt.candidate.adapter.stream(upstreamCall(attempt), signal);
    const reads = stream[Symbol.asyncIterator]();
    return { reads, first: await reads.next() };
  },
};

function upstreamCall(attempt: Attempt<ChatRequest>): UpstreamCall {
  const { candidate, control, maxOutputTokens, request, requestId } = attempt;
  const { upstreamModel, facts } = candidate.deployment;
  return { control, requestId, request, upstreamModel, facts, maxOutputTokens };
}
