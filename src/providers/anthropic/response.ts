// A whole answer of Anthropic's as UpstreamCompletion.
import type { ChatCompletion } from "../../base/chat.ts";
import { upstreamError } from "../../base/errors.ts";
import { newCompletionId, newToolCallId } from "../../base/ids.ts";
import type { UpstreamCompletion } from "../protocol.ts";
import { asObject, isObject, type JsonObject, nonEmptyString, parseJson } from "../shared/json.ts";
import { ERRORS } from "./errors.ts";
import { finishReason, refusalText } from "./stop-reason.ts";
import { UsageReader } from "./usage.ts";

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
  const body = parseJson(text);
  const error = ERRORS.fromPayload(body);
  if (error !== null) {
    throw error;
  }
  if (!isObject(body) || !Array.isArray(body.content)) {
    throw upstreamError("The provider's answer is not a message.");
  }
  const message = readContent(body.content.map(asObject), answerTool);
  const toolCalls = message.tool_calls;
  const refusal = refusalText(body);
  const completion: ChatCompletion = {
    id: nonEmptyString(body.id) ?? newCompletionId(),
    object: "chat.completion",
    created: Math.floor(Date.now() / 1000),
    model: nonEmptyString(body.model) ?? model,
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          // An answer without a word is an empty one, unless something else stands for it.
          content: message.content || (toolCalls !== undefined || refusal !== null ? null : ""),
          refusal,
          ...(message.reasoning !== "" && { reasoning_content: message.reasoning }),
          ...(toolCalls !== undefined && { tool_calls: toolCalls }),
        },
        logprobs: null,
        finish_reason: finishReason(body.stop_reason, toolCalls !== undefined),
      },
    ],
  };
  return { completion, usage: new UsageReader().add(body.usage) };
}

interface Content {
  content: string;
  reasoning: string;
  tool_calls?: { id: string; type: "function"; function: { name: string; arguments: string } }[];
}

function readContent(blocks: JsonObject[], answerTool: string | null): Content {
  const joined = (type: string, field: string) =>
    blocks
      .filter((block) => block.type === type)
      .map((block) => nonEmptyString(block[field]) ?? "")
      .join("");
  const uses = blocks.filter(({ type }) => type === "tool_use");
  const answer = uses.find(({ name }) => answerTool !== null && name === answerTool);
  const calls = uses.filter((use) => answerTool === null || use.name !== answerTool).map(toCall);
  return {
    // What was said before the answer came as a tool's input is not part of the answer.
    content: answer === undefined ? joined("text", "text") : JSON.stringify(answer.input ?? {}),
    reasoning: joined("thinking", "thinking"),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

function toCall(use: JsonObject) {
  return {
    id: nonEmptyString(use.id) ?? newToolCallId(),
    type: "function" as const,
    function: {
      name: nonEmptyString(use.name) ?? "",
      arguments: JSON.stringify(use.input ?? {}),
    },
  };
}
