// Where a call to the Gemini Developer API goes.
import {
  type CallEndpoint,
  callHeaders,
  endpointUrl,
  type ProviderAccess,
  parsedUrl,
} from "../shared/endpoint.ts";

/**
 * The Gemini Developer API: the key in `x-goog-api-key`.
 * @throws Error when the base URL or a header is malformed, the key's value not shown
 */
export function developerEndpoint(access: ProviderAccess): CallEndpoint {
  const headers = callHeaders(access);
  // Fails here, at start, rather than in the first request.
  parsedUrl(access.baseUrl);
  return async (call, stream) => ({
    url: generateUrl(access.baseUrl, call.upstreamModel, stream),
    headers: headers(stream),
  });
}

/**
 * The address of a model's method. A name with a folder (`tunedModels/…`) is taken as it is, any
 * other is one of `models/`. Events have to be asked for: without `alt=sse` a stream is one JSON
 * array.
 */
export function generateUrl(baseUrl: string, model: string, stream: boolean): string {
  const steps = model.split("/");
  // A name must not lead out of its folder.
  const hasFolder = steps.length > 1 && !steps.some((step) => /^\.*$/.test(step));
  const path = hasFolder
    ? steps.map(encodeURIComponent).join("/")
    : `models/${encodeURIComponent(model)}`;
  const url = endpointUrl(
    baseUrl,
    `${path}:${stream ? "streamGenerateContent" : "generateContent"}`,
    model,
  );
  return stream ? `${url}${url.includes("?") ? "&" : "?"}alt=sse` : url;
}
