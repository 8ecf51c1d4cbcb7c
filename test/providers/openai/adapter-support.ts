// Helpers of the adapter tests: options, a tool, and the text of chunks.
import type { OpenAiAdapterOptions } from "../../../src/providers/openai/adapter.ts";
import { COMPATIBLE } from "../../../src/providers/openai/quirks.ts";
import type { UpstreamChunk } from "../../../src/providers/protocol.ts";

export const never = new AbortController().signal;

export const tools = [
  { type: "function", function: { name: "look", parameters: { type: "object" } } },
];

export function optionsFor(baseUrl: string, extra: Partial<OpenAiAdapterOptions> = {}) {
  return {
    baseUrl,
    apiKey: "sk-test-key",
    auth: "bearer",
    headers: {},
    quirks: COMPATIBLE,
    timeouts: { firstByteMs: 2_000, betweenChunksMs: 2_000, totalMs: 10_000 },
    limits: { upstreamBodyBytes: 1_000_000, upstreamEventBytes: 100_000 },
    proxyUrl: null,
    passFields: undefined,
    ...extra,
  } satisfies OpenAiAdapterOptions;
}

export function textOf(chunks: UpstreamChunk[]): string {
  return chunks.map(({ chunk }) => chunk.choices[0]?.delta.content ?? "").join("");
}
