// Asks a provider for its list of models: the cheapest call that needs the key.
import { ApiError } from "../../base/errors.ts";
import type { ProbeResult } from "../protocol.ts";
import { fetchUpstream } from "../transport/fetch-upstream.ts";
import { UpstreamGuard } from "../transport/guard.ts";
import { readBody, readErrorBody } from "../transport/read-body.ts";
import { buildHeaders, endpointUrl, type HeaderOptions } from "./endpoint.ts";
import { COMMON_ERRORS } from "./errors.ts";
import { asObject, parseJson } from "./json.ts";

/** A probe is made while an operator waits, in milliseconds. */
const PROBE_MS = 5_000;

/** What a probe asks, and how its answer reads in the dialect. */
export interface Probe {
  url: string;
  /** Complete, names in lower case. */
  headers: Readonly<Record<string, string>>;
  proxyUrl: string | null;
  /** The most that is read of the answer. */
  maxBytes: number;
  errorFromResponse(status: number, headers: Headers, text: string): ApiError;
  /** One line of a good answer's text, for the operator. */
  describe(text: string): string;
}

/** The longest list of models known is OpenRouter's, at about 1 MiB. */
const PROBE_BYTES = 16 * 1_048_576;

export interface ProbeOptions extends HeaderOptions {
  baseUrl: string;
  proxyUrl: string | null;
}

/** `GET {base}/models` with the key, as OpenAI and those like it have it. */
export async function probeModels(
  options: ProbeOptions,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const probe = {
    url: endpointUrl(options.baseUrl, "models", ""),
    headers: buildHeaders(options, "application/json"),
    proxyUrl: options.proxyUrl,
    maxBytes: PROBE_BYTES,
    errorFromResponse: COMMON_ERRORS.fromResponse,
    describe,
  };
  return runProbe(probe, signal);
}

/** Makes one GET. Every failure is a result; only the signal's abort throws, with its reason. */
export async function runProbe(probe: Probe, signal: AbortSignal): Promise<ProbeResult> {
  const guard = new UpstreamGuard(signal, PROBE_MS);
  try {
    const { url, headers, proxyUrl, maxBytes } = probe;
    const request = { url, headers, proxyUrl, body: null, firstByteMs: PROBE_MS };
    const response = await fetchUpstream({ ...request, method: "GET" }, guard);
    if (!response.ok) {
      const text = await readErrorBody(response, guard, signal);
      return { ok: false, detail: explain(probe, response, text) };
    }
    const limits = { maxBytes, betweenChunksMs: PROBE_MS };
    return { ok: true, detail: probe.describe(await readBody(response, guard, limits)) };
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, detail: error instanceof ApiError ? error.message : "the probe failed" };
  } finally {
    guard.close();
  }
}

function describe(text: string): string {
  const models = asObject(parseJson(text)).data;
  return Array.isArray(models) ? `answers and lists ${models.length} models` : "answers";
}

/** For the operator, who may read what the provider said of the key; redacted all the same. */
function explain(probe: Probe, response: Response, text: string): string {
  const error = probe.errorFromResponse(response.status, response.headers, text);
  const said = error.cause instanceof Error ? error.cause.message : error.message;
  return `HTTP ${response.status}: ${said}`;
}
