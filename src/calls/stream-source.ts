// A provider's stream as a source of what the client is to see, metered, and read on or not when the client has left.
import type { TokenUsage } from "../base/chat.ts";
import { chargedUsageView } from "../base/usage-view.ts";
import { isPlainRun, type UpstreamEvent } from "../providers/protocol.ts";
import { ignoredText } from "./ignored.ts";
import type { MeteredCall } from "./metered-call.ts";
import { createRecorder } from "./recorder.ts";
import { withRetries } from "./retry.ts";
import type { Settled } from "./settler.ts";
import { BETWEEN_CHUNKS, RunStamp, type Stamp, stampedJson, stampFor } from "./stamp.ts";
import type { OpenedStream } from "./stream-chat.ts";

/** What the client is to see of one read: JSON, joined; "" where nothing is for the client, null at the end. */
type Shown = string | null;

/** A provider's events under the meter, for the client's loop and, once the client has left, for draining. */
export interface Source {
  /** Rejects with what failed before the first event; the call has ended by then. */
  opened: Promise<OpenedStream>;
  /** Gives what the next read brings, metered and rendered. Two that wait at once get the same. */
  next(): Promise<Shown>;
  /** Ends the call whose answer has come to its end. */
  endWhole(): Promise<Settled>;
  /** Ends the call that failed. */
  endFailed(error: unknown): Promise<Settled>;
  /** The JSON of the chunk that carries usage; null for a client that did not ask for it. */
  usageJson(settled: Settled): string | null;
  /** Whether the client has left: then its call ends, or is read on, without anybody's doing. */
  hasLeft(): boolean;
}

/** Asks the provider for the stream, and goes on with it by itself if the client leaves. */
export function openSource(call: MeteredCall): Source {
  const { lifeline, meter, plan } = call;
  const { keyed, request } = call.input;
  const recorder = keyed === null ? null : createRecorder(keyed.maxAnswerBytes);
  let iterator: AsyncIterator<UpstreamEvent[]> | null = null;
  let stamp: Stamp | null = null;
  let ignored: string | null = null;
  let runStamp: RunStamp | null = null;

  /** The JSON of one event's chunks, joined; "" where it is not for the client. */
  function render(event: UpstreamEvent): string {
    if (isPlainRun(event)) {
      runStamp ??= new RunStamp(stamp as Stamp);
      return runStamp.json(event);
    }
    const { chunk, wire } = event;
    // A chunk without choices carries usage, which has its own place at the end, or a provider's remarks.
    if (chunk.choices.length === 0) return "";
    stamp ??= stampFor(chunk, request.model);
    return stampedJson(chunk, wire, stamp);
  }

  function show(read: IteratorResult<UpstreamEvent[]>): Shown {
    if (read.done === true) return null;
    let joined = "";
    for (const event of read.value) {
      meter.add(event);
      const json = render(event);
      if (json !== "") joined = joined === "" ? json : joined + BETWEEN_CHUNKS + json;
    }
    if (joined !== "") recorder?.add(joined);
    return joined;
  }

  /** The first events are metered before anybody asks for them, since it may be that nobody ever does. */
  async function open(): Promise<{ opened: OpenedStream; first: Shown }> {
    const upstreamCall = call.dispatch();
    const read = await withRetries(call, async () => {
      iterator = plan.adapter.stream(upstreamCall, lifeline.signal)[Symbol.asyncIterator]();
      return await iterator.next();
    });
    call.markFirstEvent();
    const first = show(read);
    ignored = read.done === true ? null : ignoredText(ignoredBy(read.value));
    call.markOpened();
    return { opened: { ignored }, first };
  }

  async function pull(): Promise<Shown> {
    try {
      return show(await (iterator as AsyncIterator<UpstreamEvent[]>).next());
    } finally {
      pending = null;
    }
  }

  const opening = call.step(open);
  let unread: Promise<Shown> | null = opening.then(({ first }) => first);
  let pending: Promise<Shown> | null = null;

  function next(): Promise<Shown> {
    if (unread !== null) {
      const shown = unread;
      unread = null;
      return shown;
    }
    pending ??= pull();
    return pending;
  }

  const usageJson = (settled: Settled) => usageChunk(call, stamp, settled);
  const close = () => closeQuietly(iterator);
  const endWhole = () =>
    call
      .endWhole(() => ({ body: recorder?.text(usageChunk(call, stamp, null)) ?? null, ignored }))
      .finally(close);
  const endFailed = (error: unknown) => call.endFailed(error).finally(close);

  // The serializer's loop ends by itself only if somebody reads it. A client may leave before that or stop reading, so
  // its leaving is also watched here; whoever notices first settles.
  async function endWithoutClient(): Promise<unknown> {
    if (call.hasEnded()) return;
    try {
      // Where nothing is to be drained the signal has aborted by now.
      while (!lifeline.signal.aborted) {
        if ((await next()) === null) return endWhole();
      }
    } catch (error) {
      return endFailed(error);
    }
    return endFailed(lifeline.signal.reason);
  }

  const opened = opening.then(({ opened }) => {
    // The settler says what fails, and goes on trying where that may pass.
    lifeline.whenLeft(() => void endWithoutClient().catch(() => {}));
    return opened;
  });
  // Nobody has to wait for either: what failed has been settled.
  opened.catch(() => {});
  unread.catch(() => {});
  return { opened, next, endWhole, endFailed, usageJson, hasLeft: lifeline.clientLeft };
}

/** What an iterator throws on being closed is of no interest: its call has ended. */
function closeQuietly(iterator: AsyncIterator<UpstreamEvent[]> | null): void {
  try {
    iterator?.return?.().catch(() => {});
  } catch {}
}

const ignoredBy = ([first]: readonly UpstreamEvent[]): readonly string[] =>
  first === undefined || isPlainRun(first) ? [] : (first.ignored ?? []);

/**
 * The chunk that carries usage, for clients that asked for it; it has no choices, as OpenAI's has none.
 * @param settled null for an answer that is kept: its usage is filled in when it is given again
 */
function usageChunk(
  { input }: MeteredCall,
  stamp: Stamp | null,
  settled: Settled | null,
): string | null {
  if (input.request.stream_options?.include_usage !== true || stamp === null) return null;
  const chunk = { ...stamp, object: "chat.completion.chunk", choices: [] };
  if (settled === null) return JSON.stringify(chunk);
  const { source, chargedMicro } = settled;
  const usage = chargedUsageView(settled.usage as TokenUsage, source === "estimated", chargedMicro);
  return JSON.stringify({ ...chunk, usage });
}
