// OpenAI's chat completions as an HTTP dialect, for every provider that speaks it.
import type { ProviderAdapter } from "../protocol.ts";
import { callHeaders, endpointUrl, type ProviderAccess } from "../shared/endpoint.ts";
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

/** In the base URL, `{model}` is replaced. */
export interface OpenAiAdapterOptions extends CallTransport, ProviderAccess {
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
  const headers = callHeaders(options);
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
          headers: headers(stream),
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
