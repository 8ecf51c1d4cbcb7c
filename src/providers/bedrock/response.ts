// Converse's whole answer as UpstreamCompletion.
import { upstreamError } from "../../base/errors.ts";
import type { UpstreamCompletion } from "../protocol.ts";
import { chunksAsWhole } from "../shared/envelope.ts";
import { asObject } from "../shared/json.ts";
import { readAnswer } from "../shared/read-event.ts";
import { ERRORS } from "./errors.ts";
import type { BedrockEvent } from "./event-frames.ts";
import { ChunkReader } from "./stream.ts";

/**
 * Reads a 200 answer as the events of a stream that bring each of its blocks at once.
 * @param answerTool the tool whose input is the answer; what was said before it is dropped
 * @throws ApiError 502 when it is not an answer of Converse's, or one that ended in failure
 */
export function parseConverse(
  text: string,
  model: string,
  answerTool: string | null,
): UpstreamCompletion {
  const body = readAnswer(text, ERRORS);
  const message = asObject(asObject(body.output).message);
  if (!Array.isArray(message.content)) {
    throw upstreamError("The provider's answer has no message.");
  }
  const blocks = message.content.flatMap((block: unknown, contentBlockIndex) => [
    eventOf("contentBlockStart", { contentBlockIndex, start: block }),
    eventOf("contentBlockDelta", { contentBlockIndex, delta: block }),
    eventOf("contentBlockStop", { contentBlockIndex }),
  ]);
  const reader = new ChunkReader(model, answerTool);
  const events = [...blocks, eventOf("messageStop", body), eventOf("metadata", body)];
  return chunksAsWhole([...events.flatMap((event) => reader.read(event)), ...reader.end()]);
}

const eventOf = (type: string, payload: BedrockEvent["payload"]): BedrockEvent => ({
  kind: "event",
  type,
  payload,
});
