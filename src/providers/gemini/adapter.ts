// The Gemini dialect as a ProviderAdapter: one HTTP call, its body, its answer.
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
import { fetchUpstream } from "../transport/fetch-upstream.ts";
import { UpstreamGuard } from "../transport/guard.ts";
import { readBody, readErrorBody } from "../transport/read-body.ts";
import { sseBatches } from "../transport/sse.ts";
import { developerEndpoint, type GeminiEndpoint } from "./endpoint.ts";
import { errorFromPayload, errorFromResponse } from "./errors.ts";
import { type FetchMedia, fetchMediaOf } from "./fetch-media.ts";
import { probeModels } from "./probe.ts";
import { buildRequest } from "./request.ts";
import { parseCompletion } from "./response.ts";
import { SignatureCache } from "./signatures.ts";
import { isTerminal, readChunks } from "./stream.ts";
import { DEVELOPER_API, type GeminiSurface } from "./surface.ts";

export interface GeminiAdapterOptions {
  /** For messages to the operator; never sent upstream. */
  providerId: string;
  /** As `https://generativelanguage.googleapis.com/v1beta`; its query is kept. */
  baseUrl: string;
  apiKey: string | null;
  /** Sent with every call; they win over the adapter's own. */
  headers: Readonly<Record<string, string>>;
  timeouts: Timeouts;
  limits: Pick<Config["limits"], "upstreamBodyBytes" | "upstreamEventBytes">;
  /** Null connects directly. */
  proxyUrl: string | null;
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

interface Settings extends Pick<GeminiAdapterOptions, "timeouts" | "limits" | "proxyUrl"> {
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

async function complete(
  settings: Settings,
  call: UpstreamCall,
  signal: AbortSignal,
): Promise<UpstreamCompletion> {
  const guard = new UpstreamGuard(signal, settings.timeouts.totalMs);
  try {
    const response = await send(settings, call, guard, signal, false);
    const text = await readWhole(settings, response, guard);
    return parseCompletion(text, call.upstreamModel, settings.signatures);
  } finally {
    guard.close();
  }
}

function stream(
  settings: Settings,
  call: UpstreamCall,
  signal: AbortSignal,
): AsyncIterable<UpstreamChunk> {
  const batches = openBatches(settings, call, signal);
  return readChunks(batches, call.upstreamModel, settings.signatures);
}

async function* openBatches(
  settings: Settings,
  call: UpstreamCall,
  signal: AbortSignal,
): AsyncGenerator<string[], void, undefined> {
  const guard = new UpstreamGuard(signal, settings.timeouts.totalMs);
  try {
    const response = await send(settings, call, guard, signal, true);
    if (response.headers.get("content-type")?.includes("application/json")) {
      throw await notStreamed(settings, response, guard);
    }
    yield* sseBatches(response, guard, {
      isLast: isTerminal,
      maxEventBytes: settings.limits.upstreamEventBytes,
      betweenChunksMs: settings.timeouts.betweenChunksMs,
    });
  } finally {
    guard.close();
  }
}

/** Sends the call and gives the 2xx response, its body unread. */
async function send(
  settings: Settings,
  call: UpstreamCall,
  guard: UpstreamGuard,
  signal: AbortSignal,
  asStream: boolean,
): Promise<Response> {
  const { surface, signatures, timeouts } = settings;
  const media = await fetchMediaOf(call, surface, settings.fetchMedia, guard.signal);
  const body = buildRequest(call, { surface, media, signatures });
  const target = await settings.endpoint(call, asStream, guard.signal);
  const response = await fetchUpstream(
    {
      method: "POST",
      url: target.url,
      headers: target.headers,
      body: JSON.stringify(body),
      proxyUrl: settings.proxyUrl,
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
  settings: Settings,
  response: Response,
  guard: UpstreamGuard,
): Promise<ApiError> {
  const text = await readWhole(settings, response, guard);
  return (
    errorFromPayload(parseJson(text)) ?? upstreamError("The provider did not answer with a stream.")
  );
}

function readWhole(settings: Settings, response: Response, guard: UpstreamGuard): Promise<string> {
  return readBody(response, guard, {
    maxBytes: settings.limits.upstreamBodyBytes,
    betweenChunksMs: settings.timeouts.betweenChunksMs,
  });
}
