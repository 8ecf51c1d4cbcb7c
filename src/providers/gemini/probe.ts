// Asks the Gemini Developer API for its list of models: the cheapest call that needs the key.
import type { ProbeResult } from "../protocol.ts";
import { endpointUrl } from "../shared/endpoint.ts";
import { asObject, parseJson } from "../shared/json.ts";
import { runProbe } from "../shared/probe.ts";
import { type DeveloperEndpointOptions, developerHeaders } from "./endpoint.ts";
import { ERRORS } from "./errors.ts";

/** A page of models is some 50 kB. */
const PROBE_BYTES = 1_048_576;

/**
 * `GET {base}/models`. Every failure is a result; only the signal's abort throws, with its reason.
 */
export async function probeModels(
  options: DeveloperEndpointOptions & { proxyUrl: string | null },
  signal: AbortSignal,
): Promise<ProbeResult> {
  const probe = {
    url: endpointUrl(options.baseUrl, "models", ""),
    headers: developerHeaders(options, "application/json"),
    proxyUrl: options.proxyUrl,
    maxBytes: PROBE_BYTES,
    errorFromResponse: ERRORS.fromResponse,
    describe,
  };
  return runProbe(probe, signal);
}

/** The list comes in pages, so that a number is the least there is. */
function describe(text: string): string {
  const { models, nextPageToken } = asObject(parseJson(text));
  const more = typeof nextPageToken === "string" ? "at least " : "";
  return Array.isArray(models) ? `answers and lists ${more}${models.length} models` : "answers";
}
