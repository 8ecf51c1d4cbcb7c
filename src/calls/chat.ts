// A chat request's journey from a validated request to its answer. No HTTP here.
import { type CompletedChat, completeChat } from "./complete-chat.ts";
import { type ChatDeps, type ChatInput, dispatchChat } from "./dispatch.ts";
import { fromStore } from "./from-store.ts";
import { findReplay, type Replay } from "./idempotency.ts";
import { type StreamedChat, streamChat } from "./stream-chat.ts";

export type ChatAnswer =
  | ({ kind: "completion" } & CompletedChat)
  | ({ kind: "replay"; stream: boolean } & Replay)
  | ({ kind: "stream" } & StreamedChat);

/**
 * Takes one request through its whole journey. A stream is given as soon as its deposit is taken: whether the provider
 * answers at all is for `opened` to say.
 * @throws ApiError with the status the client is to see.
 */
export async function answerChat(deps: ChatDeps, input: ChatInput): Promise<ChatAnswer> {
  const { keyed, request } = input;
  const replay = keyed === null ? null : await fromStore(() => findReplay(deps, keyed, request));
  if (replay !== null) return { kind: "replay", stream: request.stream === true, ...replay };
  const call = await dispatchChat(deps, input);
  if (request.stream === true) return { kind: "stream", ...streamChat(call) };
  return { kind: "completion", ...(await call.step(() => completeChat(call))) };
}
