// The client's messages as Anthropic's system prompt and turns.
import type { ChatRequest } from "../../base/chat.ts";
import { invalidRequest } from "../../base/errors.ts";
import { asObject, isObject, type JsonObject, nonEmptyString, parseJson } from "../shared/json.ts";
import type { CacheMarks } from "./cache-marks.ts";
import { textBlocks, userBlocks } from "./content-blocks.ts";
import { TurnBuilder } from "./turns.ts";
import type { TextBlock, ToolUseBlock, Turn } from "./wire.ts";

export interface MessageOptions {
  marks: CacheMarks;
  /** The model and the platform take messages of the role `system` in mid-conversation. */
  systemTurns: boolean;
}

export interface Conversation {
  /** What the leading system and developer messages say, a block for each text. */
  system: TextBlock[];
  turns: Turn[];
}

/**
 * Converts the conversation; see {@link TurnBuilder} for the rules of its turns. Thinking that
 * clients send back (`reasoning_content`) is left out: without the signature that OpenAI's format
 * has no place for, Anthropic refuses it.
 * @throws ApiError 400, with the place in `param`, for what Anthropic cannot take
 */
export function convertMessages(
  messages: ChatRequest["messages"],
  options: MessageOptions,
): Conversation {
  const system: TextBlock[][] = [];
  const builder = new TurnBuilder(options.systemTurns);
  let leading = true;
  for (const [index, message] of messages.entries()) {
    leading &&= isSystem(message);
    if (leading) {
      system.push(markedText(message, options.marks));
    } else {
      addMessage(builder, asObject(message), `messages[${index}]`, options.marks);
    }
  }
  const last = messages.at(-1);
  if (last?.role === "user" && builder.endsWithAssistant) {
    throw invalidRequest(
      "This model needs something to answer: the last message is empty.",
      `messages[${messages.length - 1}].content`,
    );
  }
  return { system: system.flat(), turns: builder.finish() };
}

const isSystem = ({ role }: { role?: unknown }): boolean =>
  role === "system" || role === "developer";

function addMessage(
  builder: TurnBuilder,
  message: JsonObject,
  place: string,
  marks: CacheMarks,
): void {
  switch (message.role) {
    case "system":
    case "developer":
      builder.system(markedText(message, marks));
      return;
    case "user":
      builder.user(
        markLast(userBlocks(message.content, `${place}.content`, marks), message, marks),
      );
      return;
    case "tool":
      builder.toolResult(String(message.tool_call_id), toolResult(message, marks), place);
      return;
    case "assistant":
      addAssistant(builder, message, place, marks);
      return;
    default:
      throw invalidRequest("This model does not take messages of this role.", `${place}.role`);
  }
}

function addAssistant(
  builder: TurnBuilder,
  message: JsonObject,
  place: string,
  marks: CacheMarks,
): void {
  for (const field of ["audio", "function_call"]) {
    if (message[field] !== undefined && message[field] !== null) {
      throw invalidRequest(`This model does not take '${field}' messages.`, `${place}.${field}`);
    }
  }
  const text = [...textBlocks(message.content, marks), ...textBlocks(message.refusal, marks)];
  const calls = Array.isArray(message.tool_calls) ? message.tool_calls.map(toolUse) : [];
  const [markedCalls, markedTexts] =
    calls.length > 0
      ? [markLast(calls, message, marks), text]
      : [calls, markLast(text, message, marks)];
  builder.assistant(markedTexts, markedCalls, place);
}

function toolUse(value: unknown): ToolUseBlock {
  const call = asObject(value);
  const id = String(call.id);
  if (call.type === "custom") {
    const { name, input } = asObject(call.custom);
    return { type: "tool_use", id, name: String(name), input: { input } };
  }
  const { name, arguments: given } = asObject(call.function);
  return { type: "tool_use", id, name: String(name), input: readArguments(given) };
}

/** A model may have written broken JSON: Anthropic needs an object, so it stands in one. */
function readArguments(given: unknown): JsonObject {
  const text = nonEmptyString(given)?.trim() || "{}";
  const parsed = parseJson(text);
  return isObject(parsed) ? parsed : { invalid_arguments: text };
}

function toolResult(message: JsonObject, marks: CacheMarks) {
  const { content } = message;
  const said = typeof content === "string" ? nonEmptyString(content.trim() && content) : null;
  const blocks = Array.isArray(content) ? textBlocks(content, marks) : [];
  return {
    ...(said !== null && { content: said }),
    ...(blocks.length > 0 && { content: blocks }),
    ...marks.take(message),
  };
}

function markedText(message: { content?: unknown }, marks: CacheMarks): TextBlock[] {
  return markLast(textBlocks(message.content, marks), message, marks);
}

/** A mark on a message means its last block. */
function markLast<Block extends { cache_control?: unknown }>(
  blocks: Block[],
  message: unknown,
  marks: CacheMarks,
): Block[] {
  const last = blocks.at(-1);
  if (last === undefined || last.cache_control !== undefined) {
    return blocks;
  }
  return [...blocks.slice(0, -1), { ...last, ...marks.take(message) }];
}
