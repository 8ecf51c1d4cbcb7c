// Why an answer ended: every provider's words as OpenAI's five, or as a failure.
import { byName } from "../../base/by-name.ts";
import { type ApiError, overloaded, upstreamError, upstreamTimeout } from "../../base/errors.ts";
import { redact } from "./redact.ts";

export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter" | "function_call";

/** Words whose meaning no pattern would find, in lower case, by whom they are used. */
const WORDS = byName<FinishReason>({
  function_call: "function_call",
  // Hosts of open-weight models.
  eos_token: "stop",
  // Cohere.
  error_limit: "length",
  error_toxic: "content_filter",
  // Google: another language than was asked for, personal data, and a long answer in parts.
  language: "content_filter",
  spii: "content_filter",
  continuation: "length",
  // Gemini wrote a call of a tool that it was not given: the answer has usage, and is shown.
  unexpected_tool_call: "stop",
});

/** Kinds of words, in this order: the first that is met decides. Providers invent new ones all the time. */
const LENGTH =
  /length|limit|max_|_max|maximum|token|context|window|incomplete|truncat|unfinished|not_finished|partial|in_progress|exhaust|repetition/;
const FILTER =
  /filter|safety|sensitive|block|prohibit|moderat|policy|violat|recitation|refus|guardrail|armor/;
const BUSY = /insufficient_system_resource|overload|capacity|unavailable|rate_?limit|quota/;
const TIMEOUT = /time_?_?out|deadline/;
const FAILURE =
  /error|abort|cancel|fail|network|interrupt|disconnect|invalid|too_many|missing|memory|preempt|kill|crash|exception/;
/** Before all else: Google's OpenAI endpoint calls it `function_call_filter: MALFORMED_FUNCTION_CALL`. */
const MALFORMED = /malformed/;
/** What some hosts write where OpenAI has a null: the answer goes on. */
const NO_WORD = /^(?:null|none|undefined|not_finished|unfinished|in_progress)$/i;

/** An event's word for the answer's end, or null where that is still to come. */
export function finishWord(given: unknown): string | null {
  return typeof given === "string" && given !== "" && !NO_WORD.test(given) ? given : null;
}

/** Null for a failure. */
function kindOf(word: string): FinishReason | null {
  if (BUSY.test(word) || TIMEOUT.test(word) || MALFORMED.test(word)) return null;
  if (FILTER.test(word)) return "content_filter";
  if (FAILURE.test(word)) return null;
  // Anthropic's `pause_turn` too, of a tool that it runs itself: nothing of the answer is missing yet.
  return LENGTH.test(word) ? "length" : "stop";
}

function failure(word: string, given: string): ApiError {
  const cause = new Error(redact(`finish reason ${given}`));
  if (BUSY.test(word)) {
    return overloaded("The provider stopped its answer for want of capacity.", { cause });
  }
  if (TIMEOUT.test(word)) {
    return upstreamTimeout("The provider stopped its answer because it took too long.");
  }
  return upstreamError("The provider stopped its answer with an error.", { cause });
}

/** What an answer has in it at its end. */
export interface Said {
  /** Calls of the client's tools. */
  hasCalls: boolean;
  /** A call in OpenAI's old way. */
  hasOldCall?: boolean;
  /** Something was written, or is counted as output. */
  hasOutput: boolean;
}

/** The provider could not read what its model wrote last; what was written before stands. */
const MODEL_FAULT = /malformed|^(?:missing|too_many)_/i;

/** Whether a word says so. */
export const isModelFault = (given: unknown): boolean =>
  typeof given === "string" && MODEL_FAULT.test(given);

/**
 * OpenAI's word for an answer's end, from the provider's, whose case and dashes do not matter. A word
 * that says nothing of this kind means that the answer ended; with calls of the client's tools in it
 * many providers say no more than "stop", and one that reports the use of a tool without them means
 * one that is not the client's. Where the model failed to write its answer in a form that its
 * provider can read, what is there of it was paid for: it is shown, as an answer that was cut.
 * @throws ApiError for a failure, and for such an answer when nothing is there of it: another try
 * often succeeds
 */
export function finishReasonOf(
  given: unknown,
  { hasCalls, hasOldCall = false, hasOutput }: Said,
): FinishReason {
  const text = typeof given === "string" ? given : "";
  const word = text.trim().toLowerCase().replaceAll("-", "_");
  const found = WORDS[word] ?? kindOf(word);
  if (found === null) {
    if (hasOutput && isModelFault(text)) return "length";
    throw failure(word, text);
  }
  if (found === "length" || found === "content_filter") {
    return found;
  }
  if (hasCalls) return "tool_calls";
  return hasOldCall || found === "function_call" ? "function_call" : "stop";
}
