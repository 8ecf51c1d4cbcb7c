// OpenAI's Responses API as a ProviderAdapter: chat requests that chat completions would refuse.
import type { OpenAiAdapterOptions } from "../openai/adapter.ts";
import type {
  ProviderAdapter,
  UpstreamCall,
  UpstreamChunk,
  UpstreamCompletion,
} from "../protocol.ts";
import { buildHeaders, endpointUrl } from "../shared/endpoint.ts";
import { errorFromResponse } from "../shared/errors.ts";
import { callBatches, callWhole, type HttpDialect } from "../shared/http-call.ts";
import { failureOf } from "./outcome.ts";
import { buildResponsesRequest } from "./request.ts";
import { parseResponse } from "./response.ts";
import { isTerminal, readEvents } from "./stream.ts";

/**
 * Makes the adapter of a provider that serves OpenAI's Responses API under `{baseUrl}/responses`.
 * Its calls keep nothing at the provider, and ask for no reasoning summary, as accounts that are
 * not verified are refused one.
 * @param options as for createOpenAiAdapter; of the quirks only `refusesObfuscation` counts
 * @throws Error when the base URL or a header is malformed, the key's value not shown
 */
export function createResponsesAdapter(options: OpenAiAdapterOptions): ProviderAdapter {
  // Both fail here, at start, rather than in the first request.
  buildHeaders(options, "application/json");
  endpointUrl(options.baseUrl, "responses", "");
  return {
    complete: (call, signal) => complete(options, call, signal),
    stream: (call, signal) => stream(options, call, signal),
  };
}

const DIALECT: HttpDialect = { errorFromResponse, errorFromPayload: failureOf, isTerminal };

async function complete(
  options: OpenAiAdapterOptions,
  call: UpstreamCall,
  signal: AbortSignal,
): Promise<UpstreamCompletion> {
  const text = await callWhole(DIALECT, options, () => outgoing(options, call, false), signal);
  return parseResponse(text, call.upstreamModel);
}

function stream(
  options: OpenAiAdapterOptions,
  call: UpstreamCall,
  signal: AbortSignal,
): AsyncIterable<UpstreamChunk> {
  const batches = callBatches(DIALECT, options, () => outgoing(options, call, true), signal);
  return readEvents(batches, call.upstreamModel);
}

function outgoing(options: OpenAiAdapterOptions, call: UpstreamCall, asStream: boolean) {
  const { quirks, passFields } = options;
  return {
    url: endpointUrl(options.baseUrl, "responses", call.upstreamModel),
    headers: buildHeaders(options, asStream ? "text/event-stream" : "application/json"),
    body: buildResponsesRequest(call, { quirks, passFields, stream: asStream }),
  };
}
