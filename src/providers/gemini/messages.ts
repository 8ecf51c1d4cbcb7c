// A conversation in OpenAI's messages as Gemini's contents: who speaks, in how many turns.
import type { ChatRequest } from "../../base/chat.ts";
import { invalidRequest } from "../../base/errors.ts";
import { refuseOldForms } from "../shared/form-fields.ts";
import { asArray, asObject, type JsonObject, nonEmptyString } from "../shared/json.ts";
import { OpenCalls } from "../shared/open-calls.ts";
import { taggedSystemText } from "../shared/system-text.ts";
import { readCall } from "../shared/tool-arguments.ts";
import type { GeminiApi } from "./api.ts";
import { contentParts } from "./content.ts";
import { type SignatureCache, SKIP_SIGNATURE, sentSignature } from "./signatures.ts";
import { geminiToolCallId } from "./tool-ids.ts";
import { createResultReader } from "./tool-results.ts";
import type { ModelTraits } from "./traits.ts";
import { Turns } from "./turns.ts";
import type { GeminiContent, GeminiPart, InlineData } from "./wire.ts";

export interface Conversation {
  contents: GeminiContent[];
  systemInstruction?: { parts: GeminiPart[] };
}

export interface MessagesContext {
  api: GeminiApi;
  /** What is remembered of earlier answers' tool calls. */
  signatures: Pick<SignatureCache, "find">;
  traits: ModelTraits;
}

type Message = ChatRequest["messages"][number];

/** A call as its result has to name it; `order` is its place in its message. */
interface CallInHistory {
  name: string;
  order: number;
}

/** What Gemini takes within the result of a function. */
const RESULT_TYPES = /^(?:image\/(?:png|jpeg|webp)|application\/pdf|text\/plain)$/;

/** Stands for a turn that has to be there and says nothing: Gemini refuses an empty text. */
const BLANK: GeminiPart = { text: " " };

/**
 * Maps the messages. Leading system and developer messages are the system instruction, a later one
 * stands marked at its place in the user's turn. For models without an instruction it opens the first
 * user turn. Turns of one speaker are joined, as Gemini wants the speakers to alternate; the first
 * turn is the user's, a blank one where the client sent none.
 * @param instruction more for the end of the system instruction; null for nothing
 * @throws ApiError 400 that names the message, for what has no equal
 */
export function buildContents(
  messages: readonly Message[],
  context: MessagesContext,
  instruction: string | null = null,
): Conversation {
  const system: string[] = [];
  const writer = new TurnWriter(context);
  let leading = true;
  for (const [index, message] of messages.entries()) {
    leading &&= message.role === "system" || message.role === "developer";
    if (leading) system.push(...texts(message.content));
    else writer.add(message, `messages[${index}]`);
  }
  if (instruction !== null) system.push(instruction);
  return withSystem(writer.finish(), system, context.traits.systemInstruction);
}

function withSystem(
  contents: GeminiContent[],
  system: readonly string[],
  takesInstruction: boolean,
): Conversation {
  const [first] = contents;
  if (!takesInstruction && system.length > 0) {
    const text = { text: `${system.join("\n\n")}\n\n` };
    if (first?.role === "user") first.parts.unshift(text);
    else contents.unshift({ role: "user", parts: [text] });
    return { contents };
  }
  if (first?.role !== "user") {
    contents.unshift({ role: "user", parts: [BLANK] });
  }
  const parts = system.map((text) => ({ text }));
  return parts.length > 0 ? { contents, systemInstruction: { parts } } : { contents };
}

/** Writes the turns after the leading system messages. */
class TurnWriter {
  readonly #context: MessagesContext;
  readonly #turns = new Turns();
  readonly #calls = new OpenCalls<CallInHistory>();
  readonly #readResult = createResultReader();

  constructor(context: MessagesContext) {
    this.#context = context;
  }

