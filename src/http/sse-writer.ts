// The one serializer of streams: framing, keep-alives, the error frame and the end.
import { asApiError } from "../base/errors.ts";
import { formatCredits } from "../base/micro.ts";
import type { ChatEvent, FinalCredits, OpenedStream } from "../gateway/stream-chat.ts";
import type { Logger } from "../telemetry/log.ts";
import { errorEnvelope } from "./errors.ts";

export interface SseOptions {
  /** A comment is sent after this much silence, so that no proxy in between gives up. */
  keepAliveMs: number;
  /**
   * What the headers would have said of the provider's first event, where they leave before it: then the body begins
   * with a comment, since they leave with the first byte only. Null where they have said it.
   */
  late: Promise<OpenedStream> | null;
  /** Names the request in each line. */
  log: Logger;
}

/** Comments are the only keep-alive that every client ignores. */
const KEEP_ALIVE = ": keep-alive\n\n";
const DONE = "data: [DONE]\n\n";
const QUIET = Symbol("quiet");

/**
 * Frames a chat's events. The body ends right after `[DONE]`, since some clients wait for its end; after a failure
 * there is an error frame and no `[DONE]`, which is what makes every client raise.
 */
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
      yield frame(result.value);
      next = iterator.next();
    }
  } catch (error) {
    options.log.error({ err: error }, "stream failed");
    yield errorFrame(error);
  } finally {
    await iterator.return?.();
  }
}

function frame(event: ChatEvent): string {
  if (event.type === "chunk") return `data: ${event.json}\n\n`;
  if (event.type === "error") return creditsComment(event.settled) + errorFrame(event.error);
  const usage = event.usageJson === null ? "" : `data: ${event.usageJson}\n\n`;
  return usage + creditsComment(event.settled) + DONE;
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

const errorFrame = (error: unknown): string =>
  `data: ${JSON.stringify(errorEnvelope(asApiError(error)))}\n\n`;

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
