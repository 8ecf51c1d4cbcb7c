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
  return new MessageReader(options).read(messages);
}

/** Reads one conversation: its breakpoints are handed out in the order of the prompt. */
class MessageReader<Media extends MediaBlock> {
  readonly #builder: TurnBuilder<Media>;
  readonly #breakpoints: CacheBreakpoints;
  readonly #readMedia: MessageOptions<Media>["readMedia"];

  constructor(options: MessageOptions<Media>) {
    this.#builder = new TurnBuilder<Media>(options);
    this.#breakpoints = options.breakpoints;
    this.#readMedia = options.readMedia;
  }

  read(messages: ChatRequest["messages"]): Conversation<Media> {
    const first = messages.findIndex((message) => !isSystem(message));
    const leading = first < 0 ? messages.length : first;
    const system = messages.slice(0, leading).flatMap((message) => this.#textOf(message));
    for (const [index, message] of messages.entries()) {
      if (index >= leading) this.#add(asObject(message), `messages[${index}]`);
    }
    if (messages.at(-1)?.role === "user" && this.#builder.endsWithAssistant) {
      throw invalidRequest(
        "This model needs something to answer: the last message is empty.",
        `messages[${messages.length - 1}].content`,
      );
    }
    return { system, turns: this.#builder.finish() };
  }

  #add(message: JsonObject, place: string): void {
    switch (message.role) {
      case "system":
      case "developer":
        this.#builder.system(this.#textOf(message));
        return;
      case "user": {
        const blocks = this.#blocks(message.content, `${place}.content`);
        this.#builder.user(this.#marked(blocks, message));
        return;
      }
      case "tool":
        this.#builder.toolResult(String(message.tool_call_id), this.#result(message, place), place);
        return;
      case "assistant":
        this.#addAssistant(message, place);
        return;
      default:
        throw invalidRequest("This model does not take messages of this role.", `${place}.role`);
    }
  }

  #addAssistant(message: JsonObject, place: string): void {
    refuseOldForms(message, place);
    const text = [...this.#texts(message.content), ...this.#texts(message.refusal)];
    const calls = asArray(message.tool_calls).map(toolUse);
    if (calls.length > 0) {
      this.#builder.assistant(text, this.#marked(calls, message), place);
    } else {
      this.#builder.assistant(this.#marked(text, message), [], place);
    }
  }

  #result(message: JsonObject, place: string) {
    const { content } = message;
    const said = typeof content === "string" && content.trim() !== "" ? content : null;
    const blocks = Array.isArray(content) ? this.#blocks(content, `${place}.content`) : [];
    return {
      ...(said !== null && { content: said }),
      ...(blocks.length > 0 && { content: blocks }),
      ...this.#breakpoints.take(message),
    };
  }

  #blocks(content: unknown, place: string): (TextBlock | Media)[] {
    if (!Array.isArray(content)) {
      return this.#texts(content);
    }
    return content.flatMap((value: unknown, position): (TextBlock | Media)[] => {
      const part = asObject(value);
      if (part.type === "text") {
        return this.#texts([part]);
      }
      const media = this.#readMedia(part, `${place}[${position}]`);
      if (media === null) {
        throw unsupported(
          `This model does not take content parts of type '${String(part.type).slice(0, 60)}'.`,
          `${place}[${position}]`,
        );
      }
      return [{ ...media, ...this.#breakpoints.take(part) }];
    });
  }

  /** The text of a string or of text and refusal parts. Blank texts are left out: Claude refuses them. */
  #texts(content: unknown): TextBlock[] {
    const parts: unknown[] = Array.isArray(content) ? content : [{ text: content }];
    return parts.flatMap((part) => {
      const { text: own, refusal } = asObject(part);
      const text = own ?? refusal;
      const isBlank = typeof text !== "string" || text.trim() === "";
      return isBlank ? [] : { type: "text", text, ...this.#breakpoints.take(part) };
    });
  }

  #textOf(message: { content?: unknown }): TextBlock[] {
    return this.#marked(this.#texts(message.content), message);
  }

  /** A breakpoint on a message means its last block. */
  #marked<Block extends Cacheable>(blocks: Block[], message: unknown): Block[] {
    const last = blocks.at(-1);
    if (last === undefined || last.cache_control !== undefined) {
      return blocks;
    }
    return [...blocks.slice(0, -1), { ...last, ...this.#breakpoints.take(message) }];
  }
}

const isSystem = ({ role }: { role?: unknown }): boolean =>
  role === "system" || role === "developer";

function toolUse(value: unknown): ToolUseBlock {
  const call = asObject(value);
  return { type: "tool_use", id: String(call.id ?? ""), ...readCall(call) };
}
