// The parts of Bedrock's Converse API that the gateway sends, as they are on the wire.
// Source: the types of @aws-sdk/client-bedrock-runtime; bytes are base64 text in JSON.
import type { JsonObject } from "../shared/json.ts";

export interface CachePoint {
  cachePoint: { type: "default"; ttl?: "1h" };
}

export interface TextBlock {
  text: string;
}

interface BytesSource {
  bytes: string;
}

export type MediaBlock =
  | { image: { format: string; source: BytesSource } }
  | { document: { format: string; name: string; source: BytesSource } }
  | { audio: { format: string; source: BytesSource } };

/** What the result of a tool may hold. */
export type ResultBlock = TextBlock | MediaBlock;

export type ContentBlock =
  | ResultBlock
  | { toolUse: { toolUseId: string; name: string; input: JsonObject } }
  | { toolResult: { toolUseId: string; content: ResultBlock[] } }
  | CachePoint;

export interface Turn {
  role: "user" | "assistant";
  content: ContentBlock[];
}

export interface ToolSpec {
  toolSpec: {
    name: string;
    description?: string;
    strict?: true;
    inputSchema: { json: JsonObject };
  };
}

export interface ToolConfig {
  tools: (ToolSpec | CachePoint)[];
  toolChoice?: { any: Record<string, never> } | { tool: { name: string } };
}

export interface InferenceConfig {
  maxTokens?: number;
  temperature?: number;
  topP?: number;
  stopSequences?: string[];
}

export interface TextFormat {
  type: "json_schema";
  structure: { jsonSchema: { schema: string; name: string; description?: string } };
}

export interface ConverseRequest {
  messages: Turn[];
  system?: (TextBlock | CachePoint)[];
  inferenceConfig?: InferenceConfig;
  toolConfig?: ToolConfig;
  outputConfig?: { textFormat: TextFormat };
  serviceTier?: { type: string };
  additionalModelRequestFields?: JsonObject;
  additionalModelResponseFieldPaths?: string[];
}
