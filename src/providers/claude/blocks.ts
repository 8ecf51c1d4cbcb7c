// A request to Claude as data: Anthropic takes these as they are, Converse in words of its own.
import type { JsonObject } from "../shared/json.ts";

/** How much a model is to think and write; which words a model takes differs. */
export type Effort = "low" | "medium" | "high" | "xhigh" | "max";

/** A breakpoint after which the prompt so far is cached; without `ttl` for 5 minutes. */
export interface CacheControl {
  type: "ephemeral";
  ttl?: "5m" | "1h";
}

export interface Cacheable {
  cache_control?: CacheControl;
}

export interface TextBlock extends Cacheable {
  type: "text";
  text: string;
}

export interface ToolUseBlock extends Cacheable {
  type: "tool_use";
  id: string;
  name: string;
  input: JsonObject;
}

/** An image, document or sound in the form of the dialect; its `type` is none of the above. */
export interface MediaBlock extends Cacheable {
  type: "image" | "document" | "media";
}

export interface ToolResultBlock<Media extends MediaBlock> extends Cacheable {
  type: "tool_result";
  tool_use_id: string;
  content?: string | (TextBlock | Media)[];
}

export type Turn<Media extends MediaBlock> =
  | { role: "user"; content: (TextBlock | Media | ToolResultBlock<Media>)[] }
  | { role: "assistant"; content: (TextBlock | ToolUseBlock)[] }
  | { role: "system"; content: TextBlock[] };

/** A tool's input is always an object. */
export type ObjectSchema = JsonObject & { type: "object" };

export interface Tool extends Cacheable {
  name: string;
  description?: string;
  input_schema: ObjectSchema;
  strict?: true;
}

/** Without any tool there is no choice either. */
export type ToolChoice =
  | { type: "auto" | "any"; disable_parallel_tool_use?: true }
  | { type: "tool"; name: string; disable_parallel_tool_use?: true }
  | { type: "none" };

export type Thinking =
  | { type: "disabled" | "between_tools" }
  | { type: "adaptive"; display: "summarized" }
  | { type: "enabled"; budget_tokens: number };
