// OpenAI's chat completions as an HTTP dialect, for every provider that speaks it.
import type { ProviderAdapter } from "../protocol.ts";
import { type AuthStyle, buildHeaders, endpointUrl } from "../shared/endpoint.ts";
import { COMMON_ERRORS } from "../shared/errors.ts";
import { createHttpAdapter } from "../shared/http-adapter.ts";
import type { CallTransport } from "../shared/http-dialect.ts";
import { modelsProbe } from "../shared/probe.ts";
import { SSE } from "../transport/sse.ts";
import { answerOptions } from "./answer-options.ts";
import type { Quirks } from "./quirks.ts";
import { buildRequest, takesWishes } from "./request.ts";
import { parseCompletion } from "./response.ts";
import { ChatStream } from "./stream.ts";

export interface OpenAiAdapterOptions extends CallTransport {
  /** The address that `/chat/completions` is added to; its query is kept, `{model}` is replaced. */
  baseUrl: string;
  /** Null for a provider that needs none. */
  apiKey: string | null;
  auth: AuthStyle;
  /** Sent with every call; they win over the adapter's own. */
  headers: Readonly<Record<string, string>>;
  quirks: Quirks;
  /** The configuration's `passFields`. */
  passFields: boolean | readonly string[] | undefined;
}

/**
 * Makes the adapter of one provider that speaks OpenAI's chat completions.
 * @throws Error when the base URL or a header is malformed, the key's value not shown
 */
export function createOpenAiAdapter(options: OpenAiAdapterOptions): ProviderAdapter {
  const { baseUrl, quirks, passFields } = options;
  // Both fail here, at start, rather than in the first request.
  const headers = buildHeaders(options, "application/json");
  const streamHeaders = buildHeaders(options, SSE.accept);
  endpointUrl(baseUrl, "models", "");
  return createHttpAdapter(
    {
      framing: SSE,
      errors: COMMON_ERRORS,
      takesWishes: takesWishes({ quirks, passFields }),
      exchange: (call, stream) => {
        const { body, ignored } = buildRequest(call, { quirks, passFields, stream });
        const answer = answerOptions(call, quirks);
        return {
          url: endpointUrl(baseUrl, "chat/completions", call.upstreamModel),
          headers: stream ? streamHeaders : headers,
          body: JSON.stringify(body),
          ignored,
          parse: (text) => parseCompletion(text, answer),
          open: () => new ChatStream(answer),
        };
      },
      probe: () => modelsProbe(options),
    },
    options,
  );
}
