// OpenAI's Responses API as a ProviderAdapter: chat requests that chat completions would refuse.
import { type ApiError, upstreamError } from "../../base/errors.ts";
import type { OpenAiAdapterOptions } from "../openai/adapter.ts";
import type {
  ProviderAdapter,
  UpstreamCall,
  UpstreamChunk,
  UpstreamCompletion,
} from "../protocol.ts";
import { buildHeaders, endpointUrl } from "../shared/endpoint.ts";
import { errorFromResponse } from "../shared/errors.ts";
import { parseJson } from "../shared/json.ts";
import { fetchUpstream } from "../transport/fetch-upstream.ts";
import { UpstreamGuard } from "../transport/guard.ts";
import { readBody, readErrorBody } from "../transport/read-body.ts";
import { sseBatches } from "../transport/sse.ts";
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

async function complete(
  options: OpenAiAdapterOptions,
  call: UpstreamCall,
  signal: AbortSignal,
): Promise<UpstreamCompletion> {
  const guard = new UpstreamGuard(signal, options.timeouts.totalMs);
  try {
    const response = await send(options, call, guard, signal, false);
    return parseResponse(await readWhole(options, response, guard), call.upstreamModel);
  } finally {
    guard.close();
  }
}

function stream(
  options: OpenAiAdapterOptions,
  call: UpstreamCall,
  signal: AbortSignal,
): AsyncIterable<UpstreamChunk> {
  return readEvents(openBatches(options, call, signal), call.upstreamModel);
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
  const body = buildResponsesRequest(call, { quirks, passFields, stream: asStream });
  const response = await fetchUpstream(
    {
      method: "POST",
      url: endpointUrl(options.baseUrl, "responses", call.upstreamModel),
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
  const text = await readWhole(options, response, guard);
  return failureOf(parseJson(text)) ?? upstreamError("The provider did not answer with a stream.");
}

function readWhole(
  options: OpenAiAdapterOptions,
  response: Response,
  guard: UpstreamGuard,
): Promise<string> {
  return readBody(response, guard, {
    maxBytes: options.limits.upstreamBodyBytes,
    betweenChunksMs: options.timeouts.betweenChunksMs,
  });
}
