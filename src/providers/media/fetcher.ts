// Fetches images by their URL for providers that need bytes, without reaching into any inside.
import { ApiError } from "../../base/errors.ts";
import type { Config } from "../../config/schema.ts";
import { unlessAborted } from "../transport/unless-aborted.ts";
import { isPublicAddress } from "./addresses.ts";
import { dial } from "./dial.ts";
import { readImage } from "./read-image.ts";
import { notFetched } from "./refusal.ts";
import { type Lookup, lookupAll, resolveAllowed } from "./resolve.ts";
import { readTarget, type Target } from "./target.ts";

/** How many of a name's addresses are tried, as one may be out of reach from here. */
const MAX_DIALS = 2;

type MediaSettings = Config["media"];

/** The operator's settings, and stand-ins for tests. */
export interface MediaFetcherOptions extends MediaSettings {
  /** In place of the system's resolver. */
  lookup?: Lookup;
  /** In place of {@link isPublicAddress}: tests allow their own servers. */
  isAllowedAddress?: (address: string) => boolean;
  /** Takes any port: tests allow their own servers. */
  anyPort?: boolean;
  /** Certificates to trust instead of the usual ones, in PEM; for tests. */
  ca?: string;
}

export interface FetchedMedia {
  /** By the bytes, whatever the server said. */
  mimeType: string;
  bytes: Uint8Array;
}

/**
 * Fetches one image; `fetchAll` bounds how many are fetched for one request.
 * @throws ApiError 400, code `invalid_image_url`, param `messages`; the signal's reason on its
 * abort
 */
export type MediaFetcher = (url: string, signal: AbortSignal) => Promise<FetchedMedia>;

/**
 * Makes the fetcher, or null where the operator switched it off. It takes http and https on their
 * default ports, dials only addresses that are out on the public internet, and gives PNG, JPEG,
 * GIF, WebP and HEIC or HEIF. Redirects are never followed; a caller can give the address that they
 * lead to.
 */
export function createMediaFetcher(options: MediaFetcherOptions): MediaFetcher | null {
  if (!options.fetchImages) {
    return null;
  }
  return async (url, signal) => {
    signal.throwIfAborted();
    const target = readTarget(url, options.anyPort);
    const deadline = new AbortController();
    const timer = setTimeout(
      () => deadline.abort(notFetched(new Error("it took too long"))),
      options.timeoutMs,
    );
    const either = AbortSignal.any([signal, deadline.signal]);
    try {
      return await fetchTarget(target, options, either);
    } catch (error) {
      // Whatever broke, the reason for it comes first.
      either.throwIfAborted();
      throw error instanceof ApiError ? error : notFetched(error);
    } finally {
      clearTimeout(timer);
      // Ends what is still open: a refused body, a lookup's late dial.
      deadline.abort();
    }
  };
}

async function fetchTarget(
  target: Target,
  options: MediaFetcherOptions,
  signal: AbortSignal,
): Promise<FetchedMedia> {
  const isAllowed = options.isAllowedAddress ?? ((address: string) => isPublicAddress(address));
  const lookup = options.lookup ?? lookupAll;
  // A lookup cannot be called off, only left behind.
  const addresses = await unlessAborted(resolveAllowed(target.host, lookup, isAllowed), signal);
  let failure: unknown;
  for (const address of addresses.slice(0, MAX_DIALS)) {
    try {
      const response = await dial(target, address, { signal, ca: options.ca });
      return await readImage(response, options.maxBytes);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ApiError) {
        throw error;
      }
      failure = error;
    }
  }
  throw notFetched(failure);
}
