// Helpers of the Responses tests: responses, their items, and streams of events as documented.
import { ResponseStream } from "../../../src/providers/openai-responses/stream.ts";
import type { UpstreamChunk } from "../../../src/providers/protocol.ts";
import { tokens } from "../../support/usage.ts";
import { collect, readSse } from "../support.ts";

export type Fields = Record<string, unknown>;

export const RESPONSE_USAGE = {
  input_tokens: 30,
  input_tokens_details: { cached_tokens: 10, cache_write_tokens: 4 },
  output_tokens: 20,
  output_tokens_details: { reasoning_tokens: 8 },
  total_tokens: 50,
};

export const TOKEN_USAGE = tokens({
  promptTokens: 30,
  completionTokens: 20,
  cachedTokens: 10,
  cacheWriteTokens: 4,
  reasoningTokens: 8,
});

export const message = (...content: Fields[]): Fields => ({
  id: "msg_1",
  type: "message",
  role: "assistant",
  status: "completed",
  content,
});

export const outputText = (text: string, extra: Fields = {}): Fields => ({
  type: "output_text",
  text,
  annotations: [],
  ...extra,
});

export const functionCall = (callId: string, name: string, args: string): Fields => ({
  id: `fc_${callId}`,
  type: "function_call",
  status: "completed",
  call_id: callId,
  name,
  arguments: args,
});

export const reasoning = (...summary: string[]): Fields => ({
  id: "rs_1",
  type: "reasoning",
  summary: summary.map((text) => ({ type: "summary_text", text })),
});

/** A response object; completed and without output unless `extra` says otherwise. */
export function responseOf(extra: Fields = {}): Fields {
  return {
    id: "resp_1",
    object: "response",
    created_at: 1_700_000_000,
    status: "completed",
    error: null,
    incomplete_details: null,
    model: "gpt-5.6-sol",
    output: [],
    tools: [],
    metadata: {},
    service_tier: "default",
    usage: RESPONSE_USAGE,
    ...extra,
  };
}

/** The events before any output. */
export const OPENING: readonly Fields[] = [
  {
    type: "response.created",
    response: responseOf({ status: "in_progress", usage: null, service_tier: "auto" }),
  },
  {
    type: "response.in_progress",
    response: responseOf({ status: "in_progress", usage: null, service_tier: "auto" }),
  },
];

export const added = (place: number, item: Fields): Fields => ({
  type: "response.output_item.added",
  output_index: place,
  item,
});

export const done = (place: number, item: Fields): Fields => ({
  type: "response.output_item.done",
  output_index: place,
  item,
});

export const textDelta = (place: number, delta: string, extra: Fields = {}): Fields => ({
  type: "response.output_text.delta",
  item_id: "msg_1",
  output_index: place,
  content_index: 0,
  delta,
  logprobs: [],
  ...extra,
});

export const argumentsDelta = (place: number, delta: string): Fields => ({
  type: "response.function_call_arguments.delta",
  item_id: "fc_1",
  output_index: place,
  delta,
});

/** The terminal event; `extra` changes its response. */
export const completed = (extra: Fields = {}, type = "response.completed"): Fields => ({
  type,
  response: responseOf(extra),
});

/** Events as the adapter gets them: numbered, as text, in batches of one. */
export async function* asBatches(events: readonly (Fields | string)[]): AsyncGenerator<string[]> {
  for (const [number, event] of events.entries()) {
    yield [
      typeof event === "string" ? event : JSON.stringify({ ...event, sequence_number: number }),
    ];
  }
}

export function read(...events: (Fields | string)[]): Promise<UpstreamChunk[]> {
  return collect(readSse(new ResponseStream("asked"), asBatches(events)));
}

/** The first choice of each chunk, as `[delta, finish_reason]`. */
export function choicesOf(chunks: UpstreamChunk[]): unknown[] {
  return chunks.map(({ chunk }) => [chunk.choices[0]?.delta, chunk.choices[0]?.finish_reason]);
}
