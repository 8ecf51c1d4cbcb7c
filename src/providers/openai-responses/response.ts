// A whole response of the Responses API as UpstreamCompletion.
import type { ChatCompletion } from "../../base/chat.ts";
import { upstreamError } from "../../base/errors.ts";
import { newCompletionId } from "../../base/ids.ts";
import type { UpstreamCompletion } from "../protocol.ts";
import { asObject, isObject, type JsonObject, nonEmptyString, parseJson } from "../shared/json.ts";
import { failureOf, finishReasonOf } from "./outcome.ts";
import {
  readAnnotations,
  readItemText,
  readLogprobs,
  readToolCall,
  SUMMARY_SEPARATOR,
} from "./output.ts";
import { readUsage } from "./usage.ts";

/**
 * Reads a 200 answer into one choice. What several messages say is put together, as the SDK's
 * `output_text` does; items of tools that the provider runs itself are passed over.
 * @param model the model that was asked for, where the answer names none
 * @throws ApiError when the body is not JSON, has no output, or the response failed or did not end
 */
export function parseResponse(text: string, model: string): UpstreamCompletion {
  const body = parseJson(text);
  const failure = failureOf(body);
  if (failure !== null) {
    throw failure;
  }
  if (!isObject(body)) {
    throw upstreamError("The provider's answer is not a JSON object.");
  }
  const message = readMessage(body.output);
  const finishReason = finishReasonOf(body, message.tool_calls !== undefined);
  const choice = {
    index: 0,
    message,
    logprobs: readAllLogprobs(body.output),
    finish_reason: finishReason,
  };
  const completion = {
    id: nonEmptyString(body.id) ?? newCompletionId(),
    object: "chat.completion",
    created: typeof body.created_at === "number" ? body.created_at : Math.floor(Date.now() / 1000),
    model: nonEmptyString(body.model) ?? model,
    choices: [choice],
    ...(typeof body.service_tier === "string" && { service_tier: body.service_tier }),
    ...(isObject(body.moderation) && { moderation: body.moderation }),
  };
  // Every field that the type requires was just set; the rest is the provider's word.
  return { completion: completion as unknown as ChatCompletion, usage: readUsage(body.usage) };
}

function readMessage(output: unknown): JsonObject {
  if (!Array.isArray(output)) {
    throw upstreamError("The provider's answer has no output.");
  }
  let text = "";
  let refusal = "";
  const reasoning: string[] = [];
  const calls: JsonObject[] = [];
  const annotations: JsonObject[] = [];
  for (const item of output.map(asObject)) {
    const said = readItemText(item);
    text += said.text;
    refusal += said.refusal;
    if (said.reasoning !== "") {
      reasoning.push(said.reasoning);
    }
    const call = readToolCall(item);
    if (call !== null) {
      calls.push(call);
    }
    annotations.push(...readAnnotations(item));
  }
  const silent = text === "" && (calls.length > 0 || refusal !== "");
  return {
    role: "assistant",
    content: silent ? null : text,
    refusal: refusal === "" ? null : refusal,
    ...(reasoning.length > 0 && { reasoning_content: reasoning.join(SUMMARY_SEPARATOR) }),
    ...(annotations.length > 0 && { annotations }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

function readAllLogprobs(output: unknown): JsonObject | null {
  const items: unknown[] = Array.isArray(output) ? output : [];
  const tokens = items.flatMap((item) => {
    const { content } = asObject(item);
    const parts: unknown[] = Array.isArray(content) ? content : [];
    return parts.flatMap((part) => {
      const { logprobs } = asObject(part);
      return Array.isArray(logprobs) ? logprobs : [];
    });
  });
  return readLogprobs(tokens);
}
