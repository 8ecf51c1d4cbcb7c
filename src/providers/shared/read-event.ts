// A whole answer or one of its events as JSON, or the failure that it tells of: the same in every dialect.
import { upstreamError } from "../../base/errors.ts";
import type { SseEvent } from "../transport/sse.ts";
import type { ErrorReader } from "./errors.ts";
import { isObject, type JsonObject, parseJson } from "./json.ts";

/**
 * OpenAI's terminal event, by its start as the Python SDK compares it. Some hosts put spaces or
 * quotes around it, or write it small.
 */
const DONE = /^\s*"?\[DONE\]/i;

/** Whether an event is OpenAI's terminal one, which some gateways in between add to other dialects too. */
export const isDone = ({ data }: SseEvent): boolean => DONE.test(data);

/**
 * The object of a 200 answer.
 * @throws ApiError when it is not a JSON object, or holds an error
 */
export function readAnswer(text: string, errors: Pick<ErrorReader, "fromPayload">): JsonObject {
  const body = parseJson(text);
  const error = errors.fromPayload(body);
  if (error !== null) {
    throw error;
  }
  if (!isObject(body)) {
    throw upstreamError("The provider's answer is not a JSON object.");
  }
  return body;
}

/**
 * The event's object.
 * @throws ApiError when it is not a JSON object, holds an error, or is named one
 */
export function readEvent(
  { name, data }: SseEvent,
  errors: Pick<ErrorReader, "fromPayload">,
): JsonObject {
  const body = parseJson(data);
  const error = errors.fromPayload(name === "error" ? asError(body) : body);
  if (error !== null) {
    throw error;
  }
  if (!isObject(body)) {
    throw upstreamError("The provider sent an event that is not a JSON object.");
  }
  return body;
}

/** What comes under the name of an error is one, whatever is in it. */
function asError(body: unknown): JsonObject | unknown[] {
  if (Array.isArray(body)) return body;
  return isObject(body) ? { ...body, error: body.error ?? body } : { error: { message: null } };
}
