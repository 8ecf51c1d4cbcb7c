// Server-sent events of a response body, as batches of their `data` strings.
import { createParser } from "eventsource-parser";
import { upstreamError } from "../../base/errors.ts";
import { BodyReader } from "./body-reader.ts";
import type { UpstreamGuard } from "./guard.ts";

/** How long a body may take to end after its last event before it is cancelled, in milliseconds. */
const FINISH_MS = 1_000;

export interface SseOptions {
  /**
   * Recognises the last event: after it the connection is left to end by itself, to be used again.
   */
  isLast: (data: string) => boolean;
  /** The largest event, in UTF-16 units of its text, which are never more than its bytes. */
  maxEventBytes: number;
  /** The most that may pass between two reads, comments included, in milliseconds. */
  betweenChunksMs: number;
}

/**
 * The `data` of each event, in batches: one array for each read of the socket that completed at
 * least one. Providers often send several events in one packet, and a batch costs one promise where
 * single events would cost one each. Comments, `event`, `id` and `retry` lines are dropped; events
 * without data too. An event that the end of the body cuts short of its blank line is still given.
 * Leaving the loop closes the connection, unless the last event has come: then it is given a moment
 * to end by itself.
 * @throws ApiError 502 when the connection breaks or an event is too large, 504 past a deadline;
 * the client's reason on its abort.
 */
export async function* sseBatches(
  response: Response,
  guard: UpstreamGuard,
  options: SseOptions,
): AsyncGenerator<string[], void, undefined> {
  const reader = new BodyReader(response, guard, options.betweenChunksMs);
  const decoder = new TextDecoder();
  const feed = boundedParser(options.maxEventBytes);
  let complete = false;
  try {
    for (let bytes = await reader.next(); bytes !== null; bytes = await reader.next()) {
      const batch = feed(decoder.decode(bytes, { stream: true }));
      if (batch.length > 0) {
        complete = batch.some(options.isLast);
        yield batch;
      }
    }
    // A last event may lack its blank line, and its last character may lack bytes.
    const rest = feed(`${decoder.decode()}\n\n`);
    if (rest.length > 0) {
      yield rest;
    }
  } finally {
    if (complete) {
      reader.finish(FINISH_MS);
    } else {
      reader.cancel();
    }
  }
}

/** What a line of data begins with: the parser keeps it beside the data until the line is whole. */
const LINE_START = "data: ";

/** A parser as a function: text in, the data of the events that it completed out. */
function boundedParser(maxEventBytes: number): (text: string) => string[] {
  let batch: string[] = [];
  let tooLarge = false;
  const parser = createParser({
    maxBufferSize: maxEventBytes + LINE_START.length,
    onEvent: ({ data }) => {
      // The parser's own limit does not see an event that arrives whole in one read.
      tooLarge ||= data.length > maxEventBytes;
      batch.push(data);
    },
    onError: (error) => {
      tooLarge ||= error.type === "max-buffer-size-exceeded";
    },
  });
  return (text) => {
    batch = [];
    parser.feed(text);
    if (tooLarge) {
      throw upstreamError("The provider sent an event that is larger than the gateway accepts.");
    }
    return batch;
  };
}
