// Where a call in Anthropic's dialect goes on Anthropic's own API.
import {
  type CallEndpoint,
  callHeaders,
  endpointUrl,
  type ProviderAccess,
  parsedUrl,
} from "../shared/endpoint.ts";

/**
 * The version of the API that is sent with each call. Pinned to the first one: the next,
 * 2026-10-21, refuses `temperature` and `top_p` on all models.
 */
const ANTHROPIC_VERSION = "2023-06-01";

/** The most models that one page of the list can have. */
const MODELS_PAGE = 1_000;

/**
 * Anthropic's own API: `POST {base}/v1/messages`.
 * @throws Error when the base URL or a header is malformed, the key's value not shown
 */
export function anthropicEndpoint(given: ProviderAccess): CallEndpoint {
  const access = versioned(given);
  const url = endpointUrl(access.baseUrl, "messages", "");
  const headers = callHeaders(access);
  return async ({ upstreamModel }, stream) => ({
    url,
    headers: headers(stream),
    bodyExtras: { model: upstreamModel },
  });
}

/** What the list of models is asked with. */
export function modelsAccess(given: ProviderAccess): ProviderAccess {
  const access = versioned(given);
  const url = new URL(access.baseUrl);
  url.searchParams.set("limit", String(MODELS_PAGE));
  return { ...access, baseUrl: url.href };
}

/** With Anthropic's headers, and `/v1` at the end of the path where it is not there yet. */
function versioned({ baseUrl, apiKey = null, headers }: ProviderAccess): ProviderAccess {
  const url = parsedUrl(baseUrl);
  const path = url.pathname.replace(/\/+$/, "");
  url.pathname = path.endsWith("/v1") ? path : `${path}/v1`;
  return {
    baseUrl: url.href,
    apiKey,
    auth: "x-api-key",
    headers: { "anthropic-version": ANTHROPIC_VERSION, ...headers },
  };
}
