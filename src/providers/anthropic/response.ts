// A whole answer of Anthropic's as UpstreamCompletion.
import { upstreamError } from "../../base/errors.ts";
import type { UpstreamCompletion } from "../protocol.ts";
import { chunksAsWhole } from "../shared/envelope.ts";
import type { JsonObject } from "../shared/json.ts";
import { readAnswer } from "../shared/read-event.ts";
import { ERRORS } from "./errors.ts";
import { EventReader } from "./stream.ts";

/**
 * Reads a 200 answer as the events of a stream that bring each of its blocks at once.
 * @param model the model that was asked for, where the answer names none
 * @param answerTool the tool whose input is the answer's text, or null
 * @throws ApiError when the body is no message or holds an error
 */
export function parseMessage(
  text: string,
  model: string,
  answerTool: string | null,
): UpstreamCompletion {
  const body = readAnswer(text, ERRORS);
  if (!Array.isArray(body.content)) {
    throw upstreamError("The provider's answer is not a message.");
  }
  const blocks = body.content.flatMap((content_block: unknown, index): JsonObject[] => [
    { type: "content_block_start", index, content_block },
    { type: "content_block_stop", index },
  ]);
  const reader = new EventReader(model, answerTool);
  const chunks = [
    { type: "message_start", message: body },
    ...blocks,
    { type: "message_delta", delta: body, usage: body.usage },
    { type: "message_stop" },
  ].flatMap((event) => reader.take(event));
  return chunksAsWhole(chunks);
}
