// The OpenAI dialect as a ProviderAdapter: one HTTP call, its body, its answer.
import { type ApiError, upstreamError } from "../../base/errors.ts";
import type { Config, Timeouts } from "../../config/schema.ts";
import type {
  ProbeResult,
  ProviderAdapter,
  UpstreamCall,
  UpstreamChunk,
  UpstreamCompletion,
} from "../protocol.ts";
import { type AuthStyle, buildHeaders, endpointUrl } from "../shared/endpoint.ts";
import { errorFromPayload, errorFromResponse } from "../shared/errors.ts";
import { parseJson } from "../shared/json.ts";
import { probeModels } from "../shared/probe.ts";
import { fetchUpstream } from "../transport/fetch-upstream.ts";
import { UpstreamGuard } from "../transport/guard.ts";
import { readBody, readErrorBody } from "../transport/read-body.ts";
import { sseBatches } from "../transport/sse.ts";
import type { Quirks } from "./quirks.ts";
import { buildRequest } from "./request.ts";
import { parseCompletion } from "./response.ts";
import { isTerminal, readChunks } from "./stream.ts";

export interface OpenAiAdapterOptions {
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
  timeouts: Timeouts;
  limits: Pick<Config["limits"], "upstreamBodyBytes" | "upstreamEventBytes">;
  /** Null connects directly. */
  proxyUrl: string | null;
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

async function complete(
  options: OpenAiAdapterOptions,
  call: UpstreamCall,
  signal: AbortSignal,
): Promise<UpstreamCompletion> {
  const guard = new UpstreamGuard(signal, options.timeouts.totalMs);
  try {
    const response = await send(options, call, guard, signal, false);
    const text = await readBody(response, guard, {
      maxBytes: options.limits.upstreamBodyBytes,
      betweenChunksMs: options.timeouts.betweenChunksMs,
    });
    return parseCompletion(text, call.upstreamModel, options.quirks);
  } finally {
    guard.close();
  }
}

// The call and its guard live in the generator of batches, so that each chunk passes one generator
// only.
function stream(
  options: OpenAiAdapterOptions,
  call: UpstreamCall,
  signal: AbortSignal,
): AsyncIterable<UpstreamChunk> {
  return readChunks(openBatches(options, call, signal), call.upstreamModel, options.quirks);
}

async function* openBatches(
  options: OpenAiAdapterOptions,
  call: UpstreamCall,
  signal: AbortSignal,
): AsyncGenerator<string[], void, undefined> {
  const guard = new UpstreamGuard(signal, options.timeouts.totalMs);
  try {
    const response = await send(options, call, guard, signal, true);
    if (response.headers.get("content-type")?.includes("application/json")) {
      throw await notStreamed(options, response, guard);
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
  options: OpenAiAdapterOptions,
  call: UpstreamCall,
  guard: UpstreamGuard,
  signal: AbortSignal,
  asStream: boolean,
): Promise<Response> {
  const { quirks, passFields, timeouts } = options;
  const body = buildRequest(call, { quirks, passFields, stream: asStream });
  const response = await fetchUpstream(
    {
      method: "POST",
      url: endpointUrl(options.baseUrl, "chat/completions", call.upstreamModel),
      headers: buildHeaders(options, asStream ? "text/event-stream" : "application/json"),
      body: JSON.stringify(body),
      proxyUrl: options.proxyUrl,
      firstByteMs: timeouts.firstByteMs,
    },
    guard,
  );
  if (response.ok) {
    return response;
  }
  const text = await readErrorBody(response, guard, signal);
  throw errorFromResponse(response.status, response.headers, text);
}

/** A JSON answer to a call for a stream: nearly always an error under status 200. */
async function notStreamed(
  options: OpenAiAdapterOptions,
  response: Response,
  guard: UpstreamGuard,
): Promise<ApiError> {
  const text = await readBody(response, guard, {
    maxBytes: options.limits.upstreamBodyBytes,
    betweenChunksMs: options.timeouts.betweenChunksMs,
  });
  return (
    errorFromPayload(parseJson(text)) ?? upstreamError("The provider did not answer with a stream.")
  );
}
