// Converse's stop reasons as OpenAI's finish reasons.
import { upstreamError } from "../../base/errors.ts";
import type { FinishReason } from "../shared/finish-reason.ts";

const REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  tool_use: "tool_calls",
  content_filtered: "content_filter",
  guardrail_intervened: "content_filter",
  // Claude's own word, should Converse come to pass it on.
  refusal: "content_filter",
};

/**
 * An unknown reason means that the answer ended.
 * @param hasToolCalls the answer calls tools of the caller's: when its only tool stood for a
 * structured answer, the end is an ordinary one
 * @throws ApiError 502 for the reasons that stand for a failure (`malformed_…`)
 */
export function finishReason(reason: unknown, hasToolCalls: boolean): FinishReason {
  const text = typeof reason === "string" ? reason : "";
  if (text.startsWith("malformed_")) {
    throw upstreamError("The model's answer was malformed.", { cause: new Error(text) });
  }
  const mapped = (Object.hasOwn(REASONS, text) ? REASONS[text] : undefined) ?? "stop";
  if (mapped === "stop" || mapped === "tool_calls") {
    return hasToolCalls ? "tool_calls" : "stop";
  }
  return mapped;
}
