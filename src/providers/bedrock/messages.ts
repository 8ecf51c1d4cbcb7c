// A planned conversation as Converse's system blocks and turns.
import { unsupported } from "../../base/errors.ts";
import type { Cacheable, TextBlock, ToolResultBlock, Turn } from "../claude/blocks.ts";
import type { ConverseMedia } from "./content.ts";
import type * as Wire from "./wire.ts";

/** A turn with a document must have text as well. */
const BESIDE_DOCUMENT = "(See the attached document.)";

/** Bedrock refuses a tool result without anything in it. */
const NO_RESULT = "(no output)";

/** The cache point of what carries a breakpoint, which follows it. */
export function cachePoint({ cache_control: control }: Cacheable): Wire.CachePoint[] {
  if (control === undefined) {
    return [];
  }
  return [{ cachePoint: { type: "default", ...(control.ttl === "1h" && { ttl: "1h" }) } }];
}

export function systemBlocks(blocks: readonly TextBlock[]): (Wire.TextBlock | Wire.CachePoint)[] {
  return blocks.flatMap((block) => [{ text: block.text }, ...cachePoint(block)]);
}

/** The turns; a breakpoint of the whole request stands at their end. */
export function converseTurns(
  turns: readonly Turn<ConverseMedia>[],
  wholeBreakpoint: Cacheable,
): Wire.Turn[] {
  const written = turns.map(({ role, content }) => {
    const blocks = content.flatMap((block) => [writeBlock(block), ...cachePoint(block)]);
    const lacksText =
      blocks.some((block) => "document" in block) && !blocks.some((block) => "text" in block);
    return {
      // Converse has no system turns, and none are planned for it.
      role: role === "assistant" ? role : ("user" as const),
      content: lacksText ? [...blocks, { text: BESIDE_DOCUMENT }] : blocks,
    };
  });
  const last = written.at(-1);
  if (last !== undefined && !isCachePoint(last.content.at(-1))) {
    last.content.push(...cachePoint(wholeBreakpoint));
  }
  return written;
}

/** The names of all tools that were called, each once. */
export function calledTools(turns: readonly Turn<ConverseMedia>[]): string[] {
  const names = turns.flatMap(({ content }) =>
    content.flatMap((block) => (block.type === "tool_use" ? [block.name] : [])),
  );
  return [...new Set(names)];
}

/** @throws ApiError 400 for media in the result of a tool, where the model takes none there */
export function refuseMediaResults(messages: readonly { role: string; content?: unknown }[]): void {
  for (const [index, { role, content }] of messages.entries()) {
    const parts: unknown[] = role === "tool" && Array.isArray(content) ? content : [];
    const position = parts.findIndex((part) => Object(part).type !== "text");
    if (position >= 0) {
      throw unsupported(
        "This model takes text only in the results of tools.",
        `messages[${index}].content[${position}]`,
      );
    }
  }
}

function writeBlock(block: Turn<ConverseMedia>["content"][number]): Wire.ContentBlock {
  switch (block.type) {
    case "text":
      return { text: block.text };
    case "tool_use":
      return { toolUse: { toolUseId: block.id, name: block.name, input: block.input } };
    case "tool_result":
      return { toolResult: { toolUseId: block.tool_use_id, content: resultContent(block) } };
    default:
      return block.block;
  }
}

function resultContent({ content }: ToolResultBlock<ConverseMedia>): Wire.ResultBlock[] {
  if (content === undefined || typeof content === "string") {
    return [{ text: content ?? NO_RESULT }];
  }
  return content.map((block) => (block.type === "text" ? { text: block.text } : block.block));
}

const isCachePoint = (block: Wire.ContentBlock | undefined): boolean =>
  block !== undefined && "cachePoint" in block;
