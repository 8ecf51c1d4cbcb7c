// A stream of Gemini's events as UpstreamChunks, up to the end of the connection.
import type { UpstreamChunk } from "../protocol.ts";
import { EventReader } from "./chunk.ts";
import type { SignatureCache } from "./signatures.ts";

/** Not Gemini's, but some gateways in between add OpenAI's terminal event. */
const DONE = "[DONE]";

/** Whether this is the last event that a stream has to say. */
export function isTerminal(data: string): boolean {
  return data.startsWith(DONE);
}

/**
 * Reads the events' data, in batches, until the source ends.
 * @param model the model that was asked for, where the events name none
 * @param signatures remembers the signatures of the tool calls
 * @throws ApiError for an error event, for one that is not JSON, and when the answer ends before
 * its finish reason
 */
export async function* readChunks(
  batches: AsyncIterable<string[]>,
  model: string,
  signatures: Pick<SignatureCache, "remember">,
): AsyncGenerator<UpstreamChunk, void, undefined> {
  const reader = new EventReader(model, signatures);
  read: for await (const batch of batches) {
    for (const data of batch) {
      if (isTerminal(data)) {
        break read;
      }
      // Some send events with nothing in them to keep the connection open.
      if (data.trim() !== "") {
        yield* reader.read(data);
      }
    }
  }
  yield* reader.end();
}
