// What the tests of the Gemini dialect share: options, contexts, the shape of its answers.

import {
  createGeminiAdapter,
  type GeminiAdapterOptions,
} from "../../../src/providers/gemini/adapter.ts";
import { DEVELOPER_API } from "../../../src/providers/gemini/api.ts";
import type { RequestContext } from "../../../src/providers/gemini/request.ts";
import { type BuiltRequest, buildRequest } from "../../../src/providers/gemini/request.ts";
import { SignatureCache } from "../../../src/providers/gemini/signatures.ts";
import { GeminiStream } from "../../../src/providers/gemini/stream.ts";
import type { GenerateContentBody } from "../../../src/providers/gemini/wire.ts";
import type { ProviderAdapter, UpstreamCall } from "../../../src/providers/protocol.ts";
import { callOf, collect, readSse } from "../support.ts";

export const never = new AbortController().signal;

export const FLASH_25 = "gemini-2.5-flash";
export const PRO_3 = "gemini-3.1-pro-preview";

function contextOf(extra: Partial<RequestContext> = {}): RequestContext {
  return { api: DEVELOPER_API, signatures: new SignatureCache(), ...extra };
}

/** What a request to a model is made into, without an output limit. */
export function build(
  request: Record<string, unknown>,
  upstreamModel: string = FLASH_25,
  extra: Partial<RequestContext> = {},
  call: Partial<UpstreamCall> = {},
): BuiltRequest {
  const made = callOf(request, { upstreamModel, maxOutputTokens: null, ...call });
  return buildRequest(made, contextOf(extra));
}

/** Its body. */
export function bodyOf(...given: Parameters<typeof build>): GenerateContentBody {
  return build(...given).body;
}

export function adapterFor(
  baseUrl: string,
  extra: Partial<GeminiAdapterOptions> = {},
): ProviderAdapter {
  return createGeminiAdapter({
    baseUrl,
    apiKey: "test-key",
    headers: {},
    timeouts: { firstByteMs: 2_000, betweenChunksMs: 2_000, totalMs: 10_000 },
    limits: { upstreamBodyBytes: 1_000_000, upstreamEventBytes: 100_000 },
    proxyUrl: null,
    ...extra,
  });
}

/** One event or body with one candidate. */
export function answerOf(
  parts: object[],
  finishReason?: string,
  usageMetadata?: object,
): Record<string, unknown> {
  return {
    candidates: [
      { content: { role: "model", parts }, index: 0, ...(finishReason ? { finishReason } : {}) },
    ],
    ...(usageMetadata ? { usageMetadata } : {}),
    modelVersion: "gemini-x",
    responseId: "resp-1",
  };
}

/** All chunks for these events. */
export function chunksOf(events: unknown[], signatures = new SignatureCache(), choices = 1) {
  async function* batches() {
    yield events.map((event) => (typeof event === "string" ? event : JSON.stringify(event)));
  }
  return collect(readSse(new GeminiStream({ model: "asked", choices, signatures }), batches()));
}

export function sse(events: unknown[]): string {
  return events.map((event) => `data: ${JSON.stringify(event)}\r\n\r\n`).join("");
}

export function toolCall(id: string, name: string, args = "{}", extra: object = {}) {
  return { id, type: "function", function: { name, arguments: args }, ...extra };
}

export const usageMetadata = { promptTokenCount: 2, candidatesTokenCount: 1, totalTokenCount: 3 };
export const answer = answerOf([{ text: "hi" }], "STOP", usageMetadata);

export const json =
  (body: unknown, status = 200) =>
  () =>
    Response.json(body as object, { status });
export const events =
  (...all: unknown[]) =>
  () =>
    new Response(sse(all), { headers: { "content-type": "text/event-stream" } });

export const callTo = (model: string, request: Record<string, unknown> = {}) =>
  callOf(request, { upstreamModel: model });
