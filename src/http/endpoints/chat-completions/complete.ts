// Answering without streaming: one answer from upstream, one settlement, one body.
import type { ChatRequest, TokenUsage } from "../../../base/chat.ts";
import { chargedUsageView } from "../../../base/usage-view.ts";
import type { CompletedCall } from "../../../calls/answer.ts";
import type { MeteredCall } from "../../../calls/call.ts";
import type { Settled } from "../../../calls/settle.ts";
import type { Meter } from "../../../metering/meter.ts";
import type { UpstreamCompletion } from "../../../providers/protocol.ts";
import { ignoredText } from "./ignored.ts";
import { stampFor } from "./stamp.ts";

/** @throws what the provider failed with */
export async function completeChat(
  call: MeteredCall<ChatRequest, UpstreamCompletion, Meter>,
): Promise<CompletedCall> {
  const { input } = call;
  const answer = await call.first();
  // All of it but what it cost, before anything is charged for it.
  const head = headOf(answer, input.request.model);
  call.meter.addWhole(answer);
  call.flow();
  const ignored = ignoredText(answer.ignored);
  const settled = await call.endWhole(() => ({
    body: withinBytes(`${head}}`, input.keyed?.maxAnswerBytes ?? 0),
    ignored,
  }));
  return { settled, json: withUsage(head, settled), ignored };
}

/** The body without its last field, and without its closing brace. */
function headOf({ completion }: UpstreamCompletion, modelId: string): string {
  Object.assign(completion, stampFor(completion, modelId));
  // It is reported apart.
  delete completion.usage;
  return JSON.stringify(completion).slice(0, -1);
}

function withUsage(head: string, { usage, source, chargedMicro }: Settled): string {
  const view = chargedUsageView(usage as TokenUsage, source === "estimated", chargedMicro);
  return `${head},"usage":${JSON.stringify(view)}}`;
}

const withinBytes = (text: string, maxBytes: number): string | null =>
  Buffer.byteLength(text) <= maxBytes ? text : null;
