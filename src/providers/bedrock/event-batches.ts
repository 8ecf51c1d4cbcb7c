// The events of a response's body in batches, under the call's deadlines and limits.
import { BodyReader } from "../transport/body-reader.ts";
import type { UpstreamGuard } from "../transport/guard.ts";
import { type BedrockEvent, FrameReader } from "./event-frames.ts";

/** How long a body may take to end after its last event before it is cancelled, in milliseconds. */
const FINISH_MS = 1_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export interface EventOptions {
  /** Recognises the last event: after it the connection is left to end by itself. */
  isLast: (event: BedrockEvent) => boolean;
  /** The largest event, in bytes. */
  maxEventBytes: number;
  /** The most that may pass between two reads, in milliseconds. */
  betweenChunksMs: number;
}

/**
 * One array of events for each read of the socket that completed at least one. Ends after the last
 * event or with the body; whether that was a proper end is the caller's to judge. Leaving the loop
 * early closes the connection.
 * @throws ApiError 502 when the connection breaks or an event is damaged or too large, 504 past a
 * deadline; the client's reason on its abort.
 */
export async function* eventBatches(
  response: Response,
  guard: UpstreamGuard,
  options: EventOptions,
): AsyncGenerator<BedrockEvent[], void, undefined> {
  const reader = new BodyReader(response, guard, options.betweenChunksMs);
  let complete = false;
  try {
    const frames = new FrameReader(await loadCodec(), options.maxEventBytes);
    while (!complete) {
      const bytes = await reader.next();
      if (bytes === null) {
        return;
      }
      const batch = frames.push(bytes);
      if (batch.length > 0) {
        complete = batch.some(options.isLast);
        yield batch;
      }
    }
  } finally {
    if (complete) {
      reader.finish(FINISH_MS);
    } else {
      reader.cancel();
    }
  }
}

// Loaded with the first stream: the module costs megabytes, which a server without Bedrock saves.
async function loadCodec() {
  const { EventStreamCodec } = await import("@smithy/core/event-streams");
  return new EventStreamCodec(
    (input) => (typeof input === "string" ? input : decoder.decode(input)),
    (text) => encoder.encode(text),
  );
}
