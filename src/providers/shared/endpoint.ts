// Where a call goes and with which headers.
import type { UpstreamCall } from "../protocol.ts";
import { SSE } from "../transport/sse.ts";
import type { JsonObject } from "./json.ts";

/** Where one call goes. */
export interface CallTarget {
  url: string;
  /** Complete, names in lower case. */
  headers: Record<string, string>;
  /** Goes first into the body: `model` on Anthropic's API, `anthropic_version` on others. */
  bodyExtras?: JsonObject;
}

/**
 * Says where one call goes, which may take a call of its own (for a token, say).
 * @param stream the answer is wanted as a stream of events
 * @throws ApiError when that fails; the signal's reason on its abort
 */
export type CallEndpoint = (
  call: UpstreamCall,
  stream: boolean,
  signal: AbortSignal,
) => Promise<CallTarget>;

/** How the key is sent: as `Authorization: Bearer`, or as it is in a header of this name. */
export type AuthStyle = "bearer" | "api-key" | "x-api-key" | "x-goog-api-key";

export interface HeaderOptions {
  /** Null, as without it, for a server that needs none. */
  apiKey?: string | null;
  /** `bearer` without it. */
  auth?: AuthStyle;
  /** Sent with every call; they win over the dialect's own. */
  headers: Readonly<Record<string, string>>;
}

/** The address of a provider and what it is called with. */
export interface ProviderAccess extends HeaderOptions {
  /** The address that a path is added to; its query is kept. */
  baseUrl: string;
}

/**
 * A place for the model in a base URL, as a URL parser leaves it, for addresses with a deployment
 * in their path.
 */
const MODEL_PLACE = /\{model\}|%7Bmodel%7D/gi;

/**
 * Adds a path to a base URL and keeps its query (Azure's `?api-version=`).
 * @param path without a leading slash, as `chat/completions`
 * @param model put in place of `{model}` in the base URL
 * @throws Error when the base URL is not a URL
 */
export const endpointUrl = (baseUrl: string, path: string, model: string): string =>
  endpointUrls(baseUrl, path)(model);

/** The same for many models; where the base URL has no place for one, it is made once. */
export function endpointUrls(baseUrl: string, path: string): (model: string) => string {
  const { origin, pathname, search } = parsedUrl(baseUrl);
  const urlOf = (base: string) => `${origin}${base.replace(/\/+$/, "")}/${path}${search}`;
  if (pathname.search(MODEL_PLACE) >= 0) {
    return (model) => urlOf(pathname.replace(MODEL_PLACE, encodeURIComponent(model)));
  }
  const url = urlOf(pathname);
  return () => url;
}

/** @throws Error when the text is not a URL */
export function parsedUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null) {
    throw new Error(`not a URL: ${text.slice(0, 200)}`);
  }
  return url;
}

/**
 * The headers of calls for a whole answer and for a stream. Both are made at once, so that a
 * malformed one fails at start rather than in the first request.
 * @throws Error as {@link buildHeaders}
 */
export function callHeaders(options: HeaderOptions): (stream: boolean) => Record<string, string> {
  const forAnswer = buildHeaders(options, "application/json");
  const forStream = buildHeaders(options, SSE.accept);
  return (stream) => (stream ? forStream : forAnswer);
}

/**
 * The complete headers of a call, names in lower case. The configured ones win, so that an operator
 * can satisfy a gateway in between.
 * @throws Error when one is not a valid header; the message holds names only, as values may be
 * secret
 */
export function buildHeaders(options: HeaderOptions, accept: string): Record<string, string> {
  const headers: Record<string, string> = {
    accept,
    // Answers are small and streams must not be held back by a compressor.
    "accept-encoding": "identity",
    "content-type": "application/json",
    "user-agent": "aacflow",
  };
  const { apiKey = null, auth = "bearer" } = options;
  if (apiKey !== null) {
    const isBearer = auth === "bearer";
    headers[isBearer ? "authorization" : auth] = isBearer ? `Bearer ${apiKey}` : apiKey;
  }
  for (const [name, value] of Object.entries(options.headers)) {
    headers[name.toLowerCase()] = value;
  }
  assertSendable(headers);
  return headers;
}

const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
/** What a header's value may be made of. */
export const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

function assertSendable(headers: Record<string, string>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!HEADER_NAME.test(name) || !HEADER_VALUE.test(value)) {
      throw new Error(`the header "${name.slice(0, 60)}" cannot be sent: check its characters`);
    }
  }
}
