// Amazon Bedrock's Converse API as a ProviderAdapter: one signed call, its body, its answer.
import { type ApiError, upstreamError } from "../../base/errors.ts";
import type {
  ProbeResult,
  ProviderAdapter,
  UpstreamCall,
  UpstreamChunk,
  UpstreamCompletion,
} from "../protocol.ts";
import { asObject, parseJson } from "../shared/json.ts";
import { fetchUpstream } from "../transport/fetch-upstream.ts";
import { UpstreamGuard } from "../transport/guard.ts";
import { readBody, readErrorBody } from "../transport/read-body.ts";
import { operationUrl, runtimeBaseUrl } from "./endpoint.ts";
import { errorFromException, errorFromResponse } from "./errors.ts";
import { eventBatches } from "./event-batches.ts";
import type { BedrockEvent } from "./event-frames.ts";
import { assertSendable, callHeaders } from "./headers.ts";
import type { BedrockAdapterOptions } from "./options.ts";
import { probeRuntime } from "./probe.ts";
import { buildRequest } from "./request.ts";
import { parseConverse } from "./response.ts";
import { isLast, readChunks } from "./stream.ts";

/** An adapter that can also be asked whether Bedrock is there and takes the credentials. */
export interface BedrockAdapter extends ProviderAdapter {
  /** Takes at most 5 s and costs nothing; throws only the signal's reason. */
  probe(signal: AbortSignal): Promise<ProbeResult>;
}

/**
 * Makes the adapter of one region of Bedrock.
 * @throws Error when the region, an address, a header or a credential is malformed, no value shown
 */
export function createBedrockAdapter(options: BedrockAdapterOptions): BedrockAdapter {
  assertSendable(options);
  const regional = runtimeBaseUrl(options.region);
  const baseUrl = options.baseUrl ?? regional;
  if (URL.parse(baseUrl) === null) {
    throw new Error(`not a URL: ${baseUrl.slice(0, 200)}`);
  }
  return {
    complete: (call, signal) => complete(options, baseUrl, call, signal),
    stream: (call, signal) => stream(options, baseUrl, call, signal),
    probe: (signal) => probeRuntime(options, baseUrl, signal),
  };
}

async function complete(
  options: BedrockAdapterOptions,
  baseUrl: string,
  call: UpstreamCall,
  signal: AbortSignal,
): Promise<UpstreamCompletion> {
  const guard = new UpstreamGuard(signal, options.timeouts.totalMs);
  try {
    const { response, answerTool } = await send(options, baseUrl, call, guard, signal, false);
    const text = await readBody(response, guard, {
      maxBytes: options.limits.upstreamBodyBytes,
      betweenChunksMs: options.timeouts.betweenChunksMs,
    });
    return parseConverse(text, call.upstreamModel, answerTool);
  } finally {
    guard.close();
  }
}

function stream(
  options: BedrockAdapterOptions,
  baseUrl: string,
  call: UpstreamCall,
  signal: AbortSignal,
): AsyncIterable<UpstreamChunk> {
  // Known once the request is built, which is before the first batch.
  let tool: string | null = null;
  const batches = openBatches(options, baseUrl, call, signal, (name) => {
    tool = name;
  });
  return readChunks(batches, call.upstreamModel, () => tool);
}

async function* openBatches(
  options: BedrockAdapterOptions,
  baseUrl: string,
  call: UpstreamCall,
  signal: AbortSignal,
  onAnswerTool: (name: string | null) => void,
): AsyncGenerator<BedrockEvent[], void, undefined> {
  const guard = new UpstreamGuard(signal, options.timeouts.totalMs);
  try {
    const { response, answerTool } = await send(options, baseUrl, call, guard, signal, true);
    onAnswerTool(answerTool);
    if (response.headers.get("content-type")?.includes("application/json")) {
      throw await notStreamed(options, response, guard);
    }
    yield* eventBatches(response, guard, {
      isLast,
      maxEventBytes: options.limits.upstreamEventBytes,
      betweenChunksMs: options.timeouts.betweenChunksMs,
    });
  } finally {
    guard.close();
  }
}

/** Sends the call and gives the 2xx response, its body unread. */
async function send(
  options: BedrockAdapterOptions,
  baseUrl: string,
  call: UpstreamCall,
  guard: UpstreamGuard,
  signal: AbortSignal,
  asStream: boolean,
): Promise<{ response: Response; answerTool: string | null }> {
  const { fetchMedia, passFields } = options;
  const built = await buildRequest(call, { fetchMedia, passFields, signal: guard.signal });
  const body = JSON.stringify(built.body);
  const operation = asStream ? "converse-stream" : "converse";
  const url = operationUrl(baseUrl, call.upstreamModel, operation);
  const accept = asStream ? "application/vnd.amazon.eventstream" : "application/json";
  const response = await fetchUpstream(
    {
      method: "POST",
      url,
      headers: await callHeaders(options, { url, accept, body }),
      body,
      proxyUrl: options.proxyUrl,
      firstByteMs: options.timeouts.firstByteMs,
    },
    guard,
  );
  if (response.ok) {
    return { response, answerTool: built.answerTool };
  }
  const text = await readErrorBody(response, guard, signal);
  throw errorFromResponse(response.status, response.headers, text);
}

/** A JSON answer to a call for a stream: an error under status 200. */
async function notStreamed(
  options: BedrockAdapterOptions,
  response: Response,
  guard: UpstreamGuard,
): Promise<ApiError> {
  const text = await readBody(response, guard, {
    maxBytes: options.limits.upstreamBodyBytes,
    betweenChunksMs: options.timeouts.betweenChunksMs,
  });
  const { __type: type } = asObject(parseJson(text));
  return typeof type === "string"
    ? errorFromException(type.replace(/^.*#/, ""), parseJson(text))
    : upstreamError("The provider did not answer with a stream.");
}
