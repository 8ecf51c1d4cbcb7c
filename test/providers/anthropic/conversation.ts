// Short words for conversations in both formats, for the tests of their conversion.
import type { ChatRequest } from "../../../src/base/chat.ts";
import type { ApiError } from "../../../src/base/errors.ts";
import { readMedia } from "../../../src/providers/anthropic/content.ts";
import { CacheBreakpoints } from "../../../src/providers/claude/cache-breakpoints.ts";
import { convertMessages } from "../../../src/providers/claude/messages.ts";
import { fitClaudeId } from "../../../src/providers/claude/tool-ids.ts";

export const convert = (messages: object[], systemTurns = false) =>
  convertMessages(messages as ChatRequest["messages"], {
    breakpoints: new CacheBreakpoints({ hour: true }),
    systemTurns,
    readMedia,
    fitId: fitClaudeId,
  });
export const turnsOf = (...messages: object[]) => convert(messages).turns;

export const user = (content: unknown, extra: object = {}) => ({ role: "user", content, ...extra });
export const says = (content: unknown, extra: object = {}) => ({
  role: "assistant",
  content,
  ...extra,
});
export const calls = (...toolCalls: object[]) => says(null, { tool_calls: toolCalls });
export const result = (id: string, content: unknown = "ok", extra: object = {}) => ({
  role: "tool",
  tool_call_id: id,
  content,
  ...extra,
});
export const system = (content: unknown, extra: object = {}) => ({
  role: "system",
  content,
  ...extra,
});
export const text = (value: string) => ({ type: "text" as const, text: value });
export const folded = (value: string) => text(`<system>\n${value}\n</system>`);
export const use = (id: string, name = "f", input: object = {}) => ({
  type: "tool_use" as const,
  id,
  name,
  input,
});
export const done = (id: string, content: unknown = "ok") => ({
  type: "tool_result" as const,
  tool_use_id: id,
  content,
});
export const turn = (role: string, ...content: object[]) => ({ role, content });

/** Status and field of the error that a conversation is refused with. */
export function refusal(messages: object[]): [number, string | null] {
  try {
    convert(messages);
  } catch (error) {
    const { status, param } = error as ApiError;
    return [status, param];
  }
  throw new Error("expected an error");
}
