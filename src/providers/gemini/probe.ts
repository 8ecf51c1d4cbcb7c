// Asks the Gemini Developer API for its list of models: the cheapest call that needs the key.
import { ApiError } from "../../base/errors.ts";
import type { ProbeResult } from "../protocol.ts";
import { endpointUrl } from "../shared/endpoint.ts";
import { asObject, parseJson } from "../shared/json.ts";
import { fetchUpstream } from "../transport/fetch-upstream.ts";
import { UpstreamGuard } from "../transport/guard.ts";
import { readBody, readErrorBody } from "../transport/read-body.ts";
import { type DeveloperEndpointOptions, developerHeaders } from "./endpoint.ts";
import { errorFromResponse } from "./errors.ts";

/** A probe is made while an operator waits, in milliseconds. */
const PROBE_MS = 5_000;

/** A page of models is some 50 kB. */
const PROBE_BYTES = 1_048_576;

/**
 * `GET {base}/models`. Every failure is a result; only the signal's abort throws, with its reason.
 */
export async function probeModels(
  options: DeveloperEndpointOptions & { proxyUrl: string | null },
  signal: AbortSignal,
): Promise<ProbeResult> {
  const guard = new UpstreamGuard(signal, PROBE_MS);
  try {
    const response = await fetchUpstream(
      {
        method: "GET",
        url: endpointUrl(options.baseUrl, "models", ""),
        headers: developerHeaders(options, "application/json"),
        body: null,
        proxyUrl: options.proxyUrl,
        firstByteMs: PROBE_MS,
      },
      guard,
    );
    if (!response.ok) {
      const text = await readErrorBody(response, guard, signal);
      return { ok: false, detail: explain(response, text) };
    }
    const limits = { maxBytes: PROBE_BYTES, betweenChunksMs: PROBE_MS };
    return { ok: true, detail: describe(await readBody(response, guard, limits)) };
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, detail: error instanceof ApiError ? error.message : "the probe failed" };
  } finally {
    guard.close();
  }
}

/** The list comes in pages, so that a number is the least there is. */
function describe(text: string): string {
  const { models, nextPageToken } = asObject(parseJson(text));
  const more = typeof nextPageToken === "string" ? "at least " : "";
  return Array.isArray(models) ? `answers and lists ${more}${models.length} models` : "answers";
}

/** For the operator, who may read what the provider said of the key; redacted all the same. */
function explain(response: Response, text: string): string {
  const error = errorFromResponse(response.status, response.headers, text);
  const said = error.cause instanceof Error ? error.cause.message : error.message;
  return `HTTP ${response.status}: ${said}`;
}
