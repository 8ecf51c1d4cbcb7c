// Gemini's finish reasons as OpenAI's, and those that are failures.
import { type ApiError, upstreamError } from "../../base/errors.ts";
import { nonEmptyString } from "../shared/json.ts";
import { redact } from "../shared/redact.ts";

export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter";

/** From `FinishReason` of `@google/genai` 3.1.0. What is not listed is an ordinary end. */
const REASONS: Readonly<Record<string, FinishReason>> = {
  MAX_TOKENS: "length",
  // Gemini 4 stops long answers in between, to be continued by another call.
  CONTINUATION: "length",
  SAFETY: "content_filter",
  RECITATION: "content_filter",
  LANGUAGE: "content_filter",
  BLOCKLIST: "content_filter",
  PROHIBITED_CONTENT: "content_filter",
  SPII: "content_filter",
  IMAGE_SAFETY: "content_filter",
  IMAGE_PROHIBITED_CONTENT: "content_filter",
  IMAGE_RECITATION: "content_filter",
};

/** The model wrote something that is no answer; another try often succeeds. */
const FAILURES = new Set([
  "MALFORMED_FUNCTION_CALL",
  "MALFORMED_RESPONSE",
  "UNEXPECTED_TOOL_CALL",
  "TOO_MANY_TOOL_CALLS",
]);

/** OpenAI's word. Gemini ends with STOP where it calls functions too. */
export function mapFinishReason(reason: string, hasToolCalls: boolean): FinishReason {
  return REASONS[reason] ?? (hasToolCalls ? "tool_calls" : "stop");
}

/**
 * The error that a finish reason stands for, or null for an ordinary end.
 * @param finishMessage Gemini's own words, which can quote the answer: kept for the log only
 */
export function finishError(reason: unknown, finishMessage: unknown): ApiError | null {
  if (typeof reason !== "string" || !FAILURES.has(reason)) {
    return null;
  }
  const said = nonEmptyString(finishMessage);
  return upstreamError(
    `The provider's model failed to write a usable answer (${reason}).`,
    said === null ? {} : { cause: new Error(redact(said)) },
  );
}
