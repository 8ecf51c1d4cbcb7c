// OpenAI's Responses API as an HTTP dialect: chat requests that chat completions would refuse.
import { createApiAdapter, type OpenAiAdapterOptions } from "../openai/adapter.ts";
import type { ProviderAdapter } from "../protocol.ts";
import { COMMON_ERRORS } from "../shared/errors.ts";
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
  const { quirks, passFields } = options;
  return createApiAdapter(options, {
    path: "responses",
    errors: COMMON_ERRORS,
    exchange: (call, stream) => ({
      ...buildResponsesRequest(call, { quirks, passFields, stream }),
      parse: (text) => parseResponse(text, call.upstreamModel),
      open: () => new ResponseStream(call.upstreamModel),
    }),
  });
}
