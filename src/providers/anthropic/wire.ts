// The parts of Anthropic's Messages format that the gateway sends, as types.
import type { JsonObject } from "../shared/json.ts";

/** How much a model is to think and write; which words a model takes differs. */
export type Effort = "low" | "medium" | "high" | "xhigh" | "max";

/** A mark after which the prompt so far is cached; without `ttl` for 5 minutes. */
export interface CacheControl {
  type: "ephemeral";
  ttl?: "5m" | "1h";
}

interface Markable {
  cache_control?: CacheControl;
}

export interface TextBlock extends Markable {
  type: "text";
  text: string;
}

/** The formats of images that Claude reads. */
export const IMAGE_TYPES = ["image/jpeg", "image/png", "image/gif", "image/webp"] as const;

export type ImageType = (typeof IMAGE_TYPES)[number];

export interface ImageBlock extends Markable {
  type: "image";
  source: { type: "base64"; media_type: ImageType; data: string } | { type: "url"; url: string };
}

export interface DocumentBlock extends Markable {
  type: "document";
  source:
    | { type: "base64"; media_type: "application/pdf"; data: string }
    | { type: "text"; media_type: "text/plain"; data: string }
    | { type: "url"; url: string };
  title?: string;
}

export interface ToolUseBlock extends Markable {
  type: "tool_use";
  id: string;
  name: string;
  input: JsonObject;
}

export interface ToolResultBlock extends Markable {
  type: "tool_result";
  tool_use_id: string;
  content?: string | TextBlock[];
}

/** What a user may say beside the results of tools. */
export type UserPart = TextBlock | ImageBlock | DocumentBlock;

export type Turn =
  | { role: "user"; content: (UserPart | ToolResultBlock)[] }
  | { role: "assistant"; content: (TextBlock | ToolUseBlock)[] }
  | { role: "system"; content: TextBlock[] };

/** A tool's input is always an object. */
export type ObjectSchema = JsonObject & { type: "object" };

export interface Tool extends Markable {
  name: string;
  description?: string;
  input_schema: ObjectSchema;
  strict?: true;
}

export type ToolChoice =
  | { type: "auto" | "any"; disable_parallel_tool_use?: true }
  | { type: "tool"; name: string; disable_parallel_tool_use?: true }
  | { type: "none" };

export type Thinking =
  | { type: "disabled" | "between_tools" }
  | { type: "adaptive"; display: "summarized" }
  | { type: "enabled"; budget_tokens: number };

/** The body of a call without `model`, which not every endpoint wants in it. */
export interface MessagesBody {
  max_tokens: number;
  messages: Turn[];
  system?: string | TextBlock[];
  temperature?: number;
  top_p?: number;
  stop_sequences?: string[];
  tools?: Tool[];
  tool_choice?: ToolChoice;
  thinking?: Thinking;
  output_config?: { effort?: Effort; format?: { type: "json_schema"; schema: JsonObject } };
  metadata?: { user_id: string };
  service_tier?: "auto" | "standard_only";
  cache_control?: CacheControl;
  stream?: true;
}
