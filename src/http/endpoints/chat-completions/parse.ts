// Turns a body into a ChatRequest: null means absent, every known field checked, unknown fields
// kept.
import type { z } from "zod";
import type { ChatRequest } from "../../../base/chat.ts";
import { invalidRequest } from "../../../base/errors.ts";
import type { Config } from "../../../config/schema.ts";
import { describeIssue } from "../../body/describe-issue.ts";
import { assertConsistent, dropIdleCalls, dropIdleFields, withoutLongSeed } from "./normal-form.ts";
import { chatCompletionRequest } from "./schema/request.ts";

type Limits = Config["limits"];
type JsonObject = Record<string, unknown>;

/** Only one is told, and a body can have a hundred thousand. The type of zod's public context does not name it yet. */
const FIRST_ISSUE: z.core.ParseContextInternal<z.core.$ZodIssue> = { abortEarly: true };

/**
 * Validates a parsed body of POST /chat/completions. `json` is not changed; parts of it live on in
 * the result.
 *
 * - A `null` counts as absent at the top and in messages (but a message's `content` may be null by
 *   right).
 * - Where both are given, `max_completion_tokens` wins over `max_tokens`, which is dropped.
 * - What asks for nothing is left out (see normal-form.ts), and what contradicts itself refused.
 * - `stream_options` without `stream: true` is dropped: OpenAI refuses it, but clients that set it
 *   once for all their calls exist, and it has no meaning to lose.
 *
 * @throws ApiError 400 that names the field, and never repeats what the field held.
 */
export function parseChatRequest(json: unknown, limits: Limits): ChatRequest {
  if (!isObject(json)) throw invalidRequest("The request body must be a JSON object.", null);
  const body = withoutNulls(json);
  // These have limits of their own; every other list and object was bounded before it was parsed.
  assertLength(body, "messages", limits.messages);
  assertLength(body, "tools", limits.tools);
  assertLength(body, "functions", limits.tools);
  if (Array.isArray(body.messages)) body.messages = body.messages.map(cleanMessage);
  dropIdleFields(body);

  const result = chatCompletionRequest.safeParse(withoutLongSeed(body), FIRST_ISSUE);
  if (!result.success) {
    const { message, param } = describeIssue(result.error.issues, body);
    throw invalidRequest(message, param);
  }
  if (typeof body.n === "number" && body.n > limits.choices) {
    throw invalidRequest(`Invalid 'n': expected a value of at most ${limits.choices}.`, "n");
  }
  if (body.max_completion_tokens !== undefined) delete body.max_tokens;
  if (body.stream !== true) delete body.stream_options;
  // The schema has no transforms: the body itself has been proven to have these types.
  const request = body as ChatRequest;
  assertConsistent(request);
  return request;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A shallow copy without the fields that are null. */
function withoutNulls(object: JsonObject): JsonObject {
  // fromEntries defines fields, never assigns them: a field named `__proto__` stays a plain field.
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}

function cleanMessage(message: unknown): unknown {
  if (!isObject(message)) return message;
  let hasNull = false;
  for (const key in message) {
    if (message[key] === null && key !== "content") hasNull = true;
  }
  if (!hasNull) return dropIdleCalls(message);
  const entries = Object.entries(message);
  const kept = entries.filter(([key, value]) => key === "content" || value !== null);
  return dropIdleCalls(Object.fromEntries(kept));
}

function assertLength(body: JsonObject, field: string, max: number): void {
  const value = body[field];
  if (Array.isArray(value) && value.length > max) {
    throw invalidRequest(`Invalid '${field}': expected an array with at most ${max} items.`, field);
  }
}