  /** @param place of the message, as `messages[1]` */
  add(message: Message, place: string): void {
    switch (message.role) {
      case "system":
      case "developer":
        this.#turns.user(texts(message.content).map((text) => ({ text: taggedSystemText(text) })));
        break;
      case "user": {
        const parts = contentParts(message.content, place);
        // A user who says nothing still has a turn: without it the model would go on with its own.
        this.#turns.user(parts.length > 0 ? parts : [BLANK]);
        break;
      }
      case "assistant":
        this.#addAssistant(asObject(message), place);
        break;
      case "tool":
        this.#addResult(message, place);
        break;
      default:
        throw invalidRequest("This model does not take messages of this role.", `${place}.role`);
    }
  }

  finish(): GeminiContent[] {
    this.#calls.end();
    return this.#turns.finish();
  }

  /**
   * What was said, and the calls. Reasoning is not sent back: what Gemini needs of it is in the
   * signatures.
   */
  #addAssistant(message: JsonObject, place: string): void {
    refuseOldForms(message, place);
    const said = [...texts(message.content), ...texts(message.refusal)].map((text) => ({ text }));
    const toolCalls = asArray(message.tool_calls).map(asObject);
    if (said.length + toolCalls.length === 0) return;
    this.#calls.end();
    this.#turns.model(said);
    for (const [order, call] of toolCalls.entries()) {
      const id = String(call.id);
      const { name, input: args } = readCall(call);
      this.#calls.ask(id, { name, order }, place);
      const signature = this.#signatureOf({ ...call, id, name }, order === 0);
      const functionCall = { ...this.#idField(id), name, args };
      this.#turns.model([
        { functionCall, ...(signature !== null && { thoughtSignature: signature }) },
      ]);
    }
  }

  /**
   * The result of a call. Its images and files stand in it where the model takes them there, else in
   * the user's turn after the results, with the name of the call.
   */
  #addResult(message: Extract<Message, { role: "tool" }>, place: string): void {
    const id = message.tool_call_id;
    const { name, order } = this.#calls.answer(id, place);
    const all = contentParts(message.content, place);
    const text = all.map((part) => part.text ?? "").join("");
    const media = all.filter((part) => part.text === undefined);
    const within = this.#context.traits.mediaInResults ? media.filter(standsWithin) : [];
    const response = {
      ...this.#idField(id),
      name,
      response: this.#readResult(text),
      ...(within.length > 0 && { parts: within }),
    };
    this.#turns.result({ functionResponse: response }, order);
    const beside = media.filter((part) => !within.some((other) => other === part));
    if (beside.length > 0) {
      const opening = { text: `<tool_result name=${JSON.stringify(name)}>` };
      this.#turns.user([opening, ...beside, { text: "</tool_result>" }]);
    }
  }

  /**
   * From the client, else from the memory of this process, else the first call of the message gets
   * the documented stand-in, as Gemini signs the first of parallel calls only.
   */
  #signatureOf(call: { id: string; name: string }, isFirst: boolean): string | null {
    const { traits, signatures } = this.#context;
    if (traits.thinking.kind === "none" && !traits.needsSignatures) {
      return null;
    }
    const known = sentSignature(call) ?? signatures.find(call.id, call.name);
    return known ?? (isFirst && traits.needsSignatures ? SKIP_SIGNATURE : null);
  }

  #idField(clientId: string): { id?: string } {
    const id = this.#context.api.functionCallIds ? geminiToolCallId(clientId) : null;
    return id === null ? {} : { id };
  }
}

function standsWithin(part: GeminiPart): part is { inlineData: InlineData } {
  return RESULT_TYPES.test(part.inlineData?.mimeType ?? "");
}

/** The texts of a string, or of text and refusal parts; empty ones are left out. */
function texts(content: unknown): string[] {
  const parts = Array.isArray(content) ? content.map(asObject) : [{ text: content }];
  return parts.flatMap(({ text, refusal }: JsonObject) => {
    const said = nonEmptyString(text) ?? nonEmptyString(refusal);
    return said === null ? [] : [said];
  });
}
