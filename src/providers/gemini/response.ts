// A whole answer of generateContent as UpstreamCompletion: a stream of one event.
import { upstreamError } from "../../base/errors.ts";
import type { UpstreamCompletion } from "../protocol.ts";
import { chunksAsWhole } from "../shared/envelope.ts";
import { asArray } from "../shared/json.ts";
import { readAnswer } from "../shared/read-event.ts";
import { blockReason } from "./candidate.ts";
import { ERRORS } from "./errors.ts";
import type { SignatureCache } from "./signatures.ts";
import { GeminiStream } from "./stream.ts";

/**
 * Reads a 200 answer. A prompt that Gemini blocked is an empty answer that ended by content filter.
 * @param model the model that was asked for, where the answer names none
 * @param signatures remembers the signatures of the tool calls
 * @throws ApiError when the body is not JSON, holds an error, has no candidates or ended in failure
 */
export function parseCompletion(
  text: string,
  model: string,
  signatures: Pick<SignatureCache, "remember">,
): UpstreamCompletion {
  const body = readAnswer(text, ERRORS);
  const candidates = asArray(body.candidates);
  if (candidates.length === 0 && blockReason(body) === null) {
    throw upstreamError("The provider's answer has no candidates.");
  }
  const stream = new GeminiStream({ model, choices: candidates.length, signatures });
  return chunksAsWhole([...stream.take(body, true), ...stream.end()]);
}
