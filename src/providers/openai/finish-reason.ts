// Providers' finish reasons as OpenAI's five.
import { type ApiError, overloaded, upstreamError } from "../../base/errors.ts";

export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter" | "function_call";

/** The spellings seen beside OpenAI's own, in lower case. */
const REASONS: Readonly<Record<string, FinishReason>> = {
  stop: "stop",
  length: "length",
  tool_calls: "tool_calls",
  content_filter: "content_filter",
  function_call: "function_call",
  eos: "stop",
  eos_token: "stop",
  end_turn: "stop",
  stop_sequence: "stop",
  max_tokens: "length",
  model_length: "length",
  tool_use: "tool_calls",
  safety: "content_filter",
  recitation: "content_filter",
};

/**
 * OpenAI's word for a provider's finish reason. An unknown one means that the answer ended, so it
 * is "stop".
 * @param hasToolCalls the choice holds tool calls: several providers report those with a plain
 * "stop"
 */
export function mapFinishReason(reason: string, hasToolCalls: boolean): FinishReason {
  const mapped = REASONS[reason.toLowerCase()] ?? "stop";
  return mapped === "stop" && hasToolCalls ? "tool_calls" : mapped;
}

/**
 * The error that a finish reason stands for with some providers, or null when it is an ordinary
 * end.
 */
export function finishError(reason: unknown): ApiError | null {
  if (reason === "error") {
    return upstreamError("The provider stopped its answer with an error.");
  }
  if (reason === "insufficient_system_resource") {
    return overloaded("The provider stopped its answer for want of capacity.");
  }
  return null;
}
