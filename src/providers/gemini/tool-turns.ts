// An assistant's turn with its tool calls, and the results that answer them.
import type { ChatRequest } from "../../base/chat.ts";
import { invalidRequest } from "../../base/errors.ts";
import { isObject, type JsonObject, parseJson } from "../shared/json.ts";
import type { ContentsContext } from "./context.ts";
import { SKIP_SIGNATURE, sentSignature } from "./signatures.ts";
import type { GeminiSurface } from "./surface.ts";
import { geminiToolCallId } from "./tool-ids.ts";
import type { GeminiPart } from "./wire.ts";

type Message = ChatRequest["messages"][number];
type Assistant = Extract<Message, { role: "assistant" }>;
type ToolMessage = Extract<Message, { role: "tool" }>;

/**
 * The calls so far by their ids: a result names its call by the id, Gemini wants the name. `order`
 * is the call's place in its message.
 */
export type ToolCallIndex = Map<string, { name: string; order: number }>;

/**
 * The parts of an assistant's message, and its calls put into the index. Reasoning is not sent
 * back: what Gemini needs of it is in the signatures. A signature comes from the client, else from
 * the memory of this process, else the first call of the message gets the documented stand-in, as
 * Gemini signs the first of parallel calls only.
 * @throws ApiError 400 for what has no equal
 */
export function assistantParts(
  message: Assistant,
  place: string,
  context: ContentsContext,
  calls: ToolCallIndex,
): GeminiPart[] {
  refuseUnknown(message, place);
  const parts: GeminiPart[] = spokenTexts(message).map((text) => ({ text }));
  for (const [position, call] of (message.tool_calls ?? []).entries()) {
    if (call.type !== "function") {
      const param = `${place}.tool_calls[${position}].type`;
      throw invalidRequest(`'${param}' must be function for this model.`, param);
    }
    const { name } = call.function;
    calls.set(call.id, { name, order: position });
    const signature = signatureOf(call, position === 0, context);
    const args = argumentsObject(call.function.arguments);
    parts.push({
      functionCall: { ...idField(call.id, context.surface), name, args },
      ...(signature === null ? {} : { thoughtSignature: signature }),
    });
  }
  return parts;
}

/**
 * The part that answers a call, and the call's place in its message.
 * @throws ApiError 400 when no earlier message made that call
 */
export function toolResultPart(
  message: ToolMessage,
  place: string,
  surface: GeminiSurface,
  calls: ToolCallIndex,
): { part: GeminiPart; order: number } {
  const call = calls.get(message.tool_call_id);
  if (call === undefined) {
    throw invalidRequest(
      `'${place}.tool_call_id' names no tool call of an earlier assistant message.`,
      `${place}.tool_call_id`,
    );
  }
  const { content } = message;
  const text = typeof content === "string" ? content : content.map((part) => part.text).join("");
  const functionResponse = {
    ...idField(message.tool_call_id, surface),
    name: call.name,
    response: responseObject(text),
  };
  return { part: { functionResponse }, order: call.order };
}

function refuseUnknown(message: Assistant, place: string): void {
  for (const field of ["audio", "function_call"] as const) {
    if (message[field] !== undefined && message[field] !== null) {
      const param = `${place}.${field}`;
      throw invalidRequest(`'${param}' is not supported by this model.`, param);
    }
  }
}

function spokenTexts({ content, refusal }: Assistant): string[] {
  const parts = typeof content === "string" ? [content] : (content ?? []).map(partText);
  return [...parts, refusal ?? ""].filter((text) => text !== "");
}

type AssistantPart = Exclude<NonNullable<Assistant["content"]>, string>[number];

function partText(part: AssistantPart): string {
  return part.type === "text" ? part.text : part.refusal;
}

function signatureOf(
  call: { id: string; function: { name: string } },
  isFirst: boolean,
  { traits, signatures }: ContentsContext,
): string | null {
  if (traits.thinking.kind === "none" && !traits.needsSignatures) {
    return null;
  }
  const known = sentSignature(call) ?? signatures.find(call.id, call.function.name);
  return known ?? (isFirst && traits.needsSignatures ? SKIP_SIGNATURE : null);
}

function idField(clientId: string, surface: GeminiSurface): { id?: string } {
  const id = surface.functionCallIds ? geminiToolCallId(clientId) : null;
  return id === null ? {} : { id };
}

/**
 * Gemini takes an object only. Arguments that are none (a model can write invalid JSON, and the
 * client must be able to go on) are put into one as they are.
 */
function argumentsObject(text: string): JsonObject {
  if (text.trim() === "") {
    return {};
  }
  const value = parseJson(text);
  return isObject(value) ? value : { arguments: text };
}

/** Digits beyond which a number would change on its way through JavaScript. */
const LONG_NUMBER = /\d{16}/;

/** The reserved key, written plainly or with JSON's escape for `$`. */
const REFERENCE = /"(?:\$|\\u0024)ref"/;

/**
 * A tool's result as the object that Gemini wants. Gemini reads `output` and `error` as the whole
 * result, and `$ref` as a reference to a part of the message: a result in which these words may
 * mean something else, and everything that is no JSON object, is handed over within `output`.
 */
function responseObject(text: string): JsonObject {
  const structured = /^\s*[{[]/.test(text) && !LONG_NUMBER.test(text) && !REFERENCE.test(text);
  const value = structured ? parseJson(text) : undefined;
  if (value === undefined) {
    return { output: text };
  }
  const plain = isObject(value) && !("output" in value) && !("error" in value);
  const sole = isObject(value) && Object.keys(value).length === 1;
  return isObject(value) && (plain || sole) ? value : { output: value };
}
