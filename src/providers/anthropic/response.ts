// A whole answer of Anthropic's as UpstreamCompletion.
import { upstreamError } from "../../base/errors.ts";
import { AnswerBlocks } from "../claude/answer-blocks.ts";
import { UsageCollector } from "../claude/usage.ts";
import type { UpstreamCompletion } from "../protocol.ts";
import { type Delta, Envelope, saidIn, wholeChoice } from "../shared/envelope.ts";
import { finishReasonOf } from "../shared/finish-reason.ts";
import { asObject, type JsonObject, nonEmptyString } from "../shared/json.ts";
import { readAnswer } from "../shared/read-event.ts";
import { ERRORS } from "./errors.ts";
import { reportedCounts } from "./usage.ts";

/**
 * Reads a 200 answer. Text blocks are joined to the content, thinking to `reasoning_content`;
 * blocks of other kinds (hidden thinking, tools that the provider runs) are left out.
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
  const blocks = new AnswerBlocks(answerTool);
  const deltas = body.content.flatMap((block, index) => [
    ...beginBlock(blocks, index, asObject(block)),
    ...blocks.closeTool(index),
  ]);
  const said = { ...saidIn([...deltas, ...blocks.end()]), refusal: refusalText(body) };
  const envelope = new Envelope(model);
  envelope.read({ id: body.id, model: body.model });
  const usage = new UsageCollector().add(reportedCounts(body.usage));
  const finish = finishReasonOf(body.stop_reason, blocks.said(usage));
  return envelope.whole([wholeChoice(0, said, finish)], usage);
}

/** A content block, whole or as a stream begins it. */
export function beginBlock(blocks: AnswerBlocks, index: unknown, block: JsonObject): Delta[] {
  switch (block.type) {
    case "text":
      return blocks.text(block.text);
    case "thinking":
      return blocks.thinking(block.thinking);
    case "tool_use":
      return blocks.openTool(index, { id: block.id, name: block.name, input: block.input });
    default:
      return [];
  }
}

/** Why the model refused, in words, where it did and they are given; else null. */
export function refusalText(holder: JsonObject): string | null {
  const explanation = nonEmptyString(asObject(holder.stop_details).explanation);
  return holder.stop_reason === "refusal" ? explanation : null;
}
