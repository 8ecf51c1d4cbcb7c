// The parts of Anthropic's Messages format that only this dialect sends, as types.
import type {
  Cacheable,
  CacheControl,
  Effort,
  TextBlock,
  Thinking,
  Tool,
  ToolChoice,
  Turn,
} from "../claude/blocks.ts";
import type { ImageType } from "../claude/media.ts";
import type { JsonObject } from "../shared/json.ts";

export interface ImageBlock extends Cacheable {
  type: "image";
  source: { type: "base64"; media_type: ImageType; data: string } | { type: "url"; url: string };
}

export interface DocumentBlock extends Cacheable {
  type: "document";
  source:
    | { type: "base64"; media_type: "application/pdf"; data: string }
    | { type: "text"; media_type: "text/plain"; data: string }
    | { type: "url"; url: string };
  title?: string;
}

export type Media = ImageBlock | DocumentBlock;

/** The body of a call without `model`, which not every endpoint wants in it. */
export interface MessagesBody {
  max_tokens: number;
  messages: Turn<Media>[];
  system?: string | TextBlock[];
  temperature?: number;
  top_p?: number;
  top_k?: number;
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
