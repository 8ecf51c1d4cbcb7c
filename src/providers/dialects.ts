// The wire dialects: which adapter speaks each of them, made from what a provider's settings say.
import type { Config, Timeouts } from "../config/schema.ts";
import { createAnthropicAdapter } from "./anthropic/adapter.ts";
import { createGeminiAdapter } from "./gemini/adapter.ts";
import { createMediaFetcher } from "./media/fetcher.ts";
import { createOpenAiAdapter } from "./openai/adapter.ts";
import { createBridgedAdapter } from "./openai/bridge.ts";
import type { AuthStyle } from "./openai/endpoint.ts";
import type { Quirks } from "./openai/quirks.ts";
import { createResponsesAdapter } from "./openai-responses/adapter.ts";
import type { ProbeResult, ProviderAdapter } from "./protocol.ts";

/** How a provider is spoken to. */
export type Dialect =
  | {
      kind: "openai";
      auth: AuthStyle;
      quirks: Quirks;
      /** Whether the provider also serves the Responses API, for what chat completions refuse. */
      hasResponses: boolean;
    }
  | { kind: "anthropic" }
  | { kind: "gemini" };

/** What every dialect is told of a provider, from its declaration, the configuration and the environment. */
export interface ConnectOptions {
  providerId: string;
  baseUrl: string;
  apiKey: string | null;
  headers: Readonly<Record<string, string>>;
  timeouts: Timeouts;
  limits: Config["limits"];
  media: Config["media"];
  /** Null connects directly. */
  proxyUrl: string | null;
  /** The configuration's `passFields`. */
  passFields: boolean | readonly string[] | undefined;
}

/** An adapter that can also be asked whether the provider is there and takes the key. */
export interface ProbedAdapter extends ProviderAdapter {
  probe(signal: AbortSignal): Promise<ProbeResult>;
}

/** @throws Error, fit for the operator, when the base URL or a header is malformed */
export function connectDialect(dialect: Dialect, options: ConnectOptions): ProbedAdapter {
  switch (dialect.kind) {
    case "openai":
      return connectOpenAi(dialect, options);
    case "anthropic":
      return createAnthropicAdapter(options);
    case "gemini":
      return createGeminiAdapter({ ...options, fetchMedia: fetchMediaFor(options) });
  }
}

/** An address with a deployment in its path serves that deployment's chat completions only. */
const DEPLOYMENT_PATH = /\/deployments\/|\{model\}/;

function connectOpenAi(
  dialect: Extract<Dialect, { kind: "openai" }>,
  options: ConnectOptions,
): ProbedAdapter {
  const openAiOptions = { ...options, auth: dialect.auth, quirks: dialect.quirks };
  const chat = createOpenAiAdapter(openAiOptions);
  if (!dialect.hasResponses || DEPLOYMENT_PATH.test(options.baseUrl)) return chat;
  const responses = createResponsesAdapter(openAiOptions);
  return { ...createBridgedAdapter({ chat, responses }), probe: (signal) => chat.probe(signal) };
}

function fetchMediaFor({ media }: ConnectOptions) {
  const { fetchImages, maxBytes, timeoutMs } = media;
  return createMediaFetcher({ enabled: fetchImages, maxBytes, timeoutMs, maxRedirects: 0 });
}
