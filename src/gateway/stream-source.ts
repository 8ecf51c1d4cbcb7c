// A provider's stream as a source of what the client is to see, metered, and read on or not when the client has left.
import type { TokenUsage } from "../base/chat.ts";
import { asApiError, CLIENT_CLOSED_REQUEST } from "../base/errors.ts";
import type { UpstreamChunk } from "../providers/protocol.ts";
import type { DispatchedChat } from "./dispatch.ts";
import { measureAnswer } from "./measure.ts";
import { createMeter, type Meter } from "./meter.ts";
import { createRecorder } from "./recorder.ts";
import type { EndReport, Settled } from "./settler.ts";
import { type Stamp, stampedJson, stampFor } from "./stamp.ts";
import { type ChargedUsageView, chargedUsageView } from "./usage-view.ts";

export type Piece = IteratorResult<UpstreamChunk>;

/** What the client is to see of a piece: its JSON, or null where it is not for the client. */
type Shown = IteratorResult<string | null>;

/** A provider's pieces under the meter, for the client's loop and, once the client has left, for draining. */
export interface Source {
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

/**
 * Takes over a stream whose first piece is known to be good.
 * @param pieces the rest of it; closed when the request has ended
 */
export function createSource(
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

/** How a request ends, as who ends it knows it. */
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
