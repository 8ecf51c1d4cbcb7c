// An image's URL, taken apart and checked before anything is looked up.
import { isIP } from "node:net";
import { refused } from "./refusal.ts";

/** Signed links of object stores have up to about 2,000 characters. */
const MAX_URL_CHARS = 8_192;

export interface Target {
  protocol: "http:" | "https:";
  /** A name to look up, or an IP address without brackets. */
  host: string;
  /** Whether the host is an address already. */
  isAddress: boolean;
  /** Empty for the scheme's own, as the URL parser gives it. */
  port: string;
  /** The value of the Host header. */
  hostHeader: string;
  /** Path and query. */
  path: string;
}

/**
 * Reads the URL. Plain http is taken as well as https: no secret is sent, and what comes back is
 * no more trusted than what the caller could have put into a data: URL.
 * @throws ApiError 400 for another scheme, credentials, a port that is not allowed, and for an IP
 * address in any but its usual notation (octal, hexadecimal, one number, mapped)
 * @param anyPort takes other ports than the scheme's own, which on a public host are somebody's
 * other services
 */
export function readTarget(url: string, anyPort = false): Target {
  const parsed = url.length > MAX_URL_CHARS ? null : URL.parse(url);
  if (parsed === null || parsed.hostname === "") {
    throw refused("The image URL is not a valid URL, or too long.");
  }
  const { protocol } = parsed;
  if (protocol !== "http:" && protocol !== "https:") {
    throw refused("The image URL must begin with https:, http: or data:.");
  }
  if (parsed.username !== "" || parsed.password !== "") {
    throw refused("The image URL must not hold a user name or password.");
  }
  const host = parsed.hostname.replace(/^\[|\]$/g, "");
  const isAddress = isIP(host) !== 0;
  // The parser has made any notation the usual one; what was written must have been that already.
  if (isAddress && writtenHost(url) !== parsed.hostname) {
    throw refused("The image URL's IP address is not in its usual notation.");
  }
  if (parsed.port !== "" && !anyPort) {
    throw refused("The image URL must use the default port of its scheme.");
  }
  const path = `${parsed.pathname}${parsed.search}`;
  return { protocol, host, isAddress, port: parsed.port, hostHeader: parsed.host, path };
}

/** The host as it stands in the URL's text, brackets included. */
function writtenHost(url: string): string {
  const match = /^\s*https?:\/\/(\[[^\]]*\]|[^/?#:]*)/i.exec(url);
  return (match?.[1] ?? "").toLowerCase();
}
