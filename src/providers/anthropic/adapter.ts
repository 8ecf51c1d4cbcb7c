// Anthropic's Messages API as an HTTP dialect, on its own platform and on others that host Claude.
import { ANTHROPIC_FEATURES, type PlatformFeatures } from "../claude/platform.ts";
import type { MediaFetcher } from "../media/fetcher.ts";
import type { ProviderAdapter } from "../protocol.ts";
import type { CallEndpoint, ProviderAccess } from "../shared/endpoint.ts";
import { createHttpAdapter } from "../shared/http-adapter.ts";
import type { CallTransport, HttpDialect } from "../shared/http-dialect.ts";
import { inlineMedia } from "../shared/inline-media.ts";
import { modelsProbe } from "../shared/probe.ts";
import { writeBody } from "../shared/request-body.ts";
import { SSE } from "../transport/sse.ts";
import { anthropicEndpoint, modelsAccess } from "./endpoint.ts";
import { ERRORS } from "./errors.ts";
import { buildRequest } from "./request.ts";
import { parseMessage } from "./response.ts";
import { EventReader } from "./stream.ts";

export interface MessagesAdapterOptions extends CallTransport {
  endpoint: CallEndpoint;
  features: PlatformFeatures;
  /** For platforms that fetch no media themselves; null refuses requests that name some by URL. */
  fetchMedia: MediaFetcher | null;
  probe: HttpDialect<never>["probe"];
}

export type AnthropicAdapterOptions = ProviderAccess & CallTransport;

/**
 * Makes the adapter of Anthropic's own API, or of a server that speaks it.
 * @throws Error when the base URL or a header is malformed, the key's value not shown
 */
export function createAnthropicAdapter(options: AnthropicAdapterOptions): ProviderAdapter {
  const endpoint = anthropicEndpoint(options);
  const probe = () => modelsProbe(modelsAccess(options));
  return createMessagesAdapter({
    ...options,
    endpoint,
    features: ANTHROPIC_FEATURES,
    fetchMedia: null,
    probe,
  });
}

/** Makes an adapter of the dialect on any platform, which the endpoint stands for. */
export function createMessagesAdapter(options: MessagesAdapterOptions): ProviderAdapter {
  const { endpoint, features, fetchMedia, probe } = options;
  return createHttpAdapter(
    {
      framing: SSE,
      errors: ERRORS,
      async exchange(given, stream, signal) {
        const call = features.mediaUrls ? given : await inlineMedia(given, fetchMedia, signal);
        const { body, answerTool, ignored } = buildRequest(call, { stream, features });
        const { url, headers, bodyExtras } = await endpoint(call, stream, signal);
        return {
          url,
          headers,
          body: writeBody({ ...bodyExtras, ...body }),
          ignored,
          parse: (text) => parseMessage(text, call.upstreamModel, answerTool),
          open: () => new EventReader(call.upstreamModel, answerTool),
        };
      },
      probe,
    },
    options,
  );
}
