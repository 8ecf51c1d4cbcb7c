// Where calls to Vertex AI go: Gemini's and Claude's models, each in its own dialect.
import { type CallEndpoint, callHeaders, parsedUrl } from "../shared/endpoint.ts";
import type { GoogleTokens } from "./tokens.ts";

const PROJECT = /^[a-z0-9][a-z0-9.:-]{0,62}$/;
const LOCATION = /^[a-z]+(?:-[a-z]+\d+)?$/;

/** Locations that span several regions have an address of another form. */
const MULTI_REGIONS: ReadonlySet<string> = new Set(["us", "eu"]);

export interface VertexOptions {
  project: string;
  /** As `europe-west4`, or `global`. */
  location: string;
  tokens: GoogleTokens;
  /** In place of Google's address for the location: a private endpoint, as `https://host`. */
  baseUrl: string | null;
  /** Sent with every call; they win over the endpoint's own. */
  headers: Readonly<Record<string, string>>;
}

/** How the models of each are asked for a whole answer and for a stream, and what goes into the body. */
const PUBLISHERS = {
  // Without `alt=sse` a stream is one JSON array.
  google: { whole: "generateContent", stream: "streamGenerateContent?alt=sse" },
  // The model stands in the URL alone, and this in its place.
  anthropic: {
    whole: "rawPredict",
    stream: "streamRawPredict",
    bodyExtras: { anthropic_version: "vertex-2023-10-16" },
  },
} as const;

/**
 * Google's own models, in Gemini's dialect, or Anthropic's, in Anthropic's. What it gives throws
 * ApiError only, and stops with the signal.
 * @throws Error when the project, location, address or a header is malformed
 */
export function vertexEndpoint(
  options: VertexOptions,
  publisher: keyof typeof PUBLISHERS,
): CallEndpoint {
  const models = publisherUrl(options, publisher);
  const { tokens, headers } = options;
  const { whole, stream, ...extras } = PUBLISHERS[publisher];
  return async ({ upstreamModel }, isStream, signal) => ({
    url: `${models}/${encodeModel(upstreamModel)}:${isStream ? stream : whole}`,
    headers: callHeaders({ apiKey: await tokens.token(signal), headers })(isStream),
    ...extras,
  });
}

function publisherUrl(options: VertexOptions, publisher: string): string {
  const { project, location, baseUrl } = options;
  // Both become part of an address.
  if (!PROJECT.test(project)) {
    throw new Error(`not a Google Cloud project: ${project.slice(0, 70)}`);
  }
  if (!LOCATION.test(location)) {
    throw new Error(`not a Google Cloud location: ${location.slice(0, 40)}`);
  }
  const origin = baseUrl ?? locationUrl(location);
  // Both fail here, at start, rather than in the first request.
  parsedUrl(origin);
  callHeaders(options);
  const base = origin.replace(/\/+$/, "");
  return `${base}/v1/projects/${project}/locations/${location}/publishers/${publisher}/models`;
}

function locationUrl(location: string): string {
  if (location === "global") {
    return "https://aiplatform.googleapis.com";
  }
  return MULTI_REGIONS.has(location)
    ? `https://aiplatform.${location}.rep.googleapis.com`
    : `https://${location}-aiplatform.googleapis.com`;
}

/** A version follows an `@`, which Google's own clients leave as it is. */
function encodeModel(model: string): string {
  return encodeURIComponent(model).replaceAll("%40", "@");
}
