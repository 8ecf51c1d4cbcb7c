// Helpers of the media tests: images, servers, a fetcher that may reach them, a certificate.
import { expect } from "bun:test";
import { ApiError } from "../../../src/base/errors.ts";
import {
  createMediaFetcher,
  type MediaFetcher,
  type MediaFetcherOptions,
} from "../../../src/providers/media/fetcher.ts";
import { rejection } from "../support.ts";

/** The smallest PNG: one pixel. */
export const PNG = new Uint8Array(
  Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYPj/HwADAgH/p9i7dQAAAABJRU5ErkJggg==",
    "base64",
  ),
);

export const never = new AbortController().signal;

/** A fetcher for which every name is this machine, which is allowed, as is any port. */
export function fetcherOf(extra: Partial<MediaFetcherOptions> = {}): MediaFetcher {
  const fetcher = createMediaFetcher({
    fetchImages: true,
    maxBytes: 10_000,
    timeoutMs: 2_000,
    lookup: async () => ["127.0.0.1"],
    isAllowedAddress: (address) => address === "127.0.0.1",
    anyPort: true,
    ...extra,
  });
  if (fetcher === null) {
    throw new Error("expected a fetcher");
  }
  return fetcher;
}

/** The answer to everything that must not, or cannot, be had. */
export const NOT_FETCHED = "The image at this URL could not be fetched. Send it as a data: URL.";

export const png = (init: ResponseInit = {}) =>
  new Response(PNG, { headers: { "content-type": "image/png" }, ...init });

/** A server of this machine, by the name `images.example`. */
export function serve(answer: (request: Request) => Response | Promise<Response>, secure = false) {
  // Bun forgets a request's headers once it is answered, so that they are kept here.
  const requests: { method: string; url: string; headers: Record<string, string> }[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    ...(secure && { tls: TLS }),
    fetch: (request) => {
      const { method, url, headers } = request;
      requests.push({ method, url, headers: Object.fromEntries(headers) });
      return answer(request);
    },
  });
  const scheme = secure ? "https" : "http";
  return {
    requests,
    url: `${scheme}://images.example:${server.port}`,
    [Symbol.dispose]: () => void server.stop(true),
  };
}

/** What a fetch is refused with, which must be a 400. */
export async function refusal(promise: Promise<unknown>): Promise<ApiError> {
  const error = await rejection(promise);
  expect(error).toBeInstanceOf(ApiError);
  const { status, code, param } = error as ApiError;
  expect([status, code, param]).toEqual([400, "invalid_image_url", "messages"]);
  return error as ApiError;
}

/** Self-signed for `images.example`, valid for a hundred years; worth nothing outside of tests. */
export const TLS = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBozCCAUqgAwIBAgIUVY05d13ZO4kRXtlnRxxN+Vgl5NwwCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOaW1hZ2VzLmV4YW1wbGUwIBcNMjYxMTIyMjEwODMzWhgPMjEy
NjEwMjkyMTA4MzNaMBkxFzAVBgNVBAMMDmltYWdlcy5leGFtcGxlMFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAE8MD+KlKzPXzaeKsw4Ee9fW7wYUYlQ9oKSC1yChQB
pq80M33kJdH98mTgPL/UGMDeGW5tFrCg4E3DpKumzpUu66NuMGwwHQYDVR0OBBYE
FK40EJ5mj16e2tI5uTM45M2uexuXMB8GA1UdIwQYMBaAFK40EJ5mj16e2tI5uTM4
5M2uexuXMA8GA1UdEwEB/wQFMAMBAf8wGQYDVR0RBBIwEIIOaW1hZ2VzLmV4YW1w
bGUwCgYIKoZIzj0EAwIDRwAwRAIgSgwIkYTFo/1b2UnOwwf0WwJLmo5Ol72MMUt8
I+AakKUCIDjDXFiA+0qNRUabDL+1uj9Ub5eAgiJ4MW12rvux3yu2
-----END CERTIFICATE-----`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjVxaj0sJNADcsgjD
z1s7lXcqfKk8/N86gzll37U9KRuhRANCAATwwP4qUrM9fNp4qzDgR719bvBhRiVD
2gpILXIKFAGmrzQzfeQl0f3yZOA8v9QYwN4Zbm0WsKDgTcOkq6bOlS7r
-----END PRIVATE KEY-----`,
};
