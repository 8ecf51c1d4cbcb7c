// Answering piece by piece: what goes to the client is metered, and the end is settled however it comes.
import type { TokenUsage } from "../base/chat.ts";
import { type ApiError, asApiError } from "../base/errors.ts";
import type { UpstreamChunk } from "../providers/protocol.ts";
import { clientLeftEarly, upstreamFailed } from "./complete-chat.ts";
import { CLIENT_CLOSED_REQUEST, type DispatchedChat } from "./dispatch.ts";
import { measureAnswer } from "./measure.ts";
import { createMeter, type Meter } from "./meter.ts";
import type { EndReport, Settled } from "./settler.ts";
import { type Stamp, stampedJson, stampFor } from "./stamp.ts";
import { type ChargedUsageView, chargedUsageView } from "./usage-view.ts";

/**
 * The protocol between the journey and the serializer: any number of chunks, each its JSON text, then exactly one
 * `end` or `error`, after which the request is settled. Nothing follows when the client has left.
 */
export type ChatEvent =
  | { type: "chunk"; json: string }
  | { type: "end"; settled: Settled; usageJson: string | null }
  | { type: "error"; error: ApiError; settled: Settled };

/**
 * Dispatches the request and waits for the provider's first event.
 * @throws ApiError when the provider fails before it; the deposit has been given back by then.
 */
export async function streamChat(chat: DispatchedChat): Promise<AsyncIterable<ChatEvent>> {
  const { adapter, call, input, settler } = chat;
  const pieces = adapter.stream(call, input.signal)[Symbol.asyncIterator]();
  let first: IteratorResult<UpstreamChunk>;
  try {
    first = await pieces.next();
  } catch (error) {
    await settler.end(
      input.signal.aborted ? clientLeftEarly(input.request) : upstreamFailed(error),
    );
    throw error;
  }
  settler.markFirstEvent();
  const meter = createMeter();
  // The serializer's loop ends by itself only if somebody reads it. A client may leave before that or stop reading,
  // so its leaving is also watched here; whoever notices first settles.
  const onLeave = () => {
    settleLeft(chat, meter).catch((error: unknown) => {
      input.log.error({ requestId: input.requestId, err: error }, "could not settle");
    });
    // When nobody has begun to read, nobody else closes the upstream and its timers.
    void pieces.return?.();
  };
  input.signal.addEventListener("abort", onLeave, { once: true });
  if (input.signal.aborted) onLeave();
  return events(chat, first, pieces, meter);
}

async function* events(
  chat: DispatchedChat,
  first: IteratorResult<UpstreamChunk>,
  pieces: AsyncIterator<UpstreamChunk>,
  meter: Meter,
): AsyncGenerator<ChatEvent> {
  const { input, settler } = chat;
  let stamp: Stamp | null = null;
  try {
    for (let next = first; next.done !== true; next = await pieces.next()) {
      const piece = next.value;
      meter.add(piece);
      // A piece without choices carries usage, which has its own place at the end, or a provider's remarks.
      if (piece.chunk.choices.length > 0) {
        stamp ??= stampFor(piece.chunk, input.request.model);
        yield { type: "chunk", json: stampedJson(piece.chunk, piece.wire, stamp) };
      }
    }
    const settled = await settler.end(report(chat, meter, { ending: "completed" }));
    yield { type: "end", settled, usageJson: usageChunk(chat, stamp, settled) };
  } catch (error) {
    if (input.signal.aborted) {
      await settleLeft(chat, meter);
      return;
    }
    const failure = asApiError(error);
    const settled = await settler.end(
      report(chat, meter, { ending: "upstream_interrupted", errorCode: failure.code }),
    );
    yield { type: "error", error: failure, settled };
  } finally {
    // Reached early when the reader stops in the middle, which closes the upstream.
    if (!settler.hasEnded()) await settleLeft(chat, meter);
    await pieces.return?.();
  }
}

const settleLeft = (chat: DispatchedChat, meter: Meter) =>
  chat.settler.end(
    report(chat, meter, { ending: "client_left", httpStatus: CLIENT_CLOSED_REQUEST }),
  );

type Way = Pick<EndReport, "ending"> & Partial<Pick<EndReport, "httpStatus" | "errorCode">>;

function report({ call }: DispatchedChat, meter: Meter, way: Way): EndReport {
  const last = meter.usage();
  // What went on after the last report is not in it, whether the answer was cut or not.
  const isFinal = last?.isFinal === true && meter.isCovered();
  const reported = last === null ? null : { ...last, isFinal };
  return {
    httpStatus: 200,
    errorCode: null,
    ...way,
    usage: () => measureAnswer(call, reported, meter.text),
  };
}

/** The chunk that carries usage, for clients that asked for it; it has no choices, as OpenAI's has none. */
function usageChunk(
  { input }: DispatchedChat,
  stamp: Stamp | null,
  settled: Settled,
): string | null {
  if (input.request.stream_options?.include_usage !== true || stamp === null) return null;
  const usage: ChargedUsageView = chargedUsageView(
    settled.usage as TokenUsage,
    settled.source,
    settled.chargedMicro,
  );
  return JSON.stringify({ ...stamp, object: "chat.completion.chunk", choices: [], usage });
}
