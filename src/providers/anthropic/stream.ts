// Anthropic's stream of events as UpstreamChunks, up to its proper end.
import { upstreamError } from "../../base/errors.ts";
import type { UpstreamChunk } from "../protocol.ts";
import { EventReader } from "./event-reader.ts";

/** The last event starts so, and no other does. Should it ever not, a connection is not reused. */
const LAST = /^\s*\{\s*"type"\s*:\s*"message_stop"/;

/** Whether this is the last event that a stream has to say. */
export function isTerminal(data: string): boolean {
  return LAST.test(data);
}

export interface EventSource {
  batches: AsyncIterable<string[]>;
  /** The tool whose input is the answer's text, or null. */
  answerTool: string | null;
}

/**
 * Reads the events' data, in batches, until `message_stop`; what follows that is not read, and the
 * source is closed.
 * @param open makes the call; what it throws is the iteration's first error, not the caller's
 * @param model the model that was asked for, where the stream names none
 * @throws ApiError for an error event, for one that is not JSON, and when the answer ends early
 */
export async function* readEvents(
  open: () => EventSource,
  model: string,
): AsyncGenerator<UpstreamChunk, void, undefined> {
  const { batches, answerTool } = open();
  const reader = new EventReader(model, answerTool);
  for await (const batch of batches) {
    for (const data of batch) {
      for (const chunk of reader.read(data)) {
        yield chunk;
      }
      if (reader.ended) {
        return;
      }
    }
  }
  throw upstreamError("The provider's answer ended early.");
}
