// Helpers of the demo provider's tests: calls to the model, and streams read to their end.

import type { ChatCompletionChunk, ChatRequest } from "../../../src/base/chat.ts";
import { createDemoAdapter } from "../../../src/providers/demo/adapter.ts";
import type { UpstreamCall, UpstreamChunk } from "../../../src/providers/protocol.ts";
import { FACTS } from "../../support/facts.ts";
import { chunksIn } from "../support.ts";

export const adapter = createDemoAdapter({ wordDelayMs: 0, firstWordDelayMs: 0 });

export function call(
  text: string,
  request: Partial<ChatRequest> = {},
  maxOutputTokens: number | null = null,
): UpstreamCall {
  return {
    requestId: "req_test",
    request: { model: "demo", messages: [{ role: "user", content: text }], ...request },
    upstreamModel: "demo",
    facts: FACTS,
    maxOutputTokens,
  };
}

export const never = new AbortController().signal;

export async function ask(upstream: UpstreamCall) {
  const { completion, usage } = await adapter.complete(upstream, never);
  const [choice] = completion.choices;
  if (choice === undefined || usage === null) {
    throw new Error("no answer");
  }
  return { completion, usage, choice, text: choice.message.content ?? "" };
}

export async function read(upstream: UpstreamCall): Promise<UpstreamChunk[]> {
  const chunks: UpstreamChunk[] = [];
  for await (const chunk of chunksIn(adapter.stream(upstream, never))) {
    chunks.push(chunk);
  }
  return chunks;
}

export type Delta = ChatCompletionChunk["choices"][number]["delta"];

/** The deltas of one choice, in their order. */
export function deltas(chunks: UpstreamChunk[], index = 0): Delta[] {
  return chunks
    .flatMap(({ chunk }) => chunk.choices)
    .filter((choice) => choice.index === index)
    .map((choice) => choice.delta);
}
