// Answering without streaming: one call upstream, one settlement, one body.
import type { ChatCompletion, TokenUsage } from "../base/chat.ts";
import { asApiError } from "../base/errors.ts";
import type { UpstreamCompletion } from "../providers/protocol.ts";
import { CLIENT_CLOSED_REQUEST, type DispatchedChat } from "./dispatch.ts";
import { estimateUsage, NOTHING_PRODUCED } from "./estimate.ts";
import { measureAnswer } from "./measure.ts";
import { completionText } from "./meter.ts";
import type { Settled } from "./settler.ts";
import { stampFor } from "./stamp.ts";
import { type ChargedUsageView, chargedUsageView } from "./usage-view.ts";

export interface CompletedChat {
  body: Omit<ChatCompletion, "usage"> & { usage: ChargedUsageView };
  settled: Settled;
}

/** @throws ApiError when the provider fails; the deposit has been given back by then. */
export async function completeChat(chat: DispatchedChat): Promise<CompletedChat> {
  const { completion, usage } = await callUpstream(chat);
  const { settler, input, call } = chat;
  const settled = await settler.end({
    ending: "completed",
    httpStatus: 200,
    errorCode: null,
    usage: () =>
      measureAnswer(call, usage === null ? null : { tokens: usage, isFinal: true }, () =>
        completionText(completion),
      ),
  });
  const { id, created, model } = stampFor(completion, input.request.model);
  const tokens = settled.usage as TokenUsage;
  return {
    settled,
    body: {
      ...completion,
      id,
      created,
      model,
      usage: chargedUsageView(tokens, settled.source, settled.chargedMicro),
    },
  };
}

async function callUpstream({ adapter, call, input, settler }: DispatchedChat) {
  let answer: UpstreamCompletion;
  try {
    answer = await adapter.complete(call, input.signal);
  } catch (error) {
    if (input.signal.aborted) await settler.end(clientLeftEarly(input.request));
    else await settler.end(upstreamFailed(error));
    throw error;
  }
  settler.markFirstEvent();
  return answer;
}

/** The client left before the provider's first event: the provider has the input by then, and bills it. */
export function clientLeftEarly(request: DispatchedChat["input"]["request"]) {
  return {
    ending: "client_left_early" as const,
    httpStatus: CLIENT_CLOSED_REQUEST,
    errorCode: null,
    usage: async () => ({
      usage: await estimateUsage(request, NOTHING_PRODUCED),
      source: "estimated" as const,
    }),
  };
}

/** The provider failed before its first event, or the request could not be put into its dialect: nothing is charged. */
export function upstreamFailed(error: unknown) {
  const { status, code, upstreamStatus } = asApiError(error);
  const wasRefused = status === 400 && upstreamStatus === undefined;
  return {
    ending: wasRefused ? ("refused" as const) : ("upstream_failed" as const),
    httpStatus: status,
    errorCode: code,
    usage: async () => ({ usage: null, source: "none" as const }),
  };
}
