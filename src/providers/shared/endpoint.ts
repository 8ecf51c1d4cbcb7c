// Where a call goes and with which headers.

/** How the key is sent: as `Authorization: Bearer`, or in Azure's `api-key` header. */
export type AuthStyle = "bearer" | "api-key";

export interface HeaderOptions {
  apiKey: string | null;
  auth: AuthStyle;
  headers: Readonly<Record<string, string>>;
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
export function endpointUrl(baseUrl: string, path: string, model: string): string {
  const url = URL.parse(baseUrl);
  if (url === null) {
    throw new Error(`not a URL: ${baseUrl.slice(0, 200)}`);
  }
  const base = url.pathname.replace(MODEL_PLACE, encodeURIComponent(model)).replace(/\/+$/, "");
  return `${url.origin}${base}/${path}${url.search}`;
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
  if (options.apiKey !== null) {
    const name = options.auth === "api-key" ? "api-key" : "authorization";
    headers[name] = options.auth === "api-key" ? options.apiKey : `Bearer ${options.apiKey}`;
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
