// A chat request's journey from a validated request to its answer. No HTTP here.
import { asked } from "./asked.ts";
import { type CompletedChat, completeChat } from "./complete-chat.ts";
import { type ChatDeps, type ChatInput, type DispatchedChat, dispatchChat } from "./dispatch.ts";
import { findReplay, type Replay } from "./idempotency.ts";
import { type ChatEvent, streamChat } from "./stream-chat.ts";

export type ChatAnswer =
  | ({ kind: "completion" } & CompletedChat)
  | ({ kind: "replay"; stream: boolean } & Replay)
  | { kind: "stream"; held: DispatchedChat["held"]; events: AsyncIterable<ChatEvent> };

/**
 * Takes one request through its whole journey. A stream is given only when the provider's first event is known to be
 * good, so everything that fails before that is thrown and has a real HTTP status.
 * @throws ApiError with the status the client is to see.
 */
export async function answerChat(deps: ChatDeps, input: ChatInput): Promise<ChatAnswer> {
  const { keyed, request } = input;
  const replay = keyed === null ? null : asked(() => findReplay(keyed));
  if (replay !== null) return { kind: "replay", stream: request.stream === true, ...replay };
  const dispatched = await dispatchChat(deps, input);
  if (request.stream !== true) {
    return { kind: "completion", ...(await completeChat(dispatched)) };
  }
  return { kind: "stream", held: dispatched.held, events: await streamChat(dispatched) };
}
