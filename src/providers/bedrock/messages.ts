// OpenAI's messages as Converse's system blocks and alternating turns.
import { invalidRequest } from "../../base/errors.ts";
import { asObject, type JsonObject } from "../shared/json.ts";
import { cachePointOf } from "./cache-points.ts";
import {
  assistantBlocks,
  type ContentContext,
  textBlocks,
  toolResultBlocks,
  userBlocks,
} from "./content.ts";
import type { CachePoint, ContentBlock, TextBlock, Turn } from "./wire.ts";

/** A conversation must begin with a user's turn; a greeting of the assistant's goes after this. */
const OPENING = "(The conversation begins.)";

/** A turn with a document must have text as well. */
const BESIDE_DOCUMENT = "(See the attached document.)";

export interface Conversation {
  system: (TextBlock | CachePoint)[];
  turns: Turn[];
}

/**
 * Leading system and developer messages become system blocks; later ones are said in the user's
 * turn at their place, as Converse has none between turns. Turns of one role are joined, with tool
 * results first.
 * @throws ApiError 400 for content that cannot be sent, and when nothing at all is said
 */
export async function buildConversation(
  messages: readonly unknown[],
  context: ContentContext,
): Promise<Conversation> {
  const system: (TextBlock | CachePoint)[] = [];
  const turns: Turn[] = [];
  for (const [index, value] of messages.entries()) {
    const message = asObject(value);
    const blocks = await messageBlocks(message, `messages[${index}]`, context);
    if (blocks.length === 0) {
      continue;
    }
    const point = cachePointOf(message, "messages", context.family);
    if (point !== null && !isCachePoint(blocks.at(-1))) {
      blocks.push(point);
    }
    if (isSystem(message) && turns.length === 0) {
      system.push(...blocks.filter((block) => "text" in block || "cachePoint" in block));
    } else {
      append(turns, message.role === "assistant" ? "assistant" : "user", blocks);
    }
  }
  if (turns.length === 0) {
    if (system.length === 0) {
      throw invalidRequest("The messages hold no text.", "messages");
    }
    // Instructions alone are what is asked then.
    return { system: [], turns: [{ role: "user", content: system }] };
  }
  return { system, turns: finish(turns) };
}

/** Whether the conversation stops at tool results that the model is to go on from. */
export function endsWithToolResult(turns: readonly Turn[]): boolean {
  return turns.at(-1)?.content.some((block) => "toolResult" in block) ?? false;
}

/** The names of all tools that were called, each once. */
export function calledTools(turns: readonly Turn[]): string[] {
  const blocks = turns.flatMap((turn) => turn.content);
  return [...new Set(blocks.flatMap((block) => ("toolUse" in block ? [block.toolUse.name] : [])))];
}

/** Whether any turn calls a tool or answers a call: Converse then wants a tool configuration. */
export function hasToolBlocks(turns: readonly Turn[]): boolean {
  return turns.some(({ content }) =>
    content.some((block) => "toolUse" in block || "toolResult" in block),
  );
}

async function messageBlocks(
  message: JsonObject,
  param: string,
  context: ContentContext,
): Promise<ContentBlock[]> {
  switch (message.role) {
    case "system":
    case "developer":
      return textBlocks(message.content, context.family);
    case "assistant":
      return assistantBlocks(message, param, context.family);
    case "tool":
      return toolResultBlocks(message, context.family);
    case "user":
      return userBlocks(message.content, `${param}.content`, context);
    default: {
      const role = String(message.role).slice(0, 40);
      throw invalidRequest(`The provider has no role ${role}; use tool.`, `${param}.role`);
    }
  }
}

function append(turns: Turn[], role: Turn["role"], content: ContentBlock[]): void {
  const last = turns.at(-1);
  if (last?.role === role) {
    last.content.push(...content);
  } else {
    turns.push({ role, content });
  }
}

/** Brings the turns into the form that Bedrock insists on. */
function finish(turns: Turn[]): Turn[] {
  if (turns[0]?.role === "assistant") {
    turns.unshift({ role: "user", content: [{ text: OPENING }] });
  }
  for (const turn of turns) {
    turn.content = resultsFirst(turn.content);
    const hasDocument = turn.content.some((block) => "document" in block);
    if (hasDocument && !turn.content.some((block) => "text" in block)) {
      turn.content.push({ text: BESIDE_DOCUMENT });
    }
  }
  trimPrefill(turns.at(-1));
  return turns;
}

/** Tool results must open the turn after the calls; each keeps the cache point behind it. */
function resultsFirst(content: ContentBlock[]): ContentBlock[] {
  const results: ContentBlock[] = [];
  const others: ContentBlock[] = [];
  let current = others;
  for (const block of content) {
    if (!isCachePoint(block)) {
      current = "toolResult" in block ? results : others;
    }
    current.push(block);
  }
  return results.length === 0 ? content : [...results, ...others];
}

/** An answer that the model is to go on with must not end in blanks. */
function trimPrefill(turn: Turn | undefined): void {
  const last = turn?.role === "assistant" ? turn.content.at(-1) : undefined;
  if (last !== undefined && "text" in last) {
    last.text = last.text.trimEnd();
  }
}

const isSystem = ({ role }: JsonObject): boolean => role === "system" || role === "developer";

const isCachePoint = (block: ContentBlock | undefined): boolean =>
  block !== undefined && "cachePoint" in block;
