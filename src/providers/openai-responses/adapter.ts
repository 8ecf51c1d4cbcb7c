// OpenAI's Responses API as an HTTP dialect: chat requests that chat completions would refuse.
import type { OpenAiAdapterOptions } from "../openai/adapter.ts";
import type { ProviderAdapter } from "../protocol.ts";
import { callHeaders, endpointUrl } from "../shared/endpoint.ts";
import { createHttpAdapter } from "../shared/http-adapter.ts";
import { modelsProbe } from "../shared/probe.ts";
import { SSE } from "../transport/sse.ts";
import { ERRORS } from "./errors.ts";
import { buildResponsesRequest } from "./request.ts";
import { parseResponse } from "./response.ts";
import { ResponseStream } from "./stream.ts";

/**
 * Makes the adapter of a provider that serves OpenAI's Responses API under `{baseUrl}/responses`.
 * Its calls keep nothing at the provider, and ask for no reasoning summary, as accounts that are
 * not verified are refused one.
 * @param options as for createOpenAiAdapter; of the quirks only `refusesObfuscation` counts
 * @throws Error when the base URL or a header is malformed, the key's value not shown
 */
export function createResponsesAdapter(options: OpenAiAdapterOptions): ProviderAdapter {
  const { baseUrl, quirks, passFields } = options;
  // Both fail here, at start, rather than in the first request.
  const headers = callHeaders(options);
  endpointUrl(baseUrl, "responses", "");
  return createHttpAdapter(
    {
      framing: SSE,
      errors: ERRORS,
      exchange(call, stream) {
        const { body, ignored } = buildResponsesRequest(call, { quirks, passFields, stream });
        return {
          url: endpointUrl(baseUrl, "responses", call.upstreamModel),
          headers: headers(stream),
          body: JSON.stringify(body),
          ignored,
          parse: (text) => parseResponse(text, call.upstreamModel),
          open: () => new ResponseStream(call.upstreamModel),
        };
      },
      probe: () => modelsProbe(options),
    },
    options,
  );
}
