// The client's messages as the system prompt and turns of a conversation with Claude.
import type { ChatRequest } from "../../base/chat.ts";
import { invalidRequest, unsupported } from "../../base/errors.ts";
import { refuseOldForms } from "../shared/form-fields.ts";
import { asArray, asObject, type JsonObject } from "../shared/json.ts";
import { readCall } from "../shared/tool-arguments.ts";
import type { Cacheable, MediaBlock, TextBlock, ToolUseBlock, Turn } from "./blocks.ts";
import type { CacheBreakpoints } from "./cache-breakpoints.ts";
import { TurnBuilder, type TurnOptions } from "./turns.ts";

export interface MessageOptions<Media extends MediaBlock> extends TurnOptions {
  breakpoints: CacheBreakpoints;
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
      system.push(textWithBreakpoint(message, options.breakpoints));
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
  const { breakpoints } = options;
  switch (message.role) {
    case "system":
    case "developer":
      builder.system(textWithBreakpoint(message, breakpoints));
      return;
    case "user": {
      const blocks = contentBlocks(message.content, `${place}.content`, options);
      builder.user(endWithBreakpoint(blocks, message, breakpoints));
      return;
    }
    case "tool":
      builder.toolResult(String(message.tool_call_id), toolResult(message, place, options), place);
      return;
    case "assistant":
      addAssistant(builder, message, place, breakpoints);
      return;
    default:
      throw invalidRequest("This model does not take messages of this role.", `${place}.role`);
  }
}

function addAssistant<Media extends MediaBlock>(
  builder: TurnBuilder<Media>,
  message: JsonObject,
  place: string,
  breakpoints: CacheBreakpoints,
): void {
  refuseOldForms(message, place);
  const text = [
    ...textBlocks(message.content, breakpoints),
    ...textBlocks(message.refusal, breakpoints),
  ];
  const calls = asArray(message.tool_calls).map(toolUse);
  const [allCalls, allTexts] =
    calls.length > 0
      ? [endWithBreakpoint(calls, message, breakpoints), text]
      : [calls, endWithBreakpoint(text, message, breakpoints)];
  builder.assistant(allTexts, allCalls, place);
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
    ...options.breakpoints.take(message),
  };
}

function contentBlocks<Media extends MediaBlock>(
  content: unknown,
  place: string,
  options: MessageOptions<Media>,
): (TextBlock | Media)[] {
  if (!Array.isArray(content)) {
    return textBlocks(content, options.breakpoints);
  }
  return content.flatMap((value: unknown, position): (TextBlock | Media)[] => {
    const part = asObject(value);
    if (part.type === "text") {
      return textBlocks([part], options.breakpoints);
    }
    const media = options.readMedia(part, `${place}[${position}]`);
    if (media === null) {
      throw unsupported(
        `This model does not take content parts of type '${String(part.type).slice(0, 60)}'.`,
        `${place}[${position}]`,
      );
    }
    return [{ ...media, ...options.breakpoints.take(part) }];
  });
}

/** The text of a string or of text and refusal parts. Blank texts are left out: Claude refuses them. */
function textBlocks(content: unknown, breakpoints: CacheBreakpoints): TextBlock[] {
  const parts: unknown[] = Array.isArray(content) ? content : [{ text: content }];
  return parts.flatMap((part) => {
    const { text: own, refusal } = asObject(part);
    const text = own ?? refusal;
    const isBlank = typeof text !== "string" || text.trim() === "";
    return isBlank ? [] : { type: "text", text, ...breakpoints.take(part) };
  });
}

function textWithBreakpoint(
  message: { content?: unknown },
  breakpoints: CacheBreakpoints,
): TextBlock[] {
  return endWithBreakpoint(textBlocks(message.content, breakpoints), message, breakpoints);
}

/** A breakpoint on a message means its last block. */
function endWithBreakpoint<Block extends Cacheable>(
  blocks: Block[],
  message: unknown,
  breakpoints: CacheBreakpoints,
): Block[] {
  const last = blocks.at(-1);
  if (last === undefined || last.cache_control !== undefined) {
    return blocks;
  }
  return [...blocks.slice(0, -1), { ...last, ...breakpoints.take(message) }];
}
