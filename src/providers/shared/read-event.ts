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
export const readAnswer = (text: string, errors: Errors): JsonObject =>
  readObject(parseJson(text), errors, "The provider's answer is not a JSON object.");

/**
 * The event's object.
 * @throws ApiError when it is not a JSON object, holds an error, or is named one
 */
export function readEvent({ name, data }: SseEvent, errors: Errors): JsonObject {
  const given = parseJson(data);
  const body = name === "error" ? asError(given) : given;
  return readObject(body, errors, "The provider sent an event that is not a JSON object.");
}

type Errors = Pick<ErrorReader, "fromPayload">;

function readObject(body: unknown, errors: Errors, otherwise: string): JsonObject {
  const error = errors.fromPayload(body);
  if (error !== null) {
    throw error;
  }
  if (!isObject(body)) {
    throw upstreamError(otherwise);
  }
  return body;
}

/** What comes under the name of an error is one, whatever is in it. */
function asError(body: unknown): JsonObject | unknown[] {
  if (Array.isArray(body)) return body;
  return isObject(body) ? { ...body, error: body.error ?? body } : { error: { message: null } };
}
