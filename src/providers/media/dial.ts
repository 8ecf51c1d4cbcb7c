// One GET of an image, sent to an address that was checked and to no other.
import type { Target } from "./target.ts";

/** Options of Bun's `fetch` that its types lack. */
interface FetchOptions extends BunFetchRequestInit {
  decompress: false;
  timeout: false;
}

export interface DialOptions {
  signal: AbortSignal;
  /** Certificates to trust instead of the usual ones, in PEM; for tests. */
  ca: string | undefined;
}

/**
 * Dials the address itself, with the host's name in the Host header and, for TLS, in the handshake
 * and the check of the certificate: nothing is looked up again, so that a name which changes its
 * address between the check and the call gains nothing by it.
 * @returns the response, its body unread and not decompressed
 */
export function dial(target: Target, address: string, options: DialOptions): Promise<Response> {
  const host = address.includes(":") ? `[${address}]` : address;
  const request: FetchOptions = {
    method: "GET",
    headers: {
      accept: "image/*",
      // A compressed image could unfold to any size.
      "accept-encoding": "identity",
      host: target.hostHeader,
      "user-agent": "aacflow",
    },
    signal: options.signal,
    decompress: false,
    // The signal holds the deadline.
    timeout: false,
    redirect: "manual",
    proxy: false,
    // A pooled connection to the same address could have been checked for another name.
    keepalive: false,
    ...(target.protocol === "https:" && {
      tls: {
        rejectUnauthorized: true,
        // An address has no name to send; the certificate is then checked against the address.
        ...(!target.isAddress && { serverName: target.host.replace(/\.$/, "") }),
        ...(options.ca !== undefined && { ca: options.ca }),
      },
    }),
  };
  const port = target.port === "" ? "" : `:${target.port}`;
  return fetch(`${target.protocol}//${host}${port}${target.path}`, request);
}
