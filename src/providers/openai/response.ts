// A provider's whole answer as an UpstreamCompletion.
import type { ChatCompletion } from "../../base/chat.ts";
import { ApiError, upstreamError } from "../../base/errors.ts";
import { newCompletionId } from "../../base/ids.ts";
import type { UpstreamCompletion } from "../protocol.ts";
import { COMMON_ERRORS } from "../shared/errors.ts";
import { type FinishReason, readFinishReason } from "../shared/finish-reason.ts";
import {
  asArray,
  asObject,
  isGiven,
  isObject,
  type JsonObject,
  nonEmptyString,
} from "../shared/json.ts";
import { readAnswer } from "../shared/read-event.ts";
import type { AnswerOptions } from "./answer-options.ts";
import { normalizeLogprobs, normalizeMessage } from "./content.ts";
import { normalizeFunctionCall, normalizeToolCalls } from "./tools.ts";
import { dropUsage, findUsage, readUsage } from "./usage.ts";

/**
 * Reads a 200 answer. Fields that are missing are filled in and odd spellings made OpenAI's;
 * unknown fields of the message stay. `usage` is taken out of the completion.
 * @throws ApiError when the body is not JSON, holds an error or has no choices
 */
export function parseCompletion(text: string, options: AnswerOptions): UpstreamCompletion {
  const body = readAnswer(text, COMMON_ERRORS);
  // A null stands for no choice.
  const choices = asArray(body.choices).filter((choice) => choice !== null);
  if (choices.length === 0) {
    throw upstreamError("The provider's answer has no choices.");
  }
  const { usage, costMicro } = readUsage(findUsage(body), options.quirks, options.writesForAnHour);
  dropUsage(body);
  const completion = {
    ...body,
    id: nonEmptyString(body.id) ?? newCompletionId(),
    object: "chat.completion",
    created: typeof body.created === "number" ? body.created : Math.floor(Date.now() / 1000),
    model: nonEmptyString(body.model) ?? options.model,
    choices: choices.map(readChoice),
  };
  return {
    // Every field that the type requires was just checked or set; the rest is the provider's word.
    completion: completion as unknown as ChatCompletion,
    usage,
    ...(costMicro !== null && { reportedCostMicro: costMicro }),
  };
}

function readChoice(choice: unknown, position: number): JsonObject {
  if (!isObject(choice)) {
    throw upstreamError("The provider's answer has a choice that is not an object.");
  }
  const error = isGiven(choice.error) ? COMMON_ERRORS.fromPayload(choice) : null;
  if (error !== null) {
    throw error;
  }
  dropUsage(choice);
  const message = readMessage(asObject(choice.message));
  normalizeLogprobs(choice);
  const { index, logprobs } = choice;
  return {
    ...choice,
    index:
      typeof index === "number" && Number.isSafeInteger(index) && index >= 0 ? index : position,
    message,
    logprobs: logprobs ?? null,
    finish_reason: finishOf(choice, message),
  };
}

function finishOf(choice: JsonObject, message: JsonObject): FinishReason {
  const word = nonEmptyString(choice.finish_reason) ?? "stop";
  const reason = readFinishReason(word, Array.isArray(message.tool_calls));
  if (reason instanceof ApiError) {
    throw reason;
  }
  return reason === "stop" && isGiven(message.function_call) ? "function_call" : reason;
}

function readMessage(message: JsonObject): JsonObject {
  normalizeMessage(message);
  normalizeToolCalls(message);
  normalizeFunctionCall(message, false);
  if (isObject(message.function_call)) {
    message.function_call = { name: "", arguments: "", ...message.function_call };
  }
  return {
    ...message,
    role: "assistant",
    content: message.content ?? null,
    refusal: message.refusal ?? null,
  };
}
