// Converse's whole answer as UpstreamCompletion.
import { upstreamError } from "../../base/errors.ts";
import { AnswerBlocks } from "../claude/answer-blocks.ts";
import { UsageCollector } from "../claude/usage.ts";
import type { UpstreamCompletion } from "../protocol.ts";
import { type Delta, Envelope, saidIn, wholeChoice } from "../shared/envelope.ts";
import { finishReasonOf } from "../shared/finish-reason.ts";
import { asArray, asObject, isObject, type JsonObject } from "../shared/json.ts";
import { readAnswer } from "../shared/read-event.ts";
import { ERRORS } from "./errors.ts";
import { reportedCounts, thinkingCount } from "./usage.ts";

/**
 * Reads a 200 answer.
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
  const blocks = new AnswerBlocks(answerTool);
  const deltas = message.content.flatMap((block, index) =>
    readBlock(blocks, index, asObject(block)),
  );
  const said = saidIn([...deltas, ...blocks.end()]);
  const counts = reportedCounts(body.usage);
  const thought = thinkingCount(body.additionalModelResponseFields);
  const usage = new UsageCollector().add({ ...counts, ...thought });
  const finish = finishReasonOf(body.stopReason, blocks.said(usage));
  return new Envelope(model).whole([wholeChoice(0, said, finish)], usage);
}

function readBlock(blocks: AnswerBlocks, index: number, block: JsonObject): Delta[] {
  if (isObject(block.toolUse)) {
    const { toolUseId: id, name, input } = block.toolUse;
    return [...blocks.openTool(index, { id, name, input }), ...blocks.closeTool(index)];
  }
  const { reasoningText } = asObject(block.reasoningContent);
  return [
    ...blocks.text(block.text),
    ...citedText(block.citationsContent).flatMap((text) => blocks.text(text)),
    ...blocks.thinking(asObject(reasoningText).text),
  ];
}

/** Text that comes with its sources is in a block of its own kind. */
function citedText(cited: unknown): unknown[] {
  return asArray(asObject(cited).content).map((part) => asObject(part).text);
}
