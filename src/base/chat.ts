// The chat vocabulary that the whole house shares: OpenAI's shapes, and usage in whole tokens.

import type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import type { UnitCounts } from "./units.ts";

/**
 * A chat request after validation: known fields have their documented types, unknown ones are kept,
 * a top-level `null` has been removed. Only the fields that the gateway itself reads are named here.
 */
export interface ChatRequest {
  model: string;
  messages: ChatCompletionMessageParam[];
  stream?: boolean;
  stream_options?: { include_usage?: boolean | null; include_obfuscation?: boolean | null };
  max_tokens?: number;
  max_completion_tokens?: number;
  n?: number;
  stop?: string | string[];
  temperature?: number;
  top_p?: number;
  tools?: ChatTool[];
  tool_choice?: string | Record<string, unknown>;
  parallel_tool_calls?: boolean;
  response_format?: ChatResponseFormat;
  reasoning_effort?: ReasoningEffort;
  modalities?: string[];
  [field: string]: unknown;
}

/** The words of `reasoning_effort`, from the weakest to the strongest. */
export const REASONING_EFFORTS = [
  "none",
  "minimal",
  "low",
  "medium",
  "high",
  "xhigh",
  "max",
] as const;

export type ReasoningEffort = (typeof REASONING_EFFORTS)[number];

export interface ChatTool {
  type: string;
  function?: {
    name: string;
    description?: string | null;
    parameters?: Record<string, unknown> | null;
    strict?: boolean | null;
  };
  [field: string]: unknown;
}

export interface ChatResponseFormat {
  type: string;
  json_schema?: {
    name: string;
    description?: string | null;
    schema?: Record<string, unknown> | null;
    strict?: boolean | null;
  };
}

/** Tokens of one request, all whole and not negative. The details are parts of the two totals, never additions. */
export interface TokenUsage extends UnitCounts {
  /** All input, cached and written parts included. */
  promptTokens: number;
  /** All output, reasoning included. */
  completionTokens: number;
  /** Input read from the provider's prompt cache. */
  cachedTokens: number;
  /** Input written to the prompt cache (5-minute lifetime where the provider has several). */
  cacheWriteTokens: number;
  /** Input written to the prompt cache with the 1-hour lifetime. */
  cacheWrite1hTokens: number;
  promptAudioTokens: number;
  /** The part of the audio input that was read from the cache, and is in `cachedTokens`; left out for none. */
  cachedAudioTokens?: number;
  completionAudioTokens: number;
  reasoningTokens: number;
  acceptedPredictionTokens: number;
  rejectedPredictionTokens: number;
}

export type { ChatCompletion, ChatCompletionChunk };
