// The Anthropic dialect as a ProviderAdapter: one HTTP call, its body, its answer.
import type {
  ProbeResult,
  ProviderAdapter,
  UpstreamCall,
  UpstreamChunk,
  UpstreamCompletion,
} from "../protocol.ts";
import {
  type CallTransport,
  callBatches,
  callWhole,
  type HttpDialect,
  type Prepare,
} from "../shared/http-call.ts";
import { probeModels } from "../shared/probe.ts";
import {
  type AnthropicAccess,
  type AnthropicEndpoint,
  anthropicEndpoint,
  modelsAccess,
} from "./endpoint.ts";
import { errorFromAnswer, errorInPayload } from "./errors.ts";
import {
  ANTHROPIC_FEATURES,
  type BuiltRequest,
  buildRequest,
  type PlatformFeatures,
} from "./request.ts";
import { parseMessage } from "./response.ts";
import { isTerminal, readEvents } from "./stream.ts";

export interface MessagesAdapterOptions extends CallTransport {
  endpoint: AnthropicEndpoint;
  features: PlatformFeatures;
}

export interface AnthropicAdapterOptions extends AnthropicAccess, CallTransport {
  /** For messages to the operator; never sent upstream. */
  providerId: string;
}

/** An adapter that can also be asked whether the provider is there and takes the key. */
export interface AnthropicAdapter extends ProviderAdapter {
  /** Lists the provider's models. Takes at most 5 s; throws only the signal's reason. */
  probe(signal: AbortSignal): Promise<ProbeResult>;
}

/**
 * Makes the adapter of Anthropic's own API, or of a server that speaks it.
 * @throws Error when the base URL or a header is malformed, the key's value not shown
 */
export function createAnthropicAdapter(options: AnthropicAdapterOptions): AnthropicAdapter {
  const endpoint = anthropicEndpoint(options);
  const probeOptions = { ...modelsAccess(options), proxyUrl: options.proxyUrl };
  return {
    ...createMessagesAdapter({ ...options, endpoint, features: ANTHROPIC_FEATURES }),
    probe: (signal) => probeModels(probeOptions, signal),
  };
}

/** Makes an adapter of the dialect on any platform, which the endpoint stands for. */
export function createMessagesAdapter(options: MessagesAdapterOptions): ProviderAdapter {
  return {
    complete: (call, signal) => complete(options, call, signal),
    stream: (call, signal) => stream(options, call, signal),
  };
}

const DIALECT: HttpDialect = {
  errorFromResponse: errorFromAnswer,
  errorFromPayload: errorInPayload,
  isTerminal,
};

async function complete(
  options: MessagesAdapterOptions,
  call: UpstreamCall,
  signal: AbortSignal,
): Promise<UpstreamCompletion> {
  const request = buildRequest(call, { stream: false, features: options.features });
  const text = await callWhole(DIALECT, options, outgoing(options, call, request), signal);
  return parseMessage(text, call.upstreamModel, request.answerTool);
}

// A request that cannot be sent fails in the iteration, where the protocol wants errors.
function stream(
  options: MessagesAdapterOptions,
  call: UpstreamCall,
  signal: AbortSignal,
): AsyncIterable<UpstreamChunk> {
  const open = () => {
    const request = buildRequest(call, { stream: true, features: options.features });
    const batches = callBatches(DIALECT, options, outgoing(options, call, request), signal);
    return { batches, answerTool: request.answerTool };
  };
  return readEvents(open, call.upstreamModel);
}

function outgoing(
  { endpoint }: MessagesAdapterOptions,
  call: UpstreamCall,
  { body }: BuiltRequest,
): Prepare {
  return async (signal) => {
    const { url, headers, bodyExtras } = await endpoint(call, body.stream === true, signal);
    return { url, headers, body: { ...bodyExtras, ...body } };
  };
}
