// What whole and streamed answers of Anthropic's have in common.
import type { AnswerBlocks } from "../claude/answer-blocks.ts";
import type { Delta } from "../shared/envelope.ts";
import { asObject, type JsonObject, nonEmptyString } from "../shared/json.ts";

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
