// The wire dialects: which adapter speaks each of them, made from what a provider's settings say.
import { readFileSync } from "node:fs";
import type { Config, Timeouts } from "../config/schema.ts";
import { createAnthropicAdapter } from "./anthropic/adapter.ts";
import { createBedrockAdapter } from "./bedrock/adapter.ts";
import {
  AWS_REGION,
  type Environment,
  GOOGLE_LOCATION,
  GOOGLE_PROJECT,
  readVariable,
} from "./environment.ts";
import { createGeminiAdapter } from "./gemini/adapter.ts";
import { createMediaFetcher } from "./media/fetcher.ts";
import { createOpenAiAdapter } from "./openai/adapter.ts";
import { createBridgedAdapter } from "./openai/bridge.ts";
import type { Quirks } from "./openai/quirks.ts";
import { createResponsesAdapter } from "./openai-responses/adapter.ts";
import type { ProviderAdapter } from "./protocol.ts";
import type { AuthStyle } from "./shared/endpoint.ts";
import { createVertexAdapter } from "./vertex/adapter.ts";
import { findGoogleCredentials } from "./vertex/credentials.ts";
import { createGoogleTokens } from "./vertex/tokens.ts";

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
  | { kind: "gemini" }
  | { kind: "bedrock" }
  | { kind: "vertex" };

/** What every dialect is told of a provider, from its declaration, the configuration and the environment. */
export interface ConnectOptions {
  /** For messages to the operator; never sent upstream. */
  providerId: string;
  /** Null where the dialect works its address out by itself. */
  baseUrl: string | null;
  apiKey: string | null;
  headers: Readonly<Record<string, string>>;
  timeouts: Timeouts;
  limits: Config["limits"];
  media: Config["media"];
  /** Null connects directly. */
  proxyUrl: string | null;
  /** The configuration's `passFields`. */
  passFields: boolean | readonly string[] | undefined;
  /** For the clouds, whose credentials are more than one key. */
  env: Environment;
}

/**
 * Makes the adapter of one provider.
 * @throws Error, fit for the operator, when an address, a header or a credential is malformed
 */
export function connectDialect(dialect: Dialect, options: ConnectOptions): ProviderAdapter {
  switch (dialect.kind) {
    case "openai":
      return connectOpenAi(dialect, { ...options, baseUrl: addressOf(options) });
    case "anthropic":
      return createAnthropicAdapter({ ...options, baseUrl: addressOf(options) });
    case "gemini":
      return createGeminiAdapter({
        ...options,
        baseUrl: addressOf(options),
        fetchMedia: fetchMediaFor(options),
      });
    case "bedrock":
      return connectBedrock(options);
    case "vertex":
      return connectVertex(options);
  }
}

function addressOf({ providerId, baseUrl }: ConnectOptions): string {
  if (baseUrl === null) throw new Error(`${providerId} has no base URL`);
  return baseUrl;
}

function connectBedrock(options: ConnectOptions): ProviderAdapter {
  const { env, apiKey } = options;
  const accessKeyId = readVariable(env, ["AWS_ACCESS_KEY_ID"]);
  const credentials =
    apiKey === null || apiKey === accessKeyId
      ? {
          accessKeyId: required(env, ["AWS_ACCESS_KEY_ID"]),
          secretAccessKey: required(env, ["AWS_SECRET_ACCESS_KEY"]),
          sessionToken: readVariable(env, ["AWS_SESSION_TOKEN"]),
        }
      : { bearerToken: apiKey };
  return createBedrockAdapter({
    ...options,
    region: required(env, AWS_REGION),
    credentials,
    fetchMedia: fetchMediaFor(options),
  });
}

function connectVertex(options: ConnectOptions): ProviderAdapter {
  const { env, proxyUrl } = options;
  const credentials = findGoogleCredentials(env, (path) => readFileSync(path, "utf8"));
  if (credentials === null) throw new Error("there are no Google credentials");
  return createVertexAdapter({
    ...options,
    project: required(env, GOOGLE_PROJECT),
    location: required(env, GOOGLE_LOCATION),
    tokens: createGoogleTokens({ credentials, proxyUrl }),
    fetchMedia: fetchMediaFor(options),
  });
}

function required(env: Environment, names: readonly string[]): string {
  const value = readVariable(env, names);
  if (value === null) throw new Error(`${names.join(" or ")} is not set`);
  return value;
}

/** An address with a deployment in its path serves that deployment's chat completions only. */
const DEPLOYMENT_PATH = /\/deployments\/|\{model\}/;

function connectOpenAi(
  dialect: Extract<Dialect, { kind: "openai" }>,
  options: ConnectOptions & { baseUrl: string },
): ProviderAdapter {
  const openAiOptions = { ...options, auth: dialect.auth, quirks: dialect.quirks };
  const chat = createOpenAiAdapter(openAiOptions);
  if (!dialect.hasResponses || DEPLOYMENT_PATH.test(options.baseUrl)) return chat;
  const responses = createResponsesAdapter(openAiOptions);
  return createBridgedAdapter({ chat, responses });
}

function fetchMediaFor({ media }: ConnectOptions) {
  const { fetchImages, maxBytes, timeoutMs } = media;
  return createMediaFetcher({ enabled: fetchImages, maxBytes, timeoutMs, maxRedirects: 0 });
}
