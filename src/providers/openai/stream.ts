// A provider's stream of events as UpstreamChunks, up to its proper end.
import { upstreamError } from "../../base/errors.ts";
import type { UpstreamChunk } from "../protocol.ts";
import { ChunkReader } from "./chunk.ts";
import type { UsageOptions } from "./usage.ts";

/** The terminal event of a stream. Compared by its start, as the Python SDK does. */
const DONE = "[DONE]";

/** Whether this is the last event that a stream has to say. */
export function isTerminal(data: string): boolean {
  return data.startsWith(DONE);
}

/**
 * Reads the events' data, in batches, until `[DONE]`; what follows that is not read, and the source
 * is closed. The source ending by itself is fine after a finish reason, as some providers send no
 * terminal event.
 * @param model the model that was asked for, where the provider's chunks name none
 * @throws ApiError for an error event, for one that is not JSON, and when the answer ends early
 */
export async function* readChunks(
  batches: AsyncIterable<string[]>,
  model: string,
  options: UsageOptions,
): AsyncGenerator<UpstreamChunk, void, undefined> {
  const reader = new ChunkReader(model, options);
  for await (const batch of batches) {
    for (const data of batch) {
      if (isTerminal(data)) {
        if (!reader.started) {
          throw upstreamError("The provider's answer is empty.");
        }
        return;
      }
      // Some send events with nothing in them to keep the connection open.
      if (data.trim() !== "") {
        yield reader.read(data);
      }
    }
  }
  if (!reader.finished) {
    throw upstreamError("The provider's answer ended early.");
  }
}
