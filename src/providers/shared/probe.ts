// Asks a provider whether it is there and takes the key, by the cheapest call that tells.
import { ApiError } from "../../base/errors.ts";
import type { ProbeResult } from "../protocol.ts";
import { fetchUpstream } from "../transport/fetch-upstream.ts";
import { UpstreamGuard } from "../transport/guard.ts";
import { readBody, readErrorBody } from "../transport/read-body.ts";
import { buildHeaders, endpointUrl, type ProviderAccess } from "./endpoint.ts";
import { COMMON_ERRORS, type ErrorReader } from "./errors.ts";
import { asObject, parseJson } from "./json.ts";

/** A probe is made while an operator waits, in milliseconds. */
const PROBE_MS = 5_000;

/** The most that is read of an answer: the longest list of models known is OpenRouter's, of about 1 MiB. */
const PROBE_BYTES = 16 * 1_048_576;

/** What a probe asks, and how its answer reads in the dialect. */
export interface Probe {
  url: string;
  /** Complete, names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** JSON text to POST; a GET without it. */
  body?: string;
  errors: Pick<ErrorReader, "fromResponse">;
  /** One line of a good answer's text, for the operator. */
  describe(text: string): string;
  /** Whether a refusal came after the provider had taken the key. */
  isAccepted?(refusal: ApiError): boolean;
}

/** `GET {base}/models` with the key: OpenAI and those like it list them in `data`, Gemini in `models`. */
export function modelsProbe(
  access: ProviderAccess,
  errors: Probe["errors"] = COMMON_ERRORS,
): Probe {
  return {
    url: endpointUrl(access.baseUrl, "models", ""),
    headers: buildHeaders(access, "application/json"),
    errors,
    describe(text) {
      const { data, models = data, nextPageToken } = asObject(parseJson(text));
      // A list in pages goes on elsewhere.
      const least = typeof nextPageToken === "string" ? "at least " : "";
      return Array.isArray(models)
        ? `answers and lists ${least}${models.length} models`
        : "answers";
    },
  };
}

/**
 * Makes the one call, directly or through a proxy. Every failure is a result; only the signal's
 * abort throws, with its reason.
 */
export async function runProbe(
  make: () => Probe | Promise<Probe>,
  proxyUrl: string | null,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const guard = new UpstreamGuard(signal, PROBE_MS);
  try {
    const probe = await make();
    const { url, headers, body = null } = probe;
    const method = body === null ? ("GET" as const) : ("POST" as const);
    const request = { method, url, headers, body, proxyUrl, firstByteMs: PROBE_MS };
    const response = await fetchUpstream(request, guard);
    if (!response.ok) return explain(probe, response, await readErrorBody(response, guard, signal));
    const limits = { maxBytes: PROBE_BYTES, betweenChunksMs: PROBE_MS };
    return { ok: true, detail: probe.describe(await readBody(response, guard, limits)) };
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, detail: error instanceof ApiError ? error.message : "the probe failed" };
  } finally {
    guard.close();
  }
}

/** For the operator, who may read what the provider said of the key; redacted all the same. */
function explain(probe: Probe, response: Response, text: string): ProbeResult {
  const error = probe.errors.fromResponse(response.status, response.headers, text);
  if (probe.isAccepted?.(error) === true) {
    return { ok: true, detail: "answers and takes the credentials" };
  }
  const said = error.cause instanceof Error ? error.cause.message : error.message;
  return { ok: false, detail: `HTTP ${response.status}: ${said}` };
}
