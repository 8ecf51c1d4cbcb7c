// Reads scripted events as chunks, for the tests of streams.
import { EventReader } from "../../../src/providers/anthropic/stream.ts";
import type { UpstreamChunk } from "../../../src/providers/protocol.ts";
import { collect, readSse } from "../support.ts";

export function read(events: unknown[], answerTool: string | null = null) {
  async function* batches() {
    yield events.map((event) => (typeof event === "string" ? event : JSON.stringify(event)));
  }
  return readSse(new EventReader("asked", answerTool), batches());
}

/** Each chunk's delta and finish reason; what only carries usage is left out. */
const pieces = (chunks: UpstreamChunk[]) =>
  chunks.flatMap(({ chunk }) =>
    chunk.choices.map(({ delta, finish_reason }): unknown =>
      finish_reason === null ? delta : [delta, finish_reason],
    ),
  );

export const piecesOf = async (events: unknown[], answerTool: string | null = null) =>
  pieces(await collect(read(events, answerTool)));

export const first = { role: "assistant", content: "" };
export const called = (index: number, id: string, name: string) => ({
  tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }],
});
export const args = (index: number, json: string) => ({
  tool_calls: [{ index, function: { arguments: json } }],
});
