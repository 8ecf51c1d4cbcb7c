// Where a call to Gemini goes and with which headers: a function, as Vertex AI has another.

import type { UpstreamCall } from "../protocol.ts";
import { buildHeaders, endpointUrl } from "../shared/endpoint.ts";

export interface GeminiTarget {
  url: string;
  /** Complete, names in lower case. */
  headers: Record<string, string>;
}

/**
 * Gives the target of one call. Asynchronous for places whose credentials have to be renewed; it
 * throws ApiError only, and stops when the signal aborts.
 * @param stream whether the answer is wanted as server-sent events
 */
export type GeminiEndpoint = (
  call: UpstreamCall,
  stream: boolean,
  signal: AbortSignal,
) => Promise<GeminiTarget>;

export interface DeveloperEndpointOptions {
  /** As `https://generativelanguage.googleapis.com/v1beta`; its query is kept. */
  baseUrl: string;
  apiKey: string | null;
  /** Sent with every call; they win over the endpoint's own. */
  headers: Readonly<Record<string, string>>;
}

/**
 * The Gemini Developer API: the key in `x-goog-api-key`.
 * @throws Error when the base URL or a header is malformed, the key's value not shown
 */
export function developerEndpoint(options: DeveloperEndpointOptions): GeminiEndpoint {
  // Both fail here, at start, rather than in the first request.
  developerHeaders(options, "application/json");
  endpointUrl(options.baseUrl, "models", "");
  return async (call, stream) => ({
    url: generateUrl(options.baseUrl, call.upstreamModel, stream),
    headers: developerHeaders(options, stream ? "text/event-stream" : "application/json"),
  });
}

/** The headers of a call to the Developer API, for the model list too. */
export function developerHeaders(
  options: Omit<DeveloperEndpointOptions, "baseUrl">,
  accept: string,
): Record<string, string> {
  const headers = { "x-goog-api-key": options.apiKey ?? "", ...lowerCase(options.headers) };
  const { "x-goog-api-key": key, ...rest } = headers;
  const sent = key === "" ? rest : headers;
  return buildHeaders({ apiKey: null, auth: "bearer", headers: sent }, accept);
}

/**
 * The address of a model's method. A name with a folder (`tunedModels/…`) is taken as it is, any
 * other is one of `models/`. Events have to be asked for: without `alt=sse` a stream is one JSON
 * array.
 */
export function generateUrl(baseUrl: string, model: string, stream: boolean): string {
  const steps = model.split("/");
  // A name must not lead out of its folder.
  const hasFolder = steps.length > 1 && !steps.some((step) => /^\.*$/.test(step));
  const path = hasFolder
    ? steps.map(encodeURIComponent).join("/")
    : `models/${encodeURIComponent(model)}`;
  const url = endpointUrl(
    baseUrl,
    `${path}:${stream ? "streamGenerateContent" : "generateContent"}`,
    model,
  );
  return stream ? `${url}${url.includes("?") ? "&" : "?"}alt=sse` : url;
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}
