// Answering without streaming: one call upstream, one settlement, one body.
import type { TokenUsage } from "../base/chat.ts";
import { chargedUsageView } from "../base/usage-view.ts";
import type { UpstreamCompletion } from "../providers/protocol.ts";
import { ignoredText } from "./ignored.ts";
import type { MeteredCall } from "./metered-call.ts";
import { withRetries } from "./retry.ts";
import type { Settled } from "./settler.ts";
import { stampFor } from "./stamp.ts";

export interface CompletedChat {
  /** The body as JSON. */
  json: string;
  /** The fields of the request that the provider's dialect could not express, for a header; null for none. */
  ignored: string | null;
  settled: Settled;
}

/** @throws ApiError when the provider fails; the deposit has been given back by then, if the database takes it. */
export async function completeChat(call: MeteredCall): Promise<CompletedChat> {
  const { input, lifeline, plan } = call;
  const upstreamCall = call.dispatch();
  const answer = await withRetries(call, () =>
    plan.adapter.complete(upstreamCall, lifeline.signal),
  );
  call.markFirstEvent();
  // All of it but what it cost, before anything is charged for it.
  const head = headOf(answer, input.request.model);
  call.meter.addWhole(answer);
  call.markOpened();
  const ignored = ignoredText(answer.ignored);
  const settled = await call.endWhole(() => ({
    body: withinBytes(`${head}}`, input.keyed?.maxAnswerBytes ?? 0),
    ignored,
  }));
  return { settled, json: withUsage(head, settled), ignored };
}

/** The body without its last field, and without its closing brace. */
function headOf({ completion }: UpstreamCompletion, modelId: string): string {
  const { usage: _reportedApart, ...fields } = completion;
  return JSON.stringify({ ...fields, ...stampFor(completion, modelId) }).slice(0, -1);
}

function withUsage(head: string, { usage, source, chargedMicro }: Settled): string {
  const view = chargedUsageView(usage as TokenUsage, source === "estimated", chargedMicro);
  return `${head},"usage":${JSON.stringify(view)}}`;
}

const withinBytes = (text: string, maxBytes: number): string | null =>
  Buffer.byteLength(text) <= maxBytes ? text : null;
