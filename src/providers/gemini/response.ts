// A whole answer of generateContent as UpstreamCompletion.
import { upstreamError } from "../../base/errors.ts";
import type { UpstreamCompletion } from "../protocol.ts";
import { Envelope, wholeChoice } from "../shared/envelope.ts";
import type { JsonObject } from "../shared/json.ts";
import { readAnswer } from "../shared/read-event.ts";
import { countsOutput } from "../shared/token-counts.ts";
import { blockReason, type Candidate, endOf, readCandidates } from "./candidate.ts";
import { ERRORS } from "./errors.ts";
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
  const body = readAnswer(text, ERRORS);
  const candidates = readCandidates(body, signatures);
  if (candidates.length === 0 && blockReason(body) === null) {
    throw upstreamError("The provider's answer has no candidates.");
  }
  if (candidates.some(({ finishReason, pieces }) => finishReason === null && pieces.length === 0)) {
    throw upstreamError("The provider's answer is empty.");
  }
  const usage = parseUsage(body.usageMetadata);
  const hasOutput = candidates.some(({ pieces }) => pieces.length > 0) || countsOutput(usage);
  const choices = candidates.map((candidate) => toChoice(candidate, hasOutput));
  const blocked = [wholeChoice(0, { text: "" }, "content_filter")];
  const envelope = new Envelope(model);
  envelope.read({ id: body.responseId, model: body.modelVersion });
  return envelope.whole(choices.length === 0 ? blocked : choices, usage);
}

function toChoice(candidate: Candidate, hasOutput: boolean): JsonObject {
  const { index, pieces, logprobs, finishReason } = candidate;
  const calls = pieces.flatMap((piece) => (piece.kind === "call" ? [piece.call] : []));
  const said = { text: textOf(pieces, "text"), reasoning: textOf(pieces, "thought"), calls };
  const reason = endOf(finishReason, { hasCalls: calls.length > 0, hasOutput });
  return wholeChoice(index, said, reason, logprobs);
}

function textOf(pieces: Candidate["pieces"], kind: "text" | "thought"): string {
  return pieces.map((piece) => (piece.kind === kind ? piece.text : "")).join("");
}
