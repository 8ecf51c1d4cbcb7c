// Anthropic's stop reasons as OpenAI's finish reasons.
import { asObject, nonEmptyString } from "../shared/json.ts";

export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter";

const REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  pause_turn: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  tool_use: "tool_calls",
  refusal: "content_filter",
};

/**
 * OpenAI's word. An unknown reason means that the answer ended, so it is "stop".
 * @param hasToolCalls the answer has calls for the client; without any, a stop for the use of a
 * tool was for the one that takes the answer, and is a plain "stop"
 */
export function finishReason(stopReason: unknown, hasToolCalls: boolean): FinishReason {
  const name = typeof stopReason === "string" ? stopReason : "";
  const reason = Object.hasOwn(REASONS, name) ? (REASONS[name] ?? "stop") : "stop";
  return reason === "tool_calls" && !hasToolCalls ? "stop" : reason;
}

/** Why the model refused, in words, where it did and they are given; else null. */
export function refusalText(holder: {
  stop_reason?: unknown;
  stop_details?: unknown;
}): string | null {
  const explanation = nonEmptyString(asObject(holder.stop_details).explanation);
  return holder.stop_reason === "refusal" ? explanation : null;
}
