// The Anthropic dialect as a ProviderAdapter: one HTTP call, its body, its answer.
import { type ApiError, upstreamError } from "../../base/errors.ts";
import type { Config, Timeouts } from "../../config/schema.ts";
import type {
  ProbeResult,
  ProviderAdapter,
  UpstreamCall,
  UpstreamChunk,
  UpstreamCompletion,
} from "../protocol.ts";
import { parseJson } from "../shared/json.ts";
import { probeModels } from "../shared/probe.ts";
import { fetchUpstream } from "../transport/fetch-upstream.ts";
import { UpstreamGuard } from "../transport/guard.ts";
import { readBody, readErrorBody } from "../transport/read-body.ts";
import { sseBatches } from "../transport/sse.ts";
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

/** What a call needs beside where it goes. */
export interface MessagesTransport {
  timeouts: Timeouts;
  limits: Pick<Config["limits"], "upstreamBodyBytes" | "upstreamEventBytes">;
  /** Null connects directly. */
  proxyUrl: string | null;
}

export interface MessagesAdapterOptions extends MessagesTransport {
  endpoint: AnthropicEndpoint;
  features: PlatformFeatures;
}

export interface AnthropicAdapterOptions extends AnthropicAccess, MessagesTransport {
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

async function complete(
  options: MessagesAdapterOptions,
  call: UpstreamCall,
  signal: AbortSignal,
): Promise<UpstreamCompletion> {
  const guard = new UpstreamGuard(signal, options.timeouts.totalMs);
  try {
    const request = buildRequest(call, { stream: false, features: options.features });
    const response = await send(options, call, request, guard, signal);
    const text = await readBody(response, guard, bodyLimits(options));
    return parseMessage(text, call.upstreamModel, request.answerTool);
  } finally {
    guard.close();
  }
}

// A request that cannot be sent fails in the iteration, where the protocol wants errors.
function stream(
  options: MessagesAdapterOptions,
  call: UpstreamCall,
  signal: AbortSignal,
): AsyncIterable<UpstreamChunk> {
  const open = () => {
    const request = buildRequest(call, { stream: true, features: options.features });
    const batches = openBatches(options, call, request, signal);
    return { batches, answerTool: request.answerTool };
  };
  return readEvents(open, call.upstreamModel);
}

async function* openBatches(
  options: MessagesAdapterOptions,
  call: UpstreamCall,
  request: BuiltRequest,
  signal: AbortSignal,
): AsyncGenerator<string[], void, undefined> {
  const guard = new UpstreamGuard(signal, options.timeouts.totalMs);
  try {
    const response = await send(options, call, request, guard, signal);
    if (response.headers.get("content-type")?.includes("application/json")) {
      const text = await readBody(response, guard, bodyLimits(options));
      throw notStreamed(text);
    }
    yield* sseBatches(response, guard, {
      isLast: isTerminal,
      maxEventBytes: options.limits.upstreamEventBytes,
      betweenChunksMs: options.timeouts.betweenChunksMs,
    });
  } finally {
    guard.close();
  }
}

/** Sends the call and gives the 2xx response, its body unread. */
async function send(
  options: MessagesAdapterOptions,
  call: UpstreamCall,
  { body }: BuiltRequest,
  guard: UpstreamGuard,
  signal: AbortSignal,
): Promise<Response> {
  const target = await options.endpoint(call, body.stream === true, guard.signal);
  const response = await fetchUpstream(
    {
      method: "POST",
      url: target.url,
      headers: target.headers,
      body: JSON.stringify({ ...target.bodyExtras, ...body }),
      proxyUrl: options.proxyUrl,
      firstByteMs: options.timeouts.firstByteMs,
    },
    guard,
  );
  if (response.ok) {
    return response;
  }
  const text = await readErrorBody(response, guard, signal);
  throw errorFromAnswer(response.status, response.headers, text);
}

const bodyLimits = ({ limits, timeouts }: MessagesTransport) => ({
  maxBytes: limits.upstreamBodyBytes,
  betweenChunksMs: timeouts.betweenChunksMs,
});

/** A JSON answer to a call for a stream: nearly always an error under status 200. */
function notStreamed(text: string): ApiError {
  return (
    errorInPayload(parseJson(text)) ?? upstreamError("The provider did not answer with a stream.")
  );
}
