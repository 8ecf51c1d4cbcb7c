// Where a call in Anthropic's dialect goes: an abstraction over platforms, and Anthropic's own API.

import type { UpstreamCall } from "../protocol.ts";
import { buildHeaders, endpointUrl } from "../shared/endpoint.ts";
import type { JsonObject } from "../shared/json.ts";

/**
 * The version of the API that is sent with each call. Pinned to the first one: the next,
 * 2026-10-21, refuses `temperature` and `top_p` on all models.
 */
export const ANTHROPIC_VERSION = "2023-06-01";

/** The most models that one page of the list can have. */
const MODELS_PAGE = 1_000;

export interface EndpointTarget {
  url: string;
  /** All headers of the call, names in lower case. */
  headers: Record<string, string>;
  /** Goes first into the body: `model` on Anthropic's API, `anthropic_version` on others. */
  bodyExtras: JsonObject;
}

/**
 * Says where one call goes, which may take a call of its own (for a token, say).
 * @param stream the answer is wanted as a stream of events
 * @throws ApiError when that fails; the signal's reason on its abort
 */
export type AnthropicEndpoint = (
  call: UpstreamCall,
  stream: boolean,
  signal: AbortSignal,
) => Promise<EndpointTarget>;

export interface AnthropicAccess {
  /** As `https://api.anthropic.com`; a `/v1` at its end is understood, a query is kept. */
  baseUrl: string;
  /** Null for a server that needs none. */
  apiKey: string | null;
  /** Sent with every call; they win over the adapter's own. */
  headers: Readonly<Record<string, string>>;
}

/**
 * Anthropic's own API: `POST {base}/v1/messages`.
 * @throws Error when the base URL or a header is malformed, the key's value not shown
 */
export function anthropicEndpoint(access: AnthropicAccess): AnthropicEndpoint {
  const base = versionedBase(access.baseUrl);
  const url = endpointUrl(base, "messages", "");
  const headers = accessHeaders(access);
  const forAnswer = buildHeaders({ apiKey: null, auth: "bearer", headers }, "application/json");
  const forStream = buildHeaders({ apiKey: null, auth: "bearer", headers }, "text/event-stream");
  return async (call, stream) => ({
    url,
    headers: stream ? forStream : forAnswer,
    bodyExtras: { model: call.upstreamModel },
  });
}

/** What the list of models is asked with, by the probe of the OpenAI dialect. */
export function modelsAccess(access: AnthropicAccess) {
  const url = new URL(versionedBase(access.baseUrl));
  url.searchParams.set("limit", String(MODELS_PAGE));
  return {
    baseUrl: url.href,
    apiKey: null,
    auth: "bearer" as const,
    headers: accessHeaders(access),
  };
}

function accessHeaders({ apiKey, headers }: AnthropicAccess): Record<string, string> {
  return {
    "anthropic-version": ANTHROPIC_VERSION,
    ...(apiKey !== null && { "x-api-key": apiKey }),
    ...headers,
  };
}

function versionedBase(baseUrl: string): string {
  const url = URL.parse(baseUrl);
  if (url === null) {
    throw new Error(`not a URL: ${baseUrl.slice(0, 200)}`);
  }
  const path = url.pathname.replace(/\/+$/, "");
  url.pathname = path.endsWith("/v1") ? path : `${path}/v1`;
  return url.href;
}
