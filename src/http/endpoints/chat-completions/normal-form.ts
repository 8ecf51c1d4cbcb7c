// The normal form of a chat request: what asks for nothing is left out, so that all dialects get the same.
import type { ChatRequest } from "../../../base/chat.ts";
import { invalidRequest } from "../../../base/errors.ts";
import { exactInteger } from "../../../base/exact-json.ts";

type JsonObject = Record<string, unknown>;

/** The bounds of `seed`, a 64-bit integer at OpenAI. */
const SEED_MIN = -(2n ** 63n);
const SEED_MAX = 2n ** 63n - 1n;

/** Choices among tools that mean nothing where there are none. */
const IDLE_CHOICES: ReadonlySet<unknown> = new Set(["auto", "none"]);

/**
 * Takes out of a body, in place, what clients send without meaning it, and what some providers
 * refuse: empty lists of tools, and words about tools where there are none.
 */
export function dropIdleFields(body: JsonObject): void {
  dropEmpty(body, "tools");
  dropEmpty(body, "functions");
  if (body.tools === undefined) {
    if (typeof body.parallel_tool_calls === "boolean") delete body.parallel_tool_calls;
    if (IDLE_CHOICES.has(body.tool_choice)) delete body.tool_choice;
  }
  if (body.functions === undefined && IDLE_CHOICES.has(body.function_call)) {
    delete body.function_call;
  }
  if (body.top_logprobs === 0 && body.logprobs !== true) delete body.top_logprobs;
}

/** A message without an empty list of calls, which some providers take for a broken one. */
export function dropIdleCalls(message: JsonObject): JsonObject {
  if (!Array.isArray(message.tool_calls) || message.tool_calls.length > 0) return message;
  const { tool_calls: _idle, ...rest } = message;
  return rest;
}

function dropEmpty(body: JsonObject, field: string): void {
  const value = body[field];
  if (Array.isArray(value) && value.length === 0) delete body[field];
}

/**
 * The body without a seed beyond 2^53, for the schema, which knows numbers only.
 * @throws ApiError 400 for one that has more than 64 bits
 */
export function withoutLongSeed(body: JsonObject): JsonObject {
  const seed = exactInteger(body.seed);
  if (seed === null) return body;
  if (seed < SEED_MIN || seed > SEED_MAX) {
    throw invalidRequest("Invalid 'seed': expected a 64-bit integer.", "seed");
  }
  const { seed: _checked, ...rest } = body;
  return rest;
}

/**
 * Refuses what contradicts itself, which some providers refuse and others take in silence.
 * @throws ApiError 400 that names the field
 */
export function assertConsistent(request: ChatRequest): void {
  if (request.top_logprobs !== undefined && request.logprobs !== true) {
    throw invalidRequest("'top_logprobs' needs 'logprobs' to be true.", "top_logprobs");
  }
  if (request.tool_choice !== undefined && request.tools === undefined) {
    throw invalidRequest("'tool_choice' needs 'tools' to choose from.", "tool_choice");
  }
  if (request.function_call !== undefined && request.functions === undefined) {
    throw invalidRequest("'function_call' needs 'functions' to choose from.", "function_call");
  }
}
