// Anthropic's Messages API as an HTTP dialect, on its own platform and on others that host Claude.
import type { ProviderAdapter } from "../protocol.ts";
import { type CallTransport, createHttpAdapter, type HttpDialect } from "../shared/http-adapter.ts";
import { modelsProbe } from "../shared/probe.ts";
import { SSE } from "../transport/sse.ts";
import {
  type AnthropicAccess,
  type AnthropicEndpoint,
  anthropicEndpoint,
  modelsAccess,
} from "./endpoint.ts";
import { ERRORS } from "./errors.ts";
import { EventReader } from "./event-reader.ts";
import { ANTHROPIC_FEATURES, buildRequest, type PlatformFeatures } from "./request.ts";
import { parseMessage } from "./response.ts";

export interface MessagesAdapterOptions extends CallTransport {
  endpoint: AnthropicEndpoint;
  features: PlatformFeatures;
  probe: HttpDialect<never>["probe"];
}

export interface AnthropicAdapterOptions extends AnthropicAccess, CallTransport {}

/**
 * Makes the adapter of Anthropic's own API, or of a server that speaks it.
 * @throws Error when the base URL or a header is malformed, the key's value not shown
 */
export function createAnthropicAdapter(options: AnthropicAdapterOptions): ProviderAdapter {
  const endpoint = anthropicEndpoint(options);
  const probe = () => modelsProbe(modelsAccess(options));
  return createMessagesAdapter({ ...options, endpoint, features: ANTHROPIC_FEATURES, probe });
}

/** Makes an adapter of the dialect on any platform, which the endpoint stands for. */
export function createMessagesAdapter(options: MessagesAdapterOptions): ProviderAdapter {
  const { endpoint, features, probe } = options;
  return createHttpAdapter(
    {
      framing: SSE,
      errors: ERRORS,
      async exchange(call, stream, signal) {
        const { body, answerTool } = buildRequest(call, { stream, features });
        const { url, headers, bodyExtras } = await endpoint(call, stream, signal);
        return {
          url,
          headers,
          body: JSON.stringify({ ...bodyExtras, ...body }),
          parse: (text) => parseMessage(text, call.upstreamModel, answerTool),
          open: () => new EventReader(call.upstreamModel, answerTool),
        };
      },
      probe,
    },
    options,
  );
}
