// Why answers ended, in every provider's words.
import { describe, expect, test } from "bun:test";
import { ApiError } from "../../../src/base/errors.ts";
import { finishReasonOf } from "../../../src/providers/shared/finish-reason.ts";

const read = (word: string, hasCalls: boolean) =>
  finishReasonOf(word, { hasCalls, hasOutput: false });

const STOP = [
  "stop",
  "STOP",
  "eos",
  "eos_token",
  "end_turn",
  "stop_sequence",
  "complete",
  "COMPLETE",
  "never-heard-of",
];
const LENGTH = [
  "length",
  "max_tokens",
  "MAX_TOKENS",
  "model_length",
  "max_output_tokens",
  "max-output-tokens",
  "incomplete",
  "token_limit",
  "model_context_window_exceeded",
  "context_length",
  "ERROR_LIMIT",
  "not_finished",
  "unfinished",
  "partial",
  "budget_exhausted",
  "repetition",
];
const FILTER = [
  "content_filter",
  "content_filtered",
  "sensitive",
  "safety",
  "SAFETY",
  "RECITATION",
  "blocklist",
  "PROHIBITED_CONTENT",
  "IMAGE_SAFETY",
  "MODEL_ARMOR",
  "refusal",
  "guardrail_intervened",
  "ERROR_TOXIC",
  "content_filter: PROHIBITED_CONTENT",
];
const FAILED = [
  "error",
  "abort",
  "aborted",
  "cancelled",
  "canceled",
  "network_error",
  "failed",
  "out_of_memory",
  "preempted",
  "killed",
  "MISSING_THOUGHT_SIGNATURE",
  "function_call_filter: MALFORMED_FUNCTION_CALL",
];

describe.each([
  ["stop", STOP],
  ["length", LENGTH],
  ["content_filter", FILTER],
] as const)("%s", (expected, words) => {
  test.each(words.map((word) => [word]))("%s", (word) => {
    expect(read(word, false)).toBe(expected);
    expect(read(word, true)).toBe(expected === "stop" ? "tool_calls" : expected);
  });
});

test("calls are told by what there is", () => {
  for (const word of ["tool_calls", "tool_use", "tool_call"]) {
    expect([read(word, true), read(word, false)]).toEqual(["tool_calls", "stop"]);
  }
  expect(read("function_call", false)).toBe("function_call");
});

test.each([
  ...FAILED.map((word): [string, number] => [word, 502]),
  ["timeout", 504],
  ["insufficient_system_resource", 503],
  ["overloaded", 503],
] as [string, number][])("%s is a failure", (word, status) => {
  for (const hasCalls of [true, false]) {
    try {
      read(word, hasCalls);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ApiError);
      expect((error as ApiError).status).toBe(status);
    }
  }
});
