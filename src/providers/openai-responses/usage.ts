// Token usage of the Responses API as TokenUsage.
import type { TokenUsage } from "../../base/chat.ts";
import { parseUsage } from "../openai/usage.ts";
import { asObject, isObject } from "../shared/json.ts";

/**
 * Reads a response's `usage`; null when it is none or absurd, by the rules of the chat dialect's
 * parseUsage, whose names it is put into.
 */
export function readUsage(value: unknown): TokenUsage | null {
  if (!isObject(value)) {
    return null;
  }
  const chat = {
    prompt_tokens: value.input_tokens,
    completion_tokens: value.output_tokens,
    total_tokens: value.total_tokens,
    prompt_tokens_details: asObject(value.input_tokens_details),
    completion_tokens_details: asObject(value.output_tokens_details),
  };
  return parseUsage(chat, { hiddenOutputInTotal: false });
}
