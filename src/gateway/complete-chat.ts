// Answering without streaming: one call upstream, one settlement, one body.
import type { TokenUsage } from "../base/chat.ts";
import { asApiError, CLIENT_CLOSED_REQUEST } from "../base/errors.ts";
import type { Ending } from "../ledger/ending.ts";
import type { UpstreamCompletion } from "../providers/protocol.ts";
import type { DispatchedChat } from "./dispatch.ts";
import { estimateUsage, NOTHING_PRODUCED } from "./estimate.ts";
import { measureAnswer } from "./measure.ts";
import { completionText } from "./meter.ts";
import { withRetries } from "./retry.ts";
import type { EndReport, Settled } from "./settler.ts";
import { stampFor } from "./stamp.ts";
import { chargedUsageView } from "./usage-view.ts";

export interface CompletedChat {
  /** The body as JSON. */
  json: string;
  settled: Settled;
}

/** @throws ApiError when the provider fails; the deposit has been given back by then, if the database takes it. */
export async function completeChat(chat: DispatchedChat): Promise<CompletedChat> {
  const { completion, usage } = await callUpstream(chat);
  const { settler, input, lifeline } = chat;
  const left = lifeline.clientLeft();
  const stamp = stampFor(completion, input.request.model);
  let json: string | null = null;
  const render = (settled: Settled): string => {
    const usage = chargedUsageView(
      settled.usage as TokenUsage,
      settled.source,
      settled.chargedMicro,
    );
    json = JSON.stringify({ ...completion, ...stamp, usage });
    return json;
  };
  const settled = await settler.end({
    ending: left ? "drained" : "completed",
    httpStatus: left ? CLIENT_CLOSED_REQUEST : 200,
    errorCode: null,
    usage: () =>
      measureAnswer(chat, usage === null ? null : { tokens: usage, isFinal: true }, () =>
        completionText(completion),
      ),
    answer: (settled) => withinBytes(render(settled), input.keyed?.maxAnswerBytes ?? 0),
  });
  // Rendered already where it is kept.
  return { settled, json: json ?? render(settled) };
}

const withinBytes = (text: string, maxBytes: number): string | null =>
  Buffer.byteLength(text) <= maxBytes ? text : null;

async function callUpstream(chat: DispatchedChat): Promise<UpstreamCompletion> {
  const { adapter, call, settler, lifeline } = chat;
  let answer: UpstreamCompletion;
  try {
    answer = await withRetries(chat, () => adapter.complete(call, lifeline.signal));
  } catch (error) {
    return endUnanswered(chat, error);
  }
  settler.markFirstEvent();
  return answer;
}

/** Ends a request whose provider gave nothing. @throws the failure, once the end is recorded or takes too long. */
export async function endUnanswered(chat: DispatchedChat, error: unknown): Promise<never> {
  // What becomes of the record is for the settler to log: the client is to hear why it has no answer.
  await chat.settler.end(endedBeforeFirstEvent(chat, error)).catch(() => {});
  throw error;
}

/** How a request ended whose provider gave nothing: by its client, by this server or by the provider itself. */
function endedBeforeFirstEvent(chat: DispatchedChat, error: unknown): EndReport {
  const { lifeline } = chat;
  if (lifeline.serverStopped()) return unserved("server_stopped", error);
  // A provider's own refusal is that, also when the client left while the next try was waited for.
  if (lifeline.signal.aborted && error === lifeline.signal.reason) return clientLeftEarly(chat);
  const { status, upstreamStatus } = asApiError(error);
  const wasRefused = status === 400 && upstreamStatus === undefined;
  return unserved(wasRefused ? "refused" : "upstream_failed", error);
}

/** The client left before the provider's first event: the provider has the input by then, and bills it. */
function clientLeftEarly({ input, countTokens }: DispatchedChat): EndReport {
  return {
    ending: "client_left_early",
    httpStatus: CLIENT_CLOSED_REQUEST,
    errorCode: null,
    usage: async () => ({
      usage: await estimateUsage(countTokens, input.request, NOTHING_PRODUCED),
      source: "estimated",
    }),
  };
}

/** Nothing was given, so nothing is charged. */
function unserved(ending: Ending, error: unknown): EndReport {
  const { status, code } = asApiError(error);
  return {
    ending,
    httpStatus: status,
    errorCode: code,
    usage: async () => ({ usage: null, source: "none" }),
  };
}
