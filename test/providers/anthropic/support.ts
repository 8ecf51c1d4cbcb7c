// Helpers of the Anthropic dialect's tests: calls, events in the documented form, adapters.

import {
  type AnthropicAdapterOptions,
  createAnthropicAdapter,
} from "../../../src/providers/anthropic/adapter.ts";
import { buildRequest } from "../../../src/providers/anthropic/request.ts";
import type { MessagesBody } from "../../../src/providers/anthropic/wire.ts";
import { ANTHROPIC_FEATURES } from "../../../src/providers/claude/platform.ts";
import type { UpstreamCall, UpstreamChunk } from "../../../src/providers/protocol.ts";
import { namedEvent } from "../../support/sse.ts";
import { callOf } from "../support.ts";

type Fields = Record<string, unknown>;

/** A call for a current model, with a limit of 1000 output tokens. */
export function claudeCall(request: Fields = {}, model = "claude-opus-5", maxTokens = 1_000) {
  return callOf(request, { upstreamModel: model, maxOutputTokens: maxTokens });
}

/** The body of a call, whole answer. */
export function bodyOf(call: UpstreamCall): MessagesBody {
  return buildRequest(call, { stream: false, features: ANTHROPIC_FEATURES }).body;
}

/** Of a body, what its plain text call would not have. */
export function extrasOf(request: Fields, model?: string, maxTokens?: number): Fields {
  const {
    max_tokens: _limit,
    messages: _messages,
    ...extras
  } = bodyOf(claudeCall(request, model, maxTokens));
  return extras;
}

export const userText = (text: string) => ({
  role: "user" as const,
  content: [{ type: "text" as const, text }],
});

export const functionTool = (name: string, extra: Fields = {}) => ({
  type: "function",
  function: { name, parameters: { type: "object", properties: {} }, ...extra },
});

export const toolCall = (id: string, name: string, json: string) => ({
  id,
  type: "function",
  function: { name, arguments: json },
});

export const eventsText = (events: { type: string }[]): string =>
  events.map((it) => namedEvent(it)).join("");

export const START_USAGE = {
  input_tokens: 10,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
  output_tokens: 1,
  service_tier: "standard",
};

export const start = (usage: unknown = START_USAGE) => ({
  type: "message_start",
  message: {
    id: "msg_01",
    type: "message",
    role: "assistant",
    model: "claude-opus-5",
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage,
  },
});

export const blockStart = (index: number, block: Fields) => ({
  type: "content_block_start",
  index,
  content_block: block,
});

export const blockDelta = (index: number, delta: Fields) => ({
  type: "content_block_delta",
  index,
  delta,
});

export const blockStop = (index: number) => ({ type: "content_block_stop", index });

export const stopWith = (reason: string, outputTokens = 7, extra: Fields = {}) => ({
  type: "message_delta",
  delta: { stop_reason: reason, stop_sequence: null, ...extra },
  usage: { output_tokens: outputTokens },
});

export const END = { type: "message_stop" };

/** The events of one text block. */
export const textBlock = (index: number, ...pieces: string[]) => [
  blockStart(index, { type: "text", text: "" }),
  ...pieces.map((text) => blockDelta(index, { type: "text_delta", text })),
  blockStop(index),
];

/** The events of one call of a tool. */
export const toolBlock = (index: number, id: string, name: string, ...pieces: string[]) => [
  blockStart(index, { type: "tool_use", id, name, input: {} }),
  ...pieces.map((json) => blockDelta(index, { type: "input_json_delta", partial_json: json })),
  blockStop(index),
];

/** A whole stream that says these words. */
export const saying = (...words: string[]) => [
  start(),
  ...textBlock(0, ...words),
  stopWith("end_turn"),
  END,
];

/** An answer as Anthropic writes it. */
export const message = (content: Fields[], extra: Fields = {}) => ({
  id: "msg_01",
  type: "message",
  role: "assistant",
  model: "claude-opus-5",
  content,
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { ...START_USAGE, output_tokens: 7 },
  ...extra,
});

export const never = new AbortController().signal;

export function optionsFor(baseUrl: string, extra: Partial<AnthropicAdapterOptions> = {}) {
  return {
    baseUrl,
    apiKey: "sk-ant-test-key",
    headers: {},
    timeouts: { firstByteMs: 2_000, betweenChunksMs: 2_000, totalMs: 10_000 },
    limits: { upstreamBodyBytes: 1_000_000, upstreamEventBytes: 100_000 },
    proxyUrl: null,
    ...extra,
  } satisfies AnthropicAdapterOptions;
}

export const adapterFor = (baseUrl: string, extra: Partial<AnthropicAdapterOptions> = {}) =>
  createAnthropicAdapter(optionsFor(baseUrl, extra));

export function textOf(chunks: UpstreamChunk[]): string {
  return chunks.map(({ chunk }) => chunk.choices[0]?.delta.content ?? "").join("");
}
