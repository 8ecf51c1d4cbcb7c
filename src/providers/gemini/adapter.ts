// Gemini's generateContent as an HTTP dialect, on Google's Developer API and on Vertex AI.
import type { MediaFetcher } from "../media/fetcher.ts";
import type { ProviderAdapter } from "../protocol.ts";
import type { CallEndpoint, ProviderAccess } from "../shared/endpoint.ts";
import { createHttpAdapter } from "../shared/http-adapter.ts";
import type { CallTransport } from "../shared/http-dialect.ts";
import { inlineMedia } from "../shared/inline-media.ts";
import { modelsProbe } from "../shared/probe.ts";
import { writeBody } from "../shared/request-body.ts";
import { SSE } from "../transport/sse.ts";
import { DEVELOPER_API, type GeminiApi } from "./api.ts";
import { developerEndpoint } from "./endpoint.ts";
import { ERRORS } from "./errors.ts";
import { buildRequest } from "./request.ts";
import { parseCompletion } from "./response.ts";
import { SignatureCache } from "./signatures.ts";
import { GeminiStream } from "./stream.ts";

export interface GeminiAdapterOptions extends CallTransport, ProviderAccess {
  /** Gets images and files by their URLs; without it such a request is refused. */
  fetchMedia?: MediaFetcher | null;
  /** Another place that serves Gemini, as Vertex AI; the Developer API without it. */
  endpoint?: CallEndpoint;
  /** What that place does differently; the Developer API's without it. */
  api?: GeminiApi;
  /** Null for a place that is asked in another way; the Developer API's list of models without it. */
  probe?: null;
  /** The memory for thought signatures; one of its own without it. */
  signatures?: SignatureCache;
}

/**
 * Makes the adapter of one provider that speaks Gemini's generateContent.
 * @throws Error when the base URL or a header is malformed, the key's value not shown
 */
export function createGeminiAdapter(options: GeminiAdapterOptions): ProviderAdapter {
  const access: ProviderAccess = { ...options, auth: "x-goog-api-key" };
  const { api = DEVELOPER_API, fetchMedia = null, signatures = new SignatureCache() } = options;
  const { endpoint = developerEndpoint(access) } = options;
  return createHttpAdapter(
    {
      framing: SSE,
      errors: ERRORS,
      // Images by URL are fetched, and the endpoint may sign in, before anything is sent.
      async exchange(call, stream, signal) {
        const inlined = await inlineMedia(call, fetchMedia, signal);
        const { body, ignored } = buildRequest(inlined, { api, signatures });
        const { url, headers } = await endpoint(call, stream, signal);
        const model = call.upstreamModel;
        const choices = call.request.n ?? 1;
        return {
          url,
          headers,
          body: writeBody(body),
          ignored,
          parse: (text) => parseCompletion(text, model, signatures),
          open: () => new GeminiStream({ model, choices, signatures }),
        };
      },
      probe: options.probe === null ? null : () => modelsProbe(access, ERRORS),
    },
    options,
  );
}
