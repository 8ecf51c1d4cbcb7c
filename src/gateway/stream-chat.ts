// Answering piece by piece: what goes to the client is metered, and the end is settled however it comes.
import { type ApiError, asApiError } from "../base/errors.ts";
import type { UpstreamChunk } from "../providers/protocol.ts";
import { endUnanswered } from "./complete-chat.ts";
import type { DispatchedChat } from "./dispatch.ts";
import { withRetries } from "./retry.ts";
import type { Settled } from "./settler.ts";
import { createSource, type Piece, type Source } from "./stream-source.ts";

/**
 * The protocol between the journey and the serializer: any number of chunks, each its JSON text, then exactly one
 * `end` or `error`, after which the request is settled. Nothing follows when the client has left.
 */
export type ChatEvent =
  | { type: "chunk"; json: string }
  | { type: "end"; settled: FinalCredits; usageJson: string | null }
  | { type: "error"; error: ApiError; settled: FinalCredits };

/** What a request cost, and the balance after it. */
export type FinalCredits = Pick<Settled, "chargedMicro" | "balanceMicro">;

/**
 * Asks for the stream and waits for the provider's first event.
 * @throws ApiError when the provider fails before it; the deposit has been given back by then, if the database takes it.
 */
export async function streamChat(chat: DispatchedChat): Promise<AsyncIterable<ChatEvent>> {
  const { adapter, call, input, settler, lifeline } = chat;
  let pieces: AsyncIterator<UpstreamChunk>;
  let first: Piece;
  try {
    [pieces, first] = await withRetries(chat, async () => {
      const iterator = adapter.stream(call, lifeline.signal)[Symbol.asyncIterator]();
      return [iterator, await iterator.next()] as const;
    });
  } catch (error) {
    return endUnanswered(chat, error);
  }
  settler.markFirstEvent();
  const source = createSource(chat, first, pieces);
  // The serializer's loop ends by itself only if somebody reads it. A client may leave before that or stop reading,
  // so its leaving is also watched here; whoever notices first settles.
  const onLeave = () => {
    if (settler.hasEnded()) return;
    // The settler says what fails, and goes on trying where that may pass.
    source.leave().catch(() => undefined);
  };
  input.signal.addEventListener("abort", onLeave, { once: true });
  if (input.signal.aborted) onLeave();
  return events(chat, source, onLeave);
}

async function* events(
  chat: DispatchedChat,
  source: Source,
  onLeave: () => void,
): AsyncGenerator<ChatEvent> {
  const { settler, lifeline } = chat;
  try {
    for (let next = await source.next(); next.done !== true; next = await source.next()) {
      if (source.hasLeft()) return;
      if (next.value !== null) yield { type: "chunk", json: next.value };
    }
    if (source.hasLeft()) return;
    const settled = await settler.end(source.report({ ending: "completed" }));
    yield { type: "end", settled, usageJson: source.usageJson(settled) };
  } catch (error) {
    if (source.hasLeft()) return;
    // Ended, and not recorded yet: that is all there is to say.
    if (settler.hasEnded()) throw error;
    const failure = asApiError(error);
    const ending = lifeline.serverStopped() ? "server_stopped" : "upstream_interrupted";
    const settled = await settler.end(source.report({ ending, errorCode: failure.code }));
    yield { type: "error", error: failure, settled };
  } finally {
    // Reached early when the reader stops in the middle.
    if (!settler.hasEnded()) onLeave();
    else if (!source.hasLeft()) source.close();
  }
}
