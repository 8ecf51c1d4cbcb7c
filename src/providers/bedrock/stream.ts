// Converse's stream of events as UpstreamChunks, up to its proper end.
import { upstreamError } from "../../base/errors.ts";
import type { UpstreamChunk } from "../protocol.ts";
import { ChunkReader } from "./chunks.ts";
import type { BedrockEvent } from "./event-frames.ts";

/** Whether nothing follows: usage comes in an event of its own, after the answer's end. */
export function isLast(event: BedrockEvent): boolean {
  return event.type === "metadata" || event.kind === "exception";
}

/**
 * Reads the events, in batches. The answer is whole once its stop has come; usage that is cut off
 * after it is merely missing.
 * @throws ApiError for an exception in the stream, and when the answer ends early
 */
export async function* readChunks(
  batches: AsyncIterable<BedrockEvent[]>,
  model: string,
  answerTool: () => string | null,
): AsyncGenerator<UpstreamChunk, void, undefined> {
  let reader: ChunkReader | null = null;
  for await (const batch of batches) {
    reader ??= new ChunkReader(model, answerTool());
    for (const event of batch) {
      yield* reader.read(event);
    }
  }
  if (!reader?.finished) {
    throw upstreamError("The provider's answer ended early.");
  }
}
