// The Responses API's stream of events as UpstreamChunks, up to its terminal event.
import { upstreamError } from "../../base/errors.ts";
import type { UpstreamChunk } from "../protocol.ts";
import { EventReader } from "./events.ts";

/** The events that end a stream. Quotes inside a text are escaped, so no text looks like this. */
const TERMINAL = /"type":\s*"(?:response\.(?:completed|incomplete|failed)|error)"/;

/** What some gateways in between add after the terminal event. */
const DONE = "[DONE]";

/** Whether this looks like the last event that a stream has to say. */
export function isTerminal(data: string): boolean {
  return TERMINAL.test(data);
}

/**
 * Reads the events' data, in batches, until the response's own end; what follows that is not read,
 * and the source is closed. Events that nothing comes of are passed over.
 * @param model the model that was asked for, where the provider's events name none
 * @throws ApiError for an error event, a failed response, an event that is not JSON, and when the
 * answer ends early
 */
export async function* readEvents(
  batches: AsyncIterable<string[]>,
  model: string,
): AsyncGenerator<UpstreamChunk, void, undefined> {
  const reader = new EventReader(model);
  for await (const batch of batches) {
    for (const data of batch) {
      if (data.trim() === "" || data.startsWith(DONE)) {
        continue;
      }
      yield* reader.read(data);
      if (reader.finished) {
        return;
      }
    }
  }
  throw upstreamError("The provider's answer ended early.");
}
