// The OpenAI dialect as a ProviderAdapter: one HTTP call, its body, its answer.
import type {
  ProbeResult,
  ProviderAdapter,
  UpstreamCall,
  UpstreamChunk,
  UpstreamCompletion,
} from "../protocol.ts";
import { type AuthStyle, buildHeaders, endpointUrl } from "../shared/endpoint.ts";
import { errorFromPayload, errorFromResponse } from "../shared/errors.ts";
import {
  type CallTransport,
  callBatches,
  callWhole,
  type HttpDialect,
} from "../shared/http-call.ts";
import { probeModels } from "../shared/probe.ts";
import type { Quirks } from "./quirks.ts";
import { buildRequest } from "./request.ts";
import { parseCompletion } from "./response.ts";
import { isTerminal, readChunks } from "./stream.ts";

export interface OpenAiAdapterOptions extends CallTransport {
  /** For messages to the operator; never sent upstream. */
  providerId: string;
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

/** An adapter that can also be asked whether the provider is there and takes the key. */
export interface OpenAiAdapter extends ProviderAdapter {
  /** Lists the provider's models. Takes at most 5 s; throws only the signal's reason. */
  probe(signal: AbortSignal): Promise<ProbeResult>;
}

/**
 * Makes the adapter of one provider that speaks OpenAI's chat completions.
 * @throws Error when the base URL or a header is malformed, the key's value not shown
 */
export function createOpenAiAdapter(options: OpenAiAdapterOptions): OpenAiAdapter {
  // Both fail here, at start, rather than in the first request.
  buildHeaders(options, "application/json");
  endpointUrl(options.baseUrl, "models", "");
  return {
    complete: (call, signal) => complete(options, call, signal),
    stream: (call, signal) => stream(options, call, signal),
    probe: (signal) => probeModels(options, signal),
  };
}

const DIALECT: HttpDialect = { errorFromResponse, errorFromPayload, isTerminal };

async function complete(
  options: OpenAiAdapterOptions,
  call: UpstreamCall,
  signal: AbortSignal,
): Promise<UpstreamCompletion> {
  const text = await callWhole(DIALECT, options, () => outgoing(options, call, false), signal);
  return parseCompletion(text, call.upstreamModel, options.quirks);
}

function stream(
  options: OpenAiAdapterOptions,
  call: UpstreamCall,
  signal: AbortSignal,
): AsyncIterable<UpstreamChunk> {
  const batches = callBatches(DIALECT, options, () => outgoing(options, call, true), signal);
  return readChunks(batches, call.upstreamModel, options.quirks);
}

function outgoing(options: OpenAiAdapterOptions, call: UpstreamCall, asStream: boolean) {
  const { quirks, passFields } = options;
  return {
    url: endpointUrl(options.baseUrl, "chat/completions", call.upstreamModel),
    headers: buildHeaders(options, asStream ? "text/event-stream" : "application/json"),
    body: buildRequest(call, { quirks, passFields, stream: asStream }),
  };
}
