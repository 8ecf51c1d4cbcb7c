// Converse's whole answer as UpstreamCompletion.
import type { ChatCompletion } from "../../base/chat.ts";
import { upstreamError } from "../../base/errors.ts";
import { newCompletionId, newToolCallId } from "../../base/ids.ts";
import type { UpstreamCompletion } from "../protocol.ts";
import { asObject, isObject, type JsonObject, nonEmptyString, parseJson } from "../shared/json.ts";
import { finishReason } from "./stop-reason.ts";
import { parseUsage } from "./usage.ts";

interface Answer {
  text: string;
  reasoning: string;
  /** The input of the tool that stood for the answer. */
  structured: string | null;
  toolCalls: JsonObject[];
}

/**
 * Reads a 200 answer.
 * @param answerTool the tool whose input is the answer; what was said beside it is dropped
 * @throws ApiError 502 when it is not an answer of Converse's, or a malformed one of the model's
 */
export function parseConverse(
  text: string,
  model: string,
  answerTool: string | null,
): UpstreamCompletion {
  const body = parseJson(text);
  const message = asObject(asObject(asObject(body).output).message);
  if (!isObject(body) || !Array.isArray(message.content)) {
    throw upstreamError("The provider's answer has no message.");
  }
  const answer = readContent(message.content, answerTool);
  const { toolCalls, reasoning } = answer;
  const content = answer.structured ?? answer.text;
  const completion = {
    id: newCompletionId(),
    object: "chat.completion",
    created: Math.floor(Date.now() / 1000),
    model,
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: content === "" && toolCalls.length > 0 ? null : content,
          refusal: null,
          ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
          ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls }),
        },
        logprobs: null,
        finish_reason: finishReason(body.stopReason, toolCalls.length > 0),
      },
    ],
  };
  // The tool calls were built as plain JSON, in the shape that the type asks for.
  return { completion: completion as unknown as ChatCompletion, usage: parseUsage(body.usage) };
}

function readContent(content: unknown[], answerTool: string | null): Answer {
  const answer: Answer = { text: "", reasoning: "", structured: null, toolCalls: [] };
  for (const block of content.map(asObject)) {
    answer.text += nonEmptyString(block.text) ?? citedText(block.citationsContent);
    const thought = asObject(asObject(block.reasoningContent).reasoningText);
    answer.reasoning += nonEmptyString(thought.text) ?? "";
    if (isObject(block.toolUse)) {
      const { name, toolUseId, input } = block.toolUse;
      const argumentsJson = JSON.stringify(input ?? {});
      if (name === answerTool) {
        answer.structured ??= argumentsJson;
        continue;
      }
      answer.toolCalls.push({
        id: nonEmptyString(toolUseId) ?? newToolCallId(),
        type: "function",
        function: { name: nonEmptyString(name) ?? "", arguments: argumentsJson },
      });
    }
  }
  return answer;
}

/** Text that comes with its sources is in a block of its own kind. */
function citedText(cited: unknown): string {
  const { content } = asObject(cited);
  const parts = Array.isArray(content) ? content.map(asObject) : [];
  return parts.map((part) => nonEmptyString(part.text) ?? "").join("");
}
