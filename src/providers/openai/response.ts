// A provider's whole answer as UpstreamCompletion.
import type { ChatCompletion } from "../../base/chat.ts";
import { upstreamError } from "../../base/errors.ts";
import { newCompletionId, newToolCallId } from "../../base/ids.ts";
import type { UpstreamCompletion } from "../protocol.ts";
import { COMMON_ERRORS } from "../shared/errors.ts";
import { asObject, isObject, type JsonObject, nonEmptyString, parseJson } from "../shared/json.ts";
import { argumentsText, fillLogprobs, normalizeContent } from "./content.ts";
import { finishError, mapFinishReason } from "./finish-reason.ts";
import { findUsage, parseUsage, type UsageOptions } from "./usage.ts";

/**
 * Reads a 200 answer. Fields that are missing are filled in and odd spellings made OpenAI's;
 * unknown fields of the message stay. `usage` is taken out of the completion.
 * @param model the model that was asked for, where the answer names none
 * @throws ApiError when the body is not JSON, holds an error or has no choices
 */
export function parseCompletion(
  text: string,
  model: string,
  options: UsageOptions,
): UpstreamCompletion {
  const body = parseJson(text);
  const error = COMMON_ERRORS.fromPayload(body);
  if (error !== null) {
    throw error;
  }
  if (!isObject(body)) {
    throw upstreamError("The provider's answer is not a JSON object.");
  }
  if (!Array.isArray(body.choices) || body.choices.length === 0) {
    throw upstreamError("The provider's answer has no choices.");
  }
  const usage = parseUsage(findUsage(body), options);
  const choices = body.choices.map((choice: unknown, position) => readChoice(choice, position));
  // Groq's own envelope only repeats the usage and names the provider's request.
  const { usage: _usage, x_groq: _groq, ...rest } = body;
  const completion = {
    ...rest,
    id: nonEmptyString(body.id) ?? newCompletionId(),
    object: "chat.completion",
    created: typeof body.created === "number" ? body.created : Math.floor(Date.now() / 1000),
    model: nonEmptyString(body.model) ?? model,
    choices,
  };
  // Every field that the type requires was just checked or set; the rest is the provider's word.
  return { completion: completion as unknown as ChatCompletion, usage };
}

function readChoice(value: unknown, position: number): JsonObject {
  if (!isObject(value)) {
    throw upstreamError("The provider's answer has a choice that is not an object.");
  }
  const error = finishError(value.finish_reason) ?? COMMON_ERRORS.fromPayload(value);
  if (error !== null) {
    throw error;
  }
  const message = readMessage(asObject(value.message));
  const hasToolCalls = Array.isArray(message.tool_calls);
  fillLogprobs(value);
  return {
    ...value,
    index: typeof value.index === "number" ? value.index : position,
    message,
    logprobs: value.logprobs ?? null,
    finish_reason: mapFinishReason(nonEmptyString(value.finish_reason) ?? "stop", hasToolCalls),
  };
}

function readMessage(given: JsonObject): JsonObject {
  const message: JsonObject = { ...given, role: "assistant" };
  normalizeContent(message);
  message.content = message.content ?? null;
  message.refusal = message.refusal ?? null;
  // An empty list means no calls; clients take its presence for calls.
  if (Array.isArray(message.tool_calls) && message.tool_calls.length > 0) {
    message.tool_calls = message.tool_calls.map(readToolCall);
  } else {
    delete message.tool_calls;
  }
  return message;
}

function readToolCall(value: unknown): JsonObject {
  const call = asObject(value);
  const filled: JsonObject = {
    ...call,
    id: nonEmptyString(call.id) ?? newToolCallId(),
    type: nonEmptyString(call.type) ?? "function",
  };
  if (filled.type === "function") {
    const fn = asObject(call.function);
    filled.function = { ...fn, name: fn.name ?? "", arguments: argumentsText(fn.arguments) };
  }
  return filled;
}
