// A provider's whole answer as an UpstreamCompletion.
import { upstreamError } from "../../base/errors.ts";
import type { UpstreamCompletion } from "../protocol.ts";
import { asCompletion, Envelope, saysAnything } from "../shared/envelope.ts";
import { COMMON_ERRORS } from "../shared/errors.ts";
import { finishReasonOf } from "../shared/finish-reason.ts";
import { asArray, asObject, isGiven, isObject, type JsonObject } from "../shared/json.ts";
import { readAnswer } from "../shared/read-event.ts";
import { countsOutput } from "../shared/token-counts.ts";
import type { AnswerOptions } from "./answer-options.ts";
import { openChoice } from "./choice.ts";
import { normalizeLogprobs, normalizeMessage } from "./content.ts";
import { normalizeFunctionCall, normalizeToolCalls } from "./tools.ts";
import { dropUsage, readUsage } from "./usage.ts";

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
  const report = readUsage(body, options.quirks, options.writesForAnHour);
  dropUsage(body);
  const isCounted = countsOutput(report?.usage);
  // The answer is this call's alone, so that it is put right in place.
  body.choices = choices.map((choice, position) => readChoice(choice, position, isCounted));
  new Envelope(options.model).fill(body, "chat.completion");
  const { usage = null, reportedCostMicro = null } = report ?? {};
  return { completion: asCompletion(body), usage, reportedCostMicro };
}

function readChoice(given: unknown, position: number, isCounted: boolean): JsonObject {
  const { choice } = openChoice(given, position);
  const message = readMessage(asObject(choice.message));
  normalizeLogprobs(choice);
  choice.message = message;
  choice.logprobs ??= null;
  choice.finish_reason = finishReasonOf(choice.finish_reason, {
    hasCalls: Array.isArray(message.tool_calls),
    hasOldCall: isGiven(message.function_call),
    hasOutput: isCounted || saysAnything(message),
  });
  return choice;
}

function readMessage(message: JsonObject): JsonObject {
  normalizeMessage(message);
  normalizeToolCalls(message);
  normalizeFunctionCall(message, false);
  if (isObject(message.function_call)) {
    message.function_call = { name: "", arguments: "", ...message.function_call };
  }
  message.role = "assistant";
  message.content ??= null;
  message.refusal ??= null;
  return message;
}
