// A whole answer of generateContent as UpstreamCompletion.
import type { ChatCompletion } from "../../base/chat.ts";
import { upstreamError } from "../../base/errors.ts";
import { newCompletionId } from "../../base/ids.ts";
import type { UpstreamCompletion } from "../protocol.ts";
import { isObject, type JsonObject, nonEmptyString, parseJson } from "../shared/json.ts";
import { blockReason, type Candidate, readCandidates } from "./candidate.ts";
import { ERRORS } from "./errors.ts";
import { mapFinishReason } from "./finish-reason.ts";
import type { SignatureCache } from "./signatures.ts";
import { parseUsage } from "./usage.ts";

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
  const body = parseJson(text);
  const error = ERRORS.fromPayload(body);
  if (error !== null) {
    throw error;
  }
  if (!isObject(body)) {
    throw upstreamError("The provider's answer is not a JSON object.");
  }
  const candidates = readCandidates(body, signatures);
  if (candidates.length === 0 && blockReason(body) === null) {
    throw upstreamError("The provider's answer has no candidates.");
  }
  if (candidates.some(({ finishReason, pieces }) => finishReason === null && pieces.length === 0)) {
    throw upstreamError("The provider's answer is empty.");
  }
  const choices = candidates.length === 0 ? [BLOCKED] : candidates.map(toChoice);
  const completion = {
    id: nonEmptyString(body.responseId) ?? newCompletionId(),
    object: "chat.completion",
    created: Math.floor(Date.now() / 1000),
    model: nonEmptyString(body.modelVersion) ?? model,
    choices,
  };
  // `reasoning_content` and `extra_content` are beyond OpenAI's types; all that these require is
  // set.
  return {
    completion: completion as unknown as ChatCompletion,
    usage: parseUsage(body.usageMetadata),
  };
}

const BLOCKED: JsonObject = {
  index: 0,
  message: { role: "assistant", content: "", refusal: null },
  logprobs: null,
  finish_reason: "content_filter",
};

function toChoice(candidate: Candidate): JsonObject {
  const { index, pieces, logprobs, finishReason } = candidate;
  const calls = pieces.flatMap((piece) => (piece.kind === "call" ? [piece.call] : []));
  const content = textOf(pieces, "text");
  const reasoning = textOf(pieces, "thought");
  return {
    index,
    message: {
      role: "assistant",
      content: content === "" && calls.length > 0 ? null : content,
      refusal: null,
      ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
      // An empty list means no calls; clients take its presence for calls.
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    },
    logprobs,
    finish_reason: mapFinishReason(finishReason ?? "STOP", calls.length > 0),
  };
}

function textOf(pieces: Candidate["pieces"], kind: "text" | "thought"): string {
  return pieces.map((piece) => (piece.kind === kind ? piece.text : "")).join("");
}
