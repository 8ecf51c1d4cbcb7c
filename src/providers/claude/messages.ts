// The client's messages as the system prompt and turns of a conversation with Claude.
import type { ChatRequest } from "../../base/chat.ts";
import { invalidRequest, unsupported } from "../../base/errors.ts";
import { refuseOldForms } from "../shared/form-fields.ts";
import { asArray, asObject, type JsonObject } from "../shared/json.ts";
import { readCall } from "../shared/tool-arguments.ts";
import type { Markable, MediaBlock, TextBlock, ToolUseBlock, Turn } from "./blocks.ts";
import type { CacheMarks } from "./cache-marks.ts";
import { TurnBuilder, type TurnOptions } from "./turns.ts";

export interface MessageOptions<Media extends MediaBlock> extends TurnOptions {
  marks: CacheMarks;
  /**
   * Reads a part that is no text; null for a type that the model does not take.
   * @param place of the part in the request, as `messages[0].content[1]`
   * @throws ApiError 400 for what cannot be sent, with its place in `param`
   */
  readMedia(part: JsonObject, place: string): Media | null;
}

export interface Conversation<Media extends MediaBlock> {
  /** What the leading system and developer messages say, a block for each text. */
  system: TextBlock[];
  turns: Turn<Media>[];
}

/**
 * Converts the conversation; see {@link TurnBuilder} for the rules of its turns. Thinking that
 * clients send back (`reasoning_content`) is left out: without the signature that OpenAI's format
 * has no place for, Claude refuses it.
 * @throws ApiError 400, with the place in `param`, for what Claude cannot take
 */
export function convertMessages<Media extends MediaBlock>(
  messages: ChatRequest["messages"],
  options: MessageOptions<Media>,
): Conversation<Media> {
  const system: TextBlock[][] = [];
  const builder = new TurnBuilder<Media>(options);
  let leading = true;
  for (const [index, message] of messages.entries()) {
    leading &&= isSystem(message);
    if (leading) {
      system.push(markedText(message, options.marks));
    } else {
      addMessage(builder, asObject(message), `messages[${index}]`, options);
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

function addMessage<Media extends MediaBlock>(
  builder: TurnBuilder<Media>,
  message: JsonObject,
  place: string,
  options: MessageOptions<Media>,
): void {
  const { marks } = options;
  switch (message.role) {
    case "system":
    case "developer":
      builder.system(markedText(message, marks));
      return;
    case "user": {
      const blocks = contentBlocks(message.content, `${place}.content`, options);
      builder.user(markLast(blocks, message, marks));
      return;
    }
    case "tool":
      builder.toolResult(String(message.tool_call_id), toolResult(message, place, options), place);
      return;
    case "assistant":
      addAssistant(builder, message, place, marks);
      return;
    default:
      throw invalidRequest("This model does not take messages of this role.", `${place}.role`);
  }
}

function addAssistant<Media extends MediaBlock>(
  builder: TurnBuilder<Media>,
  message: JsonObject,
  place: string,
  marks: CacheMarks,
): void {
  refuseOldForms(message, place);
  const text = [...textBlocks(message.content, marks), ...textBlocks(message.refusal, marks)];
  const calls = asArray(message.tool_calls).map(toolUse);
  const [markedCalls, markedTexts] =
    calls.length > 0
      ? [markLast(calls, message, marks), text]
      : [calls, markLast(text, message, marks)];
  builder.assistant(markedTexts, markedCalls, place);
}

function toolUse(value: unknown): ToolUseBlock {
  const call = asObject(value);
  return { type: "tool_use", id: String(call.id ?? ""), ...readCall(call) };
}

function toolResult<Media extends MediaBlock>(
  message: JsonObject,
  place: string,
  options: MessageOptions<Media>,
) {
  const { content } = message;
  const said = typeof content === "string" && content.trim() !== "" ? content : null;
  const blocks = Array.isArray(content) ? contentBlocks(content, `${place}.content`, options) : [];
  return {
    ...(said !== null && { content: said }),
    ...(blocks.length > 0 && { content: blocks }),
    ...options.marks.take(message),
  };
}

function contentBlocks<Media extends MediaBlock>(
  content: unknown,
  place: string,
  options: MessageOptions<Media>,
): (TextBlock | Media)[] {
  if (!Array.isArray(content)) {
    return textBlock(content, {});
  }
  return content.flatMap((value: unknown, position): (TextBlock | Media)[] => {
    const part = asObject(value);
    if (part.type === "text") {
      return textBlocks([part], options.marks);
    }
    const media = options.readMedia(part, `${place}[${position}]`);
    if (media === null) {
      throw unsupported(
        `This model does not take content parts of type '${String(part.type).slice(0, 60)}'.`,
        `${place}[${position}]`,
      );
    }
    return [{ ...media, ...options.marks.take(part) }];
  });
}

/** The text of a string or of text and refusal parts. Blank texts are left out: Claude refuses them. */
function textBlocks(content: unknown, marks: CacheMarks): TextBlock[] {
  if (!Array.isArray(content)) {
    return textBlock(content, {});
  }
  return content.flatMap((part: unknown) => {
    const { text, refusal } = asObject(part);
    const said = text ?? refusal;
    return isBlank(said) ? [] : textBlock(said, marks.take(part));
  });
}

const isBlank = (text: unknown): boolean => typeof text !== "string" || text.trim() === "";

function textBlock(text: unknown, mark: Markable): TextBlock[] {
  return typeof text !== "string" || isBlank(text) ? [] : [{ type: "text", text, ...mark }];
}

function markedText(message: { content?: unknown }, marks: CacheMarks): TextBlock[] {
  return markLast(textBlocks(message.content, marks), message, marks);
}

/** A mark on a message means its last block. */
function markLast<Block extends Markable>(
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
