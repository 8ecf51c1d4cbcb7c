// Bounds the JSON within a request's JSON: the arguments of calls in its history, which many dialects parse in one turn.
import type { ChatRequest } from "../../../base/chat.ts";
import { invalidRequest } from "../../../base/errors.ts";
import { assertJsonShape, type JsonLimits } from "../../body/json-shape.ts";

/** All arguments together may weigh this part of a body: they are parsed, walked and written again at once. */
const SHARE = 2;

/** In a body of so many bytes no arguments take long to parse. */
export const SMALL_BODY_BYTES = 65_536;

/**
 * Checks the arguments of all calls as the body itself was.
 * @param pause waited for between two slices
 * @throws ApiError 400 that names the arguments at fault
 */
export async function assertArgumentsShape(
  { messages }: ChatRequest,
  limits: JsonLimits,
  pause: () => Promise<void>,
): Promise<void> {
  let left = Math.floor(limits.jsonWeight / SHARE);
  for (const [text, param] of argumentTexts(messages)) {
    try {
      const shape = await assertJsonShape(
        Buffer.from(text),
        { ...limits, jsonWeight: left },
        pause,
      );
      // Long strings in them are not read in turns.
      left = shape.longStrings.reduce((rest, { start, end }) => rest - (end - start), left);
      left -= shape.weight;
      if (left < 0) throw new RangeError("too long");
    } catch {
      throw invalidRequest(
        `Invalid '${param}': the JSON in it is nested too deeply, or has too many values.`,
        param,
      );
    }
  }
}

/** With their places. */
function* argumentTexts(messages: ChatRequest["messages"]): Generator<[string, string]> {
  for (const [at, message] of messages.entries()) {
    if (message.role !== "assistant") continue;
    const place = `messages[${at}]`;
    for (const [order, call] of (message.tool_calls ?? []).entries()) {
      const text = "function" in call ? call.function.arguments : null;
      if (typeof text === "string")
        yield [text, `${place}.tool_calls[${order}].function.arguments`];
    }
    const old = message.function_call?.arguments;
    if (typeof old === "string") yield [old, `${place}.function_call.arguments`];
  }
}
