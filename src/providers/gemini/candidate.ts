// One candidate of an answer, whole or a stream's piece, read into text, thoughts and tool calls.
import { ApiError, upstreamError } from "../../base/errors.ts";
import type { FunctionCall } from "../shared/envelope.ts";
import { type FinishReason, readFinishReason } from "../shared/finish-reason.ts";
import { asArray, asObject, isObject, type JsonObject, nonEmptyString } from "../shared/json.ts";
import { argumentsText } from "../shared/tool-arguments.ts";
import { type ChoiceLogprobs, readLogprobs } from "./logprobs.ts";
import { type SignatureCache, signatureField } from "./signatures.ts";
import { clientToolCallId } from "./tool-ids.ts";

/** A call, and its signature in the shape of Google's own endpoint. */
export interface ToolCall extends FunctionCall {
  extra_content?: { google: { thought_signature: string } };
}

/** What a part says; parts of other kinds (a tool of Google's own) say nothing to a client. */
export type Piece =
  | { kind: "text"; text: string }
  | { kind: "thought"; text: string }
  | { kind: "call"; call: ToolCall };

export interface Candidate {
  index: number;
  /** In Gemini's order. */
  pieces: Piece[];
  logprobs: ChoiceLogprobs | null;
  /** Gemini's word; null while it goes on. */
  finishReason: string | null;
}

/** More candidates than any request may ask for, so that a stream's memory has a bound. */
const MAX_CANDIDATES = 64;

/** What the unspecified value of the enumeration says: nothing. */
const UNSPECIFIED = "FINISH_REASON_UNSPECIFIED";

/** Gemini could not take what the model wrote last; what it wrote before stands. */
const MODEL_FAULT = /^(?:MALFORMED|MISSING|TOO_MANY)_/;

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
 * OpenAI's word for a candidate's end. Where the model failed to write its answer in a form that
 * Gemini can read, what is there of it was paid for: it is shown, as an answer that was cut.
 * @param hasOutput something was written, or is counted as output
 * @throws ApiError for a failure, and for such an answer when nothing is there of it: another try
 * often succeeds
 */
export function finishReasonOf(
  reason: string,
  { hasCalls, hasOutput }: { hasCalls: boolean; hasOutput: boolean },
): FinishReason {
  const word = readFinishReason(reason, hasCalls);
  // Servers that speak Gemini's format have a word of their own for a call.
  if (word === "function_call") return "stop";
  if (!(word instanceof ApiError)) return word;
  if (hasOutput && MODEL_FAULT.test(reason)) return "length";
  throw word;
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
    return [{ kind: "call", call: readCall(part.functionCall, part, signatures) }];
  }
  const text = nonEmptyString(part.text);
  // A last part may be an empty text that only carries a signature. Gemini asks for the signatures
  // of text back too, but does not insist, and OpenAI's shape has no place for them.
  return text === null ? [] : [{ kind: part.thought === true ? "thought" : "text", text }];
}

function readCall(
  call: JsonObject,
  part: JsonObject,
  signatures: Pick<SignatureCache, "remember">,
): ToolCall {
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
