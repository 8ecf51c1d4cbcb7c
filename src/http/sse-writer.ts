// The one writer of streams: keep-alives, credits and the end, in the frames of the endpoint that answers.
import { type ApiError, asApiError } from "../base/errors.ts";
import { formatCredits } from "../base/micro.ts";
import type { ChatEvent, FinalCredits, OpenedStream } from "../gateway/stream-chat.ts";
import type { RequestScope } from "./scope.ts";

/** How an endpoint's API writes a stream's events. Comments are between them, and the same everywhere. */
export interface Frames {
  chunk(json: string): string;
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
const QUIET = Symbol("quiet");

/** Writes the events of a stream, to its end whatever comes. */
export async function* sseBody(
  events: AsyncIterable<ChatEvent>,
  options: SseOptions,
): AsyncGenerator<string> {
  const iterator = events[Symbol.asyncIterator]();
  try {
    let next = iterator.next();
    // Waited for below, unless the reader stops before that.
    next.catch(() => undefined);
    let { late } = options;
    if (late !== null) yield KEEP_ALIVE;
    for (;;) {
      const result = await orQuiet(next, options.keepAliveMs);
      if (result === QUIET) {
        yield KEEP_ALIVE;
        continue;
      }
      if (result.done === true) return;
      if (late !== null && result.value.type === "chunk") {
        yield ignoredComment(await late);
        late = null;
      }
      yield frame(result.value, options.frames);
      next = iterator.next();
    }
  } catch (error) {
    options.scope.log.error({ err: error }, "stream failed");
    yield options.frames.error(asApiError(error));
  } finally {
    await iterator.return?.();
  }
}

function frame(event: ChatEvent, frames: Frames): string {
  if (event.type === "chunk") return frames.chunk(event.json);
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

/** Waits for a promise, but not longer than `quietMs`: then it gives QUIET, and the promise can be waited for again. */
function orQuiet<T>(promise: Promise<T>, quietMs: number): Promise<T | typeof QUIET> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, quietMs, QUIET);
    promise.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
