// A chat request's journey from a validated request to its answer. No HTTP here.
import type { ChatRequest } from "../../../base/chat.ts";
import type { CallAnswer } from "../../../calls/answer.ts";
import { MeteredCall } from "../../../calls/call.ts";
import { findReplay } from "../../../calls/idempotency.ts";
import type { CallDeps, CallInput } from "../../../calls/operation.ts";
import { streamCall } from "../../../calls/stream.ts";
import { completeChat } from "./complete.ts";
import { chatStream, chatWhole } from "./operation.ts";
import { withUsage } from "./replay.ts";
import { ChatStreamView } from "./stream-view.ts";

/**
 * Takes one request through its whole journey. A stream is returned as soon as its hold is taken: whether the provider
 * answers at all is for `opened` to say.
 * @throws ApiError with the status the client is to see
 */
export async function answerChat(
  deps: CallDeps,
  input: CallInput<ChatRequest>,
): Promise<CallAnswer> {
  const { keyed, request } = input;
  const kept = keyed === null ? null : await findReplay(deps, keyed);
  if (kept !== null) {
    const { record, ...replay } = kept;
    const body = withUsage(replay.body, record, request);
    return { kind: "replay", stream: request.stream === true, ...replay, body };
  }
  if (request.stream === true) {
    const call = await MeteredCall.reserve({ deps, input, operation: chatStream });
    return { kind: "stream", ...streamCall(call, new ChatStreamView(call)) };
  }
  const call = await MeteredCall.reserve({ deps, input, operation: chatWhole });
  const { json, ignored, settled } = await call.run(() => completeChat(call));
  return { kind: "completion", json, ignored, settled };
}
