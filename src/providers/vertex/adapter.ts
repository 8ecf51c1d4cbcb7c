// Vertex AI as a ProviderAdapter: Gemini's and Claude's models, each in its own dialect.
import { createMessagesAdapter } from "../anthropic/adapter.ts";
import { VERTEX_FEATURES } from "../claude/platform.ts";
import { createGeminiAdapter } from "../gemini/adapter.ts";
import { VERTEX_AI } from "../gemini/api.ts";
import type { MediaFetcher } from "../media/fetcher.ts";
import type { ProbeResult, ProviderAdapter, UpstreamCall } from "../protocol.ts";
import type { CallTransport } from "../shared/http-dialect.ts";
import { type VertexOptions, vertexEndpoint } from "./endpoint.ts";

export interface VertexAdapterOptions extends VertexOptions, CallTransport {
  /** Null refuses requests that name media by an http(s) URL. */
  fetchMedia: MediaFetcher | null;
}

/** @throws Error when project, location, address or a header is malformed */
export function createVertexAdapter(options: VertexAdapterOptions): ProviderAdapter {
  const gemini = createGeminiAdapter({
    ...options,
    baseUrl: "",
    apiKey: null,
    endpoint: vertexEndpoint(options, "google"),
    api: VERTEX_AI,
    probe: null,
  });
  const claude = createMessagesAdapter({
    ...options,
    endpoint: vertexEndpoint(options, "anthropic"),
    features: VERTEX_FEATURES,
    probe: null,
  });
  const pick = ({ upstreamModel }: UpstreamCall) =>
    upstreamModel.startsWith("claude") ? claude : gemini;
  return {
    complete: (call, signal) => pick(call).complete(call, signal),
    stream: (call, signal) => pick(call).stream(call, signal),
    probe: (signal) => signIn(options, signal),
  };
}

/** Vertex has no cheap call that needs no model, so the sign-in is what can be tried. */
async function signIn({ tokens }: VertexOptions, signal: AbortSignal): Promise<ProbeResult> {
  try {
    await tokens.token(signal);
    return { ok: true, detail: "signed in to Google Cloud" };
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
