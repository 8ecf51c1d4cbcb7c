// Turns a body into a ChatRequest: null means absent, every known field checked, unknown fields
// kept.
import type { z } from "zod";
import type { ChatRequest } from "../../../base/chat.ts";
import { invalidRequest } from "../../../base/errors.ts";
import type { Config } from "../../../config/schema.ts";
import { describeIssue } from "../../body/describe-issue.ts";
import { quickCheck } from "../../body/quick-check.ts";
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
  const body = tidied(json, limits);
  assertSchema(body);
  return consistent(body, limits);
}

/**
 * The same for a large body, its messages some at a time.
 * @param pause waited for between two steps
 */
export async function parseInTurns(
  json: unknown,
  limits: Limits,
  pause: () => Promise<void>,
): Promise<ChatRequest> {
  const body = tidied(json, limits);
  const { model, messages } = body;
  if (!Array.isArray(messages) || messages.length === 0) return parseChatRequest(json, limits);
  await pause();
  assertSchema(body, { ...body, messages: ANY_MESSAGES });
  for (let start = 0; start < messages.length; ) {
    await pause();
    const end = endOfGroup(messages, start);
    assertSchema(body, { model, messages: messages.slice(start, end) }, start);
    start = end;
  }
  await pause();
  return consistent(body, limits);
}

/** What stands for the messages while the rest is checked. */
const ANY_MESSAGES = [{ role: "user", content: "" }];

/** Messages, and items of their lists, that are checked in one turn: some milliseconds. */
const GROUP_ITEMS = 1_000;

function endOfGroup(messages: readonly unknown[], start: number): number {
  let items = 0;
  let end = start;
  while (end < messages.length && items < GROUP_ITEMS) {
    items += 1;
    for (const list of listsOf(messages[end])) items += list.length;
    end += 1;
  }
  return end;
}

/** The lists of a message that can be long. */
function listsOf(message: unknown): unknown[][] {
  if (!isObject(message)) return [];
  return MESSAGE_LISTS.map((field) => message[field]).filter(Array.isArray);
}

/** Those of them that `limits.messageItems` bounds. */
export const MESSAGE_LISTS = ["content", "tool_calls", "reasoning_details"];

function tidied(json: unknown, limits: Limits): JsonObject {
  if (!isObject(json)) throw invalidRequest("The request body must be a JSON object.", null);
  const body = copyWithoutNulls(json, null);
  // These have limits of their own; every other list and object was bounded before it was parsed.
  assertLength(body, "messages", limits.messages);
  assertLength(body, "tools", limits.tools);
  assertLength(body, "functions", limits.tools);
  if (Array.isArray(body.messages)) body.messages = cleanMessages(body.messages, limits);
  dropIdleFields(body);
  return body;
}

const fitsSchema = quickCheck(chatCompletionRequest);

/**
 * @param part the body, or as much of it as is checked now
 * @param start the place of the part's first message in the body
 */
function assertSchema(body: JsonObject, part = body, start = 0): void {
  if (fitsSchema(part)) return;
  const result = chatCompletionRequest.safeParse(withoutLongSeed(part), FIRST_ISSUE);
  if (result.success) return;
  const issues = result.error.issues.map((issue) => ({
    ...issue,
    path: issue.path.map((key, depth) =>
      depth === 1 && issue.path[0] === "messages" ? Number(key) + start : key,
    ),
  }));
  const { message, param } = describeIssue(issues, body);
  throw invalidRequest(message, param);
}

/** The schema has no transforms: the body itself has been proven to have these types. */
function consistent(body: JsonObject, limits: Limits): ChatRequest {
  if (typeof body.n === "number" && body.n > limits.choices) {
    throw invalidRequest(`Invalid 'n': expected a value of at most ${limits.choices}.`, "n");
  }
  if (body.max_completion_tokens !== undefined) delete body.max_tokens;
  if (body.stream !== true) delete body.stream_options;
  const request = body as ChatRequest;
  assertConsistent(request);
  return request;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A shallow copy without the fields that are null, but one that may be. */
function copyWithoutNulls(object: JsonObject, kept: string | null): JsonObject {
  // A spread defines fields, never assigns them: a field named `__proto__` stays a plain field.
  const copy = { ...object };
  for (const key in copy) if (copy[key] === null && key !== kept) delete copy[key];
  return copy;
}

function cleanMessages(messages: readonly unknown[], limits: Limits): unknown[] {
  const cleaned: unknown[] = [];
  for (let index = 0; index < messages.length; index++) {
    const message = messages[index];
    if (isObject(message)) {
      assertLists(message, index, limits);
      cleaned.push(cleanMessage(message));
    } else {
      cleaned.push(message);
    }
  }
  return cleaned;
}

function cleanMessage(message: JsonObject): JsonObject {
  for (const key in message) {
    if (message[key] === null && key !== "content") {
      return dropIdleCalls(copyWithoutNulls(message, "content"));
    }
  }
  return dropIdleCalls(message);
}

function assertLists(message: JsonObject, index: number, { messageItems }: Limits): void {
  for (const field of MESSAGE_LISTS) {
    const list = message[field];
    if (!Array.isArray(list) || list.length <= messageItems) continue;
    const param = `messages[${index}].${field}`;
    throw invalidRequest(
      `Invalid '${param}': expected an array with at most ${messageItems} items.`,
      param,
    );
  }
}

function assertLength(body: JsonObject, field: string, max: number): void {
  const value = body[field];
  if (Array.isArray(value) && value.length > max) {
    throw invalidRequest(`Invalid '${field}': expected an array with at most ${max} items.`, field);
  }
}
