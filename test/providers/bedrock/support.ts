// What the tests of the Bedrock dialect share: options, calls, and streams encoded by AWS's codec.
import { EventStreamCodec } from "@smithy/core/event-streams";
import type { BedrockAdapterOptions } from "../../../src/providers/bedrock/adapter.ts";
import { buildRequest } from "../../../src/providers/bedrock/request.ts";
import type { UpstreamCall } from "../../../src/providers/protocol.ts";
import { callOf } from "../support.ts";

export const never = new AbortController().signal;

export const CLAUDE = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0";
export const CLAUDE_NEW = "global.anthropic.claude-opus-5-5";
export const NOVA = "eu.amazon.nova-pro-v1:0";
export const LLAMA = "us.meta.llama3-3-70b-instruct-v1:0";
export const MISTRAL = "mistral.mistral-large-2402-v1:0";

export const ACCESS_KEY = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  sessionToken: null,
};

export function optionsFor(
  baseUrl: string | null,
  extra: Partial<BedrockAdapterOptions> = {},
): BedrockAdapterOptions {
  return {
    region: "eu-central-1",
    credentials: ACCESS_KEY,
    baseUrl,
    headers: {},
    timeouts: { firstByteMs: 2_000, betweenChunksMs: 2_000, totalMs: 10_000 },
    limits: { upstreamBodyBytes: 1_000_000, upstreamEventBytes: 100_000 },
    proxyUrl: null,
    fetchMedia: null,
    passFields: undefined,
    ...extra,
  };
}

const codec = new EventStreamCodec(
  (input) => (typeof input === "string" ? input : new TextDecoder().decode(input)),
  (text) => new TextEncoder().encode(text),
);

export { codec };

function frame(headers: Record<string, string>, payload: object): Uint8Array {
  const tagged = Object.entries(headers).map(([name, value]) => [name, { type: "string", value }]);
  const body = new TextEncoder().encode(JSON.stringify(payload));
  return codec.encode({ headers: Object.fromEntries(tagged), body });
}

export function event(type: string, payload: object): Uint8Array {
  return frame({ ":message-type": "event", ":event-type": type }, payload);
}

export function exception(type: string, message: string): Uint8Array {
  return frame({ ":message-type": "exception", ":exception-type": type }, { message });
}

export const USAGE = { inputTokens: 5, outputTokens: 2, totalTokens: 7 };

/** A whole answer of one text. */
export function textStream(...texts: string[]): Uint8Array[] {
  return [
    event("messageStart", { role: "assistant" }),
    ...texts.map((text) => event("contentBlockDelta", { contentBlockIndex: 0, delta: { text } })),
    event("contentBlockStop", { contentBlockIndex: 0 }),
    event("messageStop", { stopReason: "end_turn" }),
    event("metadata", { usage: USAGE, metrics: { latencyMs: 1 } }),
  ];
}

type Built = ReturnType<typeof buildRequest>;

/** The request that a chat request becomes for a model. */
export async function build(
  request: Record<string, unknown>,
  model: string = CLAUDE,
  extra: Partial<UpstreamCall> & { passFields?: true | string[] } = {},
): Promise<Built> {
  const { passFields, ...callExtra } = extra;
  const call = callOf(request, { upstreamModel: model, ...callExtra });
  return buildRequest(call, { passFields });
}

export const tool = (name: string, extra: object = {}) => ({
  type: "function",
  function: { name, description: `Does ${name}.`, parameters: { type: "object" }, ...extra },
});

export const toolCall = (id: string, name: string, args: string) => ({
  id,
  type: "function",
  function: { name, arguments: args },
});
