// A request's target and its Host header, each by itself: a host must not decide whether a path can be read.
import { isIPv6 } from "node:net";
import { invalidRequest } from "../base/errors.ts";

/** Stands in for a host, which no route looks at. */
const ANY_ORIGIN = "http://localhost";

/**
 * Makes `request.url` a URL that can be parsed and routed, with slashes that follow each other as one. Bun gives it
 * as a path alone for a host that it refuses or does not find, and unparsed for one that is no host of a URL (`a.1`,
 * which is a fine name in a container network).
 */
export function readableTarget(request: Request): void {
  const { url } = request;
  const start = pathStart(url);
  if (start > 0 && !hasDoubleSlash(url, start) && URL.canParse(url)) return;
  const target = start < 0 ? "/" : url.slice(start).replace(/^[^?#]*/, withoutDoubleSlashes);
  // The request itself goes on: a copy would have another signal, and no connection behind it.
  Object.defineProperty(request, "url", { value: new URL(target, ANY_ORIGIN).href });
}

/** The path of a target, escapes and all. */
export function pathOf({ url }: Request): string {
  const path = url.slice(Math.max(0, pathStart(url)));
  const end = path.search(/[?#]/);
  return end < 0 ? path : path.slice(0, end);
}

/** Below 0 where it has none. */
function pathStart(url: string): number {
  return url.startsWith("/") ? 0 : url.indexOf("/", url.indexOf("://") + 3);
}

function hasDoubleSlash(url: string, start: number): boolean {
  const at = url.indexOf("//", start);
  if (at < 0) return false;
  const query = url.indexOf("?", start);
  return query < 0 || at < query;
}

const withoutDoubleSlashes = (path: string): string => path.replace(/[\\/]{2,}/g, "/");

/** A host's name in a URL (RFC 3986): letters, digits, marks and escapes. */
const HOST_NAME = /^(?:[\w.~!$&'()*+,;=-]|%[\da-f]{2})*$/i;
const MAX_PORT = 65_535;

/** The last that was good: a server is known by few names, and a client says the same one each time. */
let lastGoodHost = "";

/**
 * Refuses a Host header that names no host, as HTTP demands. None at all (HTTP/1.0) and an empty one pass.
 * @throws ApiError 400
 */
export function assertHost(host: string | null): void {
  if (host === null || host === lastGoodHost) return;
  const [, bracketed, name, port] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d*))?$/.exec(host) ?? [];
  const isNamed =
    bracketed === undefined ? name !== undefined && HOST_NAME.test(name) : isIPv6(bracketed);
  // An address with a zone is for one machine's own use.
  if (isNamed && !bracketed?.includes("%") && Number(port ?? 0) <= MAX_PORT) {
    lastGoodHost = host;
    return;
  }
  throw invalidRequest("The Host header is not a valid host.", "Host", "invalid_host");
}
