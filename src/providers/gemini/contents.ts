// A conversation in OpenAI's messages as Gemini's contents: who speaks, in how many turns.
import type { ChatRequest } from "../../base/chat.ts";
import { invalidRequest } from "../../base/errors.ts";
import type { ContentsContext } from "./context.ts";
import { audioPart, mediaPart, mediaReference } from "./media.ts";
import type { ModelTraits } from "./model-matrix.ts";
import { assistantParts, type ToolCallIndex, toolResultPart } from "./tool-turns.ts";
import type { GeminiContent, GeminiPart } from "./wire.ts";

export interface Conversation {
  contents: GeminiContent[];
  systemInstruction?: { parts: GeminiPart[] };
}

type Message = ChatRequest["messages"][number];

/** Stands for a turn that has to be there and says nothing: Gemini refuses an empty text. */
const BLANK = " ";

/**
 * Maps the messages. All system and developer messages go into the system instruction, in their
 * order, wherever they stand: a user's turn would lend them too little weight. For models without
 * one they open the first user turn. Turns of one speaker are joined, as Gemini wants the speakers
 * to alternate; the first turn is the user's, a blank one where the client sent none.
 * @throws ApiError 400 that names the message, for what has no equal
 */
export function buildContents(
  messages: readonly Message[],
  context: ContentsContext,
): Conversation {
  const system: string[] = [];
  const turns = new Turns();
  const calls: ToolCallIndex = new Map();
  for (const [index, message] of messages.entries()) {
    const place = `messages[${index}]`;
    switch (message.role) {
      case "system":
      case "developer":
        system.push(...texts(message.content));
        break;
      case "user":
        turns.add("user", userParts(message.content, place, context));
        break;
      case "assistant":
        turns.add("model", assistantParts(message, place, context, calls));
        break;
      case "tool":
        turns.addResult(toolResultPart(message, place, context.surface, calls));
        break;
      default:
        throw invalidRequest(
          `'${place}.role' must be system, developer, user, assistant or tool for this model.`,
          `${place}.role`,
        );
    }
  }
  return withSystem(turns.list, system, context.traits);
}

function withSystem(
  contents: GeminiContent[],
  system: readonly string[],
  traits: ModelTraits,
): Conversation {
  const parts = system.filter((text) => text !== "").map((text) => ({ text }));
  const [first] = contents;
  if (!traits.systemInstruction && parts.length > 0) {
    const text = { text: `${parts.map((part) => part.text).join("\n\n")}\n\n` };
    if (first?.role === "user") {
      first.parts.unshift(text);
    } else {
      contents.unshift({ role: "user", parts: [text] });
    }
    return { contents };
  }
  if (first?.role !== "user") {
    contents.unshift({ role: "user", parts: [{ text: BLANK }] });
  }
  return parts.length > 0 ? { contents, systemInstruction: { parts } } : { contents };
}

/** The turns so far; each has at least one part. */
class Turns {
  readonly list: GeminiContent[] = [];
  /** Where each result of the running tool turn stands among the calls that it answers. */
  #resultOrders: number[] = [];

  add(role: GeminiContent["role"], parts: readonly GeminiPart[]): void {
    if (parts.length === 0) {
      return;
    }
    this.#resultOrders = [];
    this.#turn(role).parts.push(...parts);
  }

  /**
   * Adds a tool's result in the order of the calls: results without ids are told apart by their
   * order where one function was called twice.
   */
  addResult({ part, order }: { part: GeminiPart; order: number }): void {
    const { parts } = this.#turn("user");
    const later = this.#resultOrders.filter((other) => other > order).length;
    parts.splice(parts.length - later, 0, part);
    this.#resultOrders.splice(this.#resultOrders.length - later, 0, order);
  }

  #turn(role: GeminiContent["role"]): GeminiContent {
    const last = this.list.at(-1);
    if (last?.role === role) {
      return last;
    }
    const turn: GeminiContent = { role, parts: [] };
    this.list.push(turn);
    return turn;
  }
}

function texts(content: string | readonly { text: string }[]): string[] {
  return typeof content === "string" ? [content] : content.map((part) => part.text);
}

type UserContent = Extract<Message, { role: "user" }>["content"];

function userParts(content: UserContent, place: string, context: ContentsContext): GeminiPart[] {
  const given = typeof content === "string" ? [{ type: "text" as const, text: content }] : content;
  const parts = given.flatMap((part, position) =>
    userPart(part, `${place}.content[${position}]`, context),
  );
  // A user who says nothing still has a turn: without it the model would go on with its own.
  return parts.length > 0 ? parts : [{ text: BLANK }];
}

function userPart(
  part: Exclude<UserContent, string>[number],
  place: string,
  context: ContentsContext,
): GeminiPart[] {
  if (part.type === "text") {
    return part.text === "" ? [] : [{ text: part.text }];
  }
  if (part.type === "input_audio") {
    return [audioPart(part, place)];
  }
  const reference = mediaReference(part, place);
  if (reference === null) {
    throw invalidRequest(
      `'${place}.type' is not a kind of content that Gemini takes.`,
      `${place}.type`,
    );
  }
  return [mediaPart(reference, context.media)];
}
