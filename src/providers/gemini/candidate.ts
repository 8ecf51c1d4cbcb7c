// One candidate of an answer, whole or a stream's chunk, read into text, thoughts and tool calls.
import { upstreamError } from "../../base/errors.ts";
import { type FinishReason, finishReasonOf, type Said } from "../shared/finish-reason.ts";
import { asArray, asObject, isObject, type JsonObject, nonEmptyString } from "../shared/json.ts";
import { argumentsText } from "../shared/tool-arguments.ts";
import { readLogprobs } from "./logprobs.ts";
import { type SignatureCache, signatureField } from "./signatures.ts";
import { clientToolCallId } from "./tool-ids.ts";

/** What a part says, by the field of the delta that says it; parts of other kinds (a tool of Google's own) say nothing to a client. */
export type Piece =
  | { field: "content" | "reasoning_content"; text: string }
  | { field: "tool_calls"; call: JsonObject };

export interface Candidate {
  index: number;
  /** In Gemini's order. */
  pieces: Piece[];
  logprobs: JsonObject | null;
  /** Gemini's word; null while it goes on. */
  finishReason: string | null;
}

/** More candidates than any request may ask for, so that a stream's memory has a bound. */
const MAX_CANDIDATES = 64;

/** What the unspecified value of the enumeration says: nothing. */
const UNSPECIFIED = "FINISH_REASON_UNSPECIFIED";

/**
 * Reads the candidates of a body or event; none when it has none. Each tool call gets its id here,
 * and its signature, if any, is remembered.
 * @throws ApiError 502 for a candidate that is malformed
 */
export function readCandidates(
  body: JsonObject,
  signatures: Pick<SignatureCache, "remember">,
): Candidate[] {
  return asArray(body.candidates).map((candidate, position) =>
    readCandidate(candidate, position, signatures),
  );
}

/**
 * OpenAI's word for a candidate's end.
 * @throws ApiError for a failure
 */
export function endOf(reason: string | null, said: Said): FinishReason {
  const word = finishReasonOf(reason ?? "STOP", said);
  // Servers that speak Gemini's format have a word of their own for a call.
  return word === "function_call" ? "stop" : word;
}

/** Why Gemini refused to answer the prompt at all, or null. */
export function blockReason(body: JsonObject): string | null {
  return nonEmptyString(asObject(body.promptFeedback).blockReason);
}

function readCandidate(
  candidate: unknown,
  position: number,
  signatures: Pick<SignatureCache, "remember">,
): Candidate {
  if (!isObject(candidate)) {
    throw upstreamError("The provider sent a candidate that is not an object.");
  }
  const parts = asArray(asObject(candidate.content).parts).filter(isObject);
  const reason = nonEmptyString(candidate.finishReason);
  return {
    index: readIndex(candidate.index, position),
    pieces: parts.flatMap((part) => readPart(part, signatures)),
    logprobs: readLogprobs(candidate.logprobsResult),
    finishReason: reason === UNSPECIFIED ? null : reason,
  };
}

/** Gemini leaves the index 0 out. */
function readIndex(value: unknown, position: number): number {
  const index = typeof value === "number" && Number.isInteger(value) ? value : position;
  if (index < 0 || index >= MAX_CANDIDATES) {
    throw upstreamError("The provider sent more candidates than the gateway accepts.");
  }
  return index;
}

function readPart(part: JsonObject, signatures: Pick<SignatureCache, "remember">): Piece[] {
  if (isObject(part.functionCall)) {
    return [{ field: "tool_calls", call: readCall(part.functionCall, part, signatures) }];
  }
  const text = nonEmptyString(part.text);
  // A last part may be an empty text that only carries a signature. Gemini asks for the signatures
  // of text back too, but does not insist, and OpenAI's shape has no place for them.
  return text === null
    ? []
    : [{ field: part.thought === true ? "reasoning_content" : "content", text }];
}

function readCall(
  call: JsonObject,
  part: JsonObject,
  signatures: Pick<SignatureCache, "remember">,
): JsonObject {
  const name = nonEmptyString(call.name);
  if (name === null) {
    throw upstreamError("The provider sent a function call without a name.");
  }
  const id = clientToolCallId(nonEmptyString(call.id));
  const signature = nonEmptyString(part.thoughtSignature);
  if (signature !== null) {
    signatures.remember(id, name, signature);
  }
  return {
    id,
    type: "function",
    function: { name, arguments: argumentsText(call.args ?? {}) },
    ...signatureField(signature),
  };
}
