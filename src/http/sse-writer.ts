// The one writer of streams: keep-alives, credits and the end, in the frames of the endpoint that answers.
import { type Deadline, systemDeadlines } from "../base/deadlines.ts";
import { type ApiError, asApiError } from "../base/errors.ts";
import { formatCredits } from "../base/micro.ts";
import type { FinalCredits, OpenedStream, StreamEvent } from "../calls/stream.ts";
import type { RequestScope } from "./scope.ts";

/** How an endpoint's API writes a stream's events. Comments are between them, and the same everywhere. */
export interface Frames {
  /** @param json of the chunks that came together, BETWEEN_CHUNKS between each two */
  chunks(json: string): string;
  /** The last chunk, where the usage was asked for. */
  usage(json: string): string;
  /** What tells a client that the answer is whole. */
  end: string;
  /** Stands for the end where the answer failed, so that no client takes it for whole. */
  error(error: ApiError): string;
}

export interface SseOptions {
  frames: Frames;
  /** A comment is sent after this much silence, so that no proxy in between gives up. */
  keepAliveMs: number;
  /**
   * What the headers would have said of the provider's first event, where they leave before it: then the body begins
   * with a comment, since they leave with the first byte only. Null where they have said it.
   */
  late: Promise<OpenedStream> | null;
  /** Whose log names the request. */
  scope: Pick<RequestScope, "log">;
}

/** Comments are the only keep-alive that every client ignores. */
const KEEP_ALIVE = ": keep-alive\n\n";

/**
 * Writes the events of a stream, to its end whatever comes. Each event is one write, and the next is asked for once
 * the connection has taken it. The body ends right after its last frame, since some clients wait for that. The events
 * are given back however it ends.
 */
export function sseBody(events: AsyncIterable<StreamEvent>, options: SseOptions): ReadableStream {
  const iterator = events[Symbol.asyncIterator]();
  let writer: SseWriter | null = null;
  // Bun's own kind of stream, which writes to the socket without a queue in between.
  const source: Bun.DirectUnderlyingSource<string> = {
    type: "direct",
    async pull(sink) {
      writer = new SseWriter(sink, options.keepAliveMs);
      await writeAll(iterator, writer, options);
    },
    async cancel() {
      writer?.stop();
      await iterator.return?.();
    },
  };
  return new ReadableStream(source);
}

/** As much of Bun's controller as is used here. Its types leave out that a flush can be waited for. */
interface Sink {
  write(text: string): number | Promise<number>;
  /** @param wait to be told when the connection has taken all of it: a promise, where that takes time */
  flush(wait: true): number | Promise<number>;
  close(): void;
}

/** Writes texts, and comments where there are none for long. */
class SseWriter {
  readonly #sink: Sink;
  readonly #keepAliveMs: number;
  readonly #silence: Deadline;
  #lastWriteMs = performance.now();
  /** The connection has yet to take what was written: a comment would only wait behind it. */
  #isBlocked = false;
  isStopped = false;

  constructor(sink: Sink, keepAliveMs: number) {
    this.#sink = sink;
    this.#keepAliveMs = keepAliveMs;
    this.#silence = systemDeadlines.after(keepAliveMs, this.#onSilence);
  }

  /** Returns a promise where the connection has yet to take the text, which is seldom. */
  write(text: string): Promise<void> | null {
    if (this.isStopped) return null;
    this.#sink.write(text);
    const flushed = Bun.peek(this.#sink.flush(true));
    if (typeof flushed !== "number") return this.#untilTaken(flushed);
    this.#lastWriteMs = performance.now();
    return null;
  }

  async #untilTaken(flushed: Promise<number>): Promise<void> {
    this.#isBlocked = true;
    await flushed;
    this.#isBlocked = false;
    this.#lastWriteMs = performance.now();
  }

  /** Writes the last text, and ends the body. */
  end(text: string): void {
    if (this.isStopped) return;
    if (text !== "") this.#sink.write(text);
    this.stop();
    this.#sink.close();
  }

  /** Nothing is written any more. */
  stop(): void {
    this.isStopped = true;
    this.#silence.clear();
  }

  async #keepAlive(): Promise<void> {
    await this.write(KEEP_ALIVE);
  }

  /** Looks at the clock, so that a write has not to move it. */
  readonly #onSilence = (): void => {
    const leftMs = this.#lastWriteMs + this.#keepAliveMs - performance.now();
    if (leftMs <= 0 && !this.#isBlocked) void this.#keepAlive().catch(() => {});
    this.#silence.move(leftMs > 0 ? leftMs : this.#keepAliveMs);
  };
}

/** Never rejects: what fails is told in the body. */
async function writeAll(
  iterator: AsyncIterator<StreamEvent>,
  writer: SseWriter,
  { late, frames, scope }: SseOptions,
): Promise<void> {
  let last = "";
  try {
    if (late !== null) await writer.write(KEEP_ALIVE);
    let comment = late;
    while (!writer.isStopped) {
      const { done, value } = await iterator.next();
      if (done === true) break;
      if (value.type !== "chunks") {
        last = finalFrames(value, frames);
        break;
      }
      const before = comment === null ? "" : ignoredComment(await comment);
      comment = null;
      const taken = writer.write(before + frames.chunks(value.json));
      if (taken !== null) await taken;
    }
  } catch (error) {
    scope.log.error({ err: error }, "stream failed");
    last = frames.error(asApiError(error));
  }
  writer.end(last);
  await iterator.return?.();
}

function finalFrames(event: Exclude<StreamEvent, { type: "chunks" }>, frames: Frames): string {
  const credits = creditsComment(event.settled);
  if (event.type === "error") return credits + frames.error(event.error);
  const usage = event.usageJson === null ? "" : frames.usage(event.usageJson);
  return usage + credits + frames.end;
}

/** The final figures, which the headers could not know: they left before the cost was known. */
function creditsComment({ chargedMicro, balanceMicro }: FinalCredits): string {
  const used = formatCredits(chargedMicro);
  return `: x-credits-used=${used} x-credits-remaining=${formatCredits(balanceMicro)}\n\n`;
}

/** The header of that name, for which it is too late. */
function ignoredComment({ ignored }: OpenedStream): string {
  return ignored === null ? "" : `: x-aacflow-ignored=${ignored}\n\n`;
}
