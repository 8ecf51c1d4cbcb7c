// The dialects whose recorded answers are replayed: how each is reached, by the folder of its recordings.
import { createAnthropicAdapter } from "../../src/providers/anthropic/adapter.ts";
import { createBedrockAdapter } from "../../src/providers/bedrock/adapter.ts";
import { createGeminiAdapter } from "../../src/providers/gemini/adapter.ts";
import { createOpenAiAdapter } from "../../src/providers/openai/adapter.ts";
import * as QUIRKS from "../../src/providers/openai/provider-quirks.ts";
import { COMPATIBLE, type Quirks } from "../../src/providers/openai/quirks.ts";
import { createResponsesAdapter } from "../../src/providers/openai-responses/adapter.ts";
import type { ProviderAdapter } from "../../src/providers/protocol.ts";
import { createVertexAdapter } from "../../src/providers/vertex/adapter.ts";
import { event } from "./bedrock/support.ts";

export interface RecordedDialect {
  /** The adapter of a provider at this address. */
  adapter(url: string): ProviderAdapter;
  /** The model that is asked for, unless the recording names another. */
  model: string;
  /** The ending of the names of recorded streams. */
  streamFile: "stream.txt" | "stream.json";
  contentType: string;
  /** The bytes that the provider sends for a recorded stream. */
  encode(text: string): Uint8Array;
  /** A recorded stream with its events changed, all of them at once. */
  mapEvents(text: string, change: (events: unknown[]) => unknown[]): string;
}

const common = {
  headers: {},
  timeouts: { firstByteMs: 5_000, betweenChunksMs: 5_000, totalMs: 20_000 },
  limits: { upstreamBodyBytes: 1_000_000, upstreamEventBytes: 200_000 },
  proxyUrl: null,
  passFields: undefined,
  fetchMedia: null,
};

const SSE = {
  streamFile: "stream.txt",
  contentType: "text/event-stream",
  encode: (text: string): Uint8Array => new TextEncoder().encode(text),
  mapEvents(text: string, change: (events: unknown[]) => unknown[]): string {
    const data = /^data: (?!\[DONE\])(.*?)\r?$/gm;
    const changed = change([...text.matchAll(data)].map(([, json = ""]) => JSON.parse(json)));
    return text.replace(data, () => `data: ${JSON.stringify(changed.shift() ?? null)}`);
  },
} as const;

const openAi = (baseUrl: string) =>
  ({ ...common, baseUrl, apiKey: "sk-test", auth: "bearer", quirks: COMPATIBLE }) as const;

/** Hosts of OpenAI's dialect with answers of a shape of their own, by their folders. */
const OPENAI_HOSTS: Readonly<Record<string, readonly [model: string, quirks: Quirks]>> = {
  openai: ["gpt-5-mini", QUIRKS.OPENAI],
  azure: ["gpt-4o-mini", QUIRKS.AZURE],
  cerebras: ["gpt-oss-120b", QUIRKS.CEREBRAS],
  deepseek: ["deepseek-reasoner", QUIRKS.DEEPSEEK],
  "google-compatible": ["gemini-2.5-flash", QUIRKS.CUSTOM],
  groq: ["openai/gpt-oss-120b", QUIRKS.GROQ],
  mistral: ["mistral-small-latest", QUIRKS.MISTRAL],
  moonshot: ["kimi-k2-0905-preview", QUIRKS.COMMON],
  openrouter: ["anthropic/claude-sonnet-4.6", QUIRKS.OPENROUTER],
  vllm: ["Qwen/Qwen3-32B", QUIRKS.LOCAL],
  xai: ["grok-4", QUIRKS.XAI],
};

export const DIALECTS: Readonly<Record<string, RecordedDialect>> = {
  anthropic: {
    ...SSE,
    model: "claude-opus-5",
    adapter: (baseUrl) => createAnthropicAdapter({ ...common, baseUrl, apiKey: "sk-test" }),
  },
  bedrock: {
    model: "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
    adapter: (baseUrl) =>
      createBedrockAdapter({
        ...common,
        baseUrl,
        region: "eu-central-1",
        credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "test", sessionToken: null },
      }),
    // A list of events, each an object with one member: its type and its payload.
    streamFile: "stream.json",
    contentType: "application/vnd.amazon.eventstream",
    encode: (text) => {
      const events: Record<string, object>[] = JSON.parse(text);
      return Buffer.concat(
        events
          .flatMap((given) => Object.entries(given ?? {}))
          .map(([type, payload]) => event(type, payload)),
      );
    },
    mapEvents: (text, change) => JSON.stringify(change(JSON.parse(text))),
  },
  gemini: {
    ...SSE,
    model: "gemini-2.5-flash",
    adapter: (baseUrl) => createGeminiAdapter({ ...common, baseUrl, apiKey: "test" }),
  },
  vertex: {
    ...SSE,
    model: "gemini-2.5-flash",
    adapter: (baseUrl) =>
      createVertexAdapter({
        ...common,
        baseUrl,
        project: "a-project",
        location: "global",
        tokens: { token: async () => "ya29.test" },
      }),
  },
  ...Object.fromEntries(
    Object.entries(OPENAI_HOSTS).map(([folder, [model, quirks]]) => [
      folder,
      {
        ...SSE,
        model,
        adapter: (baseUrl: string) => createOpenAiAdapter({ ...openAi(baseUrl), quirks }),
      },
    ]),
  ),
  "openai-responses": {
    ...SSE,
    model: "gpt-5-codex",
    adapter: (baseUrl) => createResponsesAdapter(openAi(baseUrl)),
  },
};
