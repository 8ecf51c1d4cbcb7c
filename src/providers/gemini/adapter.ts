// The Gemini dialect as a ProviderAdapter: one HTTP call, its body, its answer.
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
import { developerEndpoint, type GeminiEndpoint } from "./endpoint.ts";
import { errorFromPayload, errorFromResponse } from "./errors.ts";
import { type FetchMedia, fetchMediaOf } from "./fetch-media.ts";
import { probeModels } from "./probe.ts";
import { buildRequest } from "./request.ts";
import { parseCompletion } from "./response.ts";
import { SignatureCache } from "./signatures.ts";
import { isTerminal, readChunks } from "./stream.ts";
import { DEVELOPER_API, type GeminiSurface } from "./surface.ts";

export interface GeminiAdapterOptions extends CallTransport {
  /** For messages to the operator; never sent upstream. */
  providerId: string;
  /** As `https://generativelanguage.googleapis.com/v1beta`; its query is kept. */
  baseUrl: string;
  apiKey: string | null;
  /** Sent with every call; they win over the adapter's own. */
  headers: Readonly<Record<string, string>>;
  /** Gets images and files by their URLs; without it such a request is refused. */
  fetchMedia?: FetchMedia | null;
  /** Another place that serves Gemini, as Vertex AI; the Developer API without it. */
  endpoint?: GeminiEndpoint;
  /** What that place does differently; the Developer API's without it. */
  surface?: GeminiSurface;
  /** Asks that place whether it is there; the Developer API's list of models without it. */
  probe?: (signal: AbortSignal) => Promise<ProbeResult>;
  /** The memory for thought signatures; one of its own without it. */
  signatures?: SignatureCache;
}

/** An adapter that can also be asked whether the provider is there and takes the key. */
export interface GeminiAdapter extends ProviderAdapter {
  /** Takes at most 5 s; throws only the signal's reason. */
  probe(signal: AbortSignal): Promise<ProbeResult>;
}

interface Settings extends CallTransport {
  fetchMedia: FetchMedia | null;
  endpoint: GeminiEndpoint;
  surface: GeminiSurface;
  signatures: SignatureCache;
}

/**
 * Makes the adapter of one provider that speaks Gemini's generateContent.
 * @throws Error when the base URL or a header is malformed, the key's value not shown
 */
export function createGeminiAdapter(options: GeminiAdapterOptions): GeminiAdapter {
  const settings: Settings = {
    timeouts: options.timeouts,
    limits: options.limits,
    proxyUrl: options.proxyUrl,
    fetchMedia: options.fetchMedia ?? null,
    endpoint: options.endpoint ?? developerEndpoint(options),
    surface: options.surface ?? DEVELOPER_API,
    signatures: options.signatures ?? new SignatureCache(),
  };
  return {
    complete: (call, signal) => complete(settings, call, signal),
    stream: (call, signal) => stream(settings, call, signal),
    probe: options.probe ?? ((signal) => probeModels(options, signal)),
  };
}

const DIALECT: HttpDialect = { errorFromResponse, errorFromPayload, isTerminal };

async function complete(
  settings: Settings,
  call: UpstreamCall,
  signal: AbortSignal,
): Promise<UpstreamCompletion> {
  const text = await callWhole(DIALECT, settings, outgoing(settings, call, false), signal);
  return parseCompletion(text, call.upstreamModel, settings.signatures);
}

function stream(
  settings: Settings,
  call: UpstreamCall,
  signal: AbortSignal,
): AsyncIterable<UpstreamChunk> {
  const batches = callBatches(DIALECT, settings, outgoing(settings, call, true), signal);
  return readChunks(batches, call.upstreamModel, settings.signatures);
}

/** Images by URL are fetched, and the endpoint may sign in, before anything is sent. */
function outgoing(settings: Settings, call: UpstreamCall, asStream: boolean): Prepare {
  const { surface, signatures, fetchMedia, endpoint } = settings;
  return async (signal) => {
    const media = await fetchMediaOf(call, fetchMedia, signal);
    const body = buildRequest(call, { surface, media, signatures });
    const { url, headers } = await endpoint(call, asStream, signal);
    return { url, headers, body };
  };
}
