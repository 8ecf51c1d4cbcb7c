// Answering piece by piece: what goes to the client is metered, and the end is settled however it comes.
import type { TokenUsage } from "../base/chat.ts";
import { type ApiError, asApiError, CLIENT_CLOSED_REQUEST } from "../base/errors.ts";
import type { UpstreamChunk } from "../providers/protocol.ts";
import { endedBeforeFirstEvent } from "./complete-chat.ts";
import type { DispatchedChat } from "./dispatch.ts";
import { measureAnswer } from "./measure.ts";
import { createMeter, type Meter } from "./meter.ts";
import { createRecorder } from "./recorder.ts";
import type { EndReport, Settled } from "./settler.ts";
import { type Stamp, stampedJson, stampFor } from "./stamp.ts";
import { type ChargedUsageView, chargedUsageView } from "./usage-view.ts";

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
 * @throws ApiError when the provider fails before it; the deposit has been given back by then.
 */
export async function streamChat(chat: DispatchedChat): Promise<AsyncIterable<ChatEvent>> {
  const { adapter, call, input, settler, lifeline } = chat;
  const pieces = adapter.stream(call, lifeline.signal)[Symbol.asyncIterator]();
  let first: Piece;
  try {
    first = await pieces.next();
  } catch (error) {
    await settler.end(endedBeforeFirstEvent(chat, error));
    throw error;
  }
  settler.markFirstEvent();
  const source = createSource(chat, first, pieces);
  // The serializer's loop ends by itself only if somebody reads it. A client may leave before that or stop reading,
  // so its leaving is also watched here; whoever notices first settles.
  const onLeave = () => {
    if (settler.hasEnded()) return;
    source.leave().catch((error: unknown) => {
      input.log.error({ requestId: input.requestId, err: error }, "could not settle");
    });
  };
  input.signal.addEventListener("abort", onLeave, { once: true });
  if (input.signal.aborted) onLeave();
  return events(chat, source, onLeave);
}

type Piece = IteratorResult<UpstreamChunk>;

/** What the client is to see of a piece: its JSON, or null where it is not for the client. */
type Shown = IteratorResult<string | null>;

/** A provider's pieces under the meter, for the client's loop and, once the client has left, for draining. */
interface Source {
  /** Gives the next piece, metered and rendered. Two that wait at once get the same one. */
  next(): Promise<Shown>;
  /** How the request ends, with what has come by now. */
  report(way: Way): EndReport;
  /** The JSON of the chunk that carries usage; null for a client that did not ask for it. */
  usageJson(settled: Settled): string | null;
  /** Ends the request without its client: at once, or when the rest has been read. */
  leave(): Promise<Settled>;
  hasLeft(): boolean;
  close(): void;
}

function createSource(
  chat: DispatchedChat,
  first: Piece,
  pieces: AsyncIterator<UpstreamChunk>,
): Source {
  const { keyed, request } = chat.input;
  const meter = createMeter();
  const recorder = keyed === null ? null : createRecorder(keyed.maxAnswerBytes);
  let stamp: Stamp | null = null;
  let pending: Promise<Shown> | null = null;
  let left: Promise<Settled> | null = null;

  function show(piece: Piece): Shown {
    if (piece.done === true) return piece;
    meter.add(piece.value);
    const { chunk, wire } = piece.value;
    // A piece without choices carries usage, which has its own place at the end, or a provider's remarks.
    if (chunk.choices.length === 0) return { value: null };
    stamp ??= stampFor(chunk, request.model);
    const json = stampedJson(chunk, wire, stamp);
    recorder?.add(json);
    return { value: json };
  }

  // Metered before anybody asks for it, since it may be that nobody ever does.
  let unread: Shown | null = show(first);

  async function pull(): Promise<Shown> {
    try {
      return show(await pieces.next());
    } finally {
      pending = null;
    }
  }

  function next(): Promise<Shown> {
    if (unread !== null) {
      const shown = unread;
      unread = null;
      return Promise.resolve(shown);
    }
    pending ??= pull();
    return pending;
  }

  const usageJson = (settled: Settled) => usageChunk(chat, stamp, settled);

  function report(way: Way): EndReport {
    const whole = way.ending === "completed" || way.ending === "drained";
    return {
      ...reportOf(chat, meter, way),
      ...(whole && recorder !== null
        ? { answer: (settled: Settled) => recorder.text(usageJson(settled)) }
        : {}),
    };
  }

  return {
    next,
    report,
    usageJson,
    leave() {
      left ??= endWithoutClient(chat, next, report).finally(() => void pieces.return?.());
      return left;
    },
    hasLeft: () => left !== null,
    close: () => void pieces.return?.(),
  };
}

async function endWithoutClient(
  chat: DispatchedChat,
  next: Source["next"],
  report: Source["report"],
): Promise<Settled> {
  const { lifeline, settler } = chat;
  lifeline.leave();
  let way: Way = { ending: "client_left", httpStatus: CLIENT_CLOSED_REQUEST };
  try {
    // Where nothing is to be drained the signal has aborted by now.
    while (!lifeline.signal.aborted) {
      if ((await next()).done === true) {
        way = { ...way, ending: "drained" };
        break;
      }
    }
  } catch (error) {
    if (!lifeline.signal.aborted) way = { ...way, errorCode: asApiError(error).code };
  }
  if (lifeline.serverStopped()) way = { ...way, ending: "server_stopped" };
  return settler.end(report(way));
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

type Way = Pick<EndReport, "ending"> & Partial<Pick<EndReport, "httpStatus" | "errorCode">>;

function reportOf(chat: DispatchedChat, meter: Meter, way: Way): EndReport {
  const last = meter.usage();
  // What went on after the last report is not in it, whether the answer was cut or not.
  const isFinal = last?.isFinal === true && meter.isCovered();
  const reported = last === null ? null : { ...last, isFinal };
  return {
    httpStatus: 200,
    errorCode: null,
    ...way,
    usage: () => measureAnswer(chat, reported, meter.text),
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
