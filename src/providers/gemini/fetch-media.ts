// Gets the media that a request names by URLs which Gemini does not read by itself.
import { ApiError, invalidRequest } from "../../base/errors.ts";
import type { UpstreamCall } from "../protocol.ts";
import {
  type FetchedMedia,
  isMimeType,
  type MediaReference,
  mediaReference,
  mediaRoute,
  notFetched,
} from "./media.ts";
import type { InlineData } from "./wire.ts";

/**
 * Gets one URL's content. Whoever provides it answers for what may be fetched, how large it may be
 * and how long it may take; it throws ApiError for what it refuses.
 */
export type FetchMedia = (
  url: string,
  signal: AbortSignal,
) => Promise<{ mimeType: string; bytes: Uint8Array }>;

/** URLs that are fetched for one request, at the same time. */
export const MAX_FETCHED_MEDIA = 16;

/** All fetched media of a request, in bytes: what Gemini takes within one request. */
export const MAX_FETCHED_BYTES = 100 * 1_048_576;

const NOTHING: FetchedMedia = new Map();

/**
 * Fetches each URL once, whose content must stand within the request.
 * @throws ApiError 400 that names the part, when it cannot be fetched; the signal's reason on abort
 */
export async function fetchMediaOf(
  call: UpstreamCall,
  fetchMedia: FetchMedia | null,
  signal: AbortSignal,
): Promise<FetchedMedia> {
  const wanted = referencesToFetch(call);
  const [first] = wanted.values();
  if (first === undefined) {
    return NOTHING;
  }
  if (fetchMedia === null) {
    throw notFetched(first.param);
  }
  if (wanted.size > MAX_FETCHED_MEDIA) {
    const last = [...wanted.values()].at(-1) ?? first;
    throw invalidRequest(`At most ${MAX_FETCHED_MEDIA} URLs are fetched.`, last.param);
  }
  let totalBytes = 0;
  const fetchOne = async (reference: MediaReference): Promise<[string, InlineData]> => {
    const { mimeType, bytes } = await fetchMedia(reference.url, signal);
    totalBytes += bytes.byteLength;
    if (totalBytes > MAX_FETCHED_BYTES) {
      throw invalidRequest("The media of the request are too large together.", reference.param);
    }
    const type = mimeType.split(";")[0]?.trim() ?? "";
    if (!isMimeType(type)) {
      throw invalidRequest(
        `'${reference.param}' leads to content of no known type.`,
        reference.param,
      );
    }
    return [reference.url, { mimeType: type, data: Buffer.from(bytes).toString("base64") }];
  };
  return new Map(
    await Promise.all(
      [...wanted.values()].map((reference) =>
        fetchOne(reference).catch((error: unknown) => {
          throw fetchFailure(error, reference, signal);
        }),
      ),
    ),
  );
}

/** By URL, so that one which stands in several places is fetched once. */
function referencesToFetch(call: UpstreamCall): Map<string, MediaReference> {
  const wanted = new Map<string, MediaReference>();
  for (const [index, message] of call.request.messages.entries()) {
    if (message.role !== "user" || !Array.isArray(message.content)) {
      continue;
    }
    for (const [position, part] of message.content.entries()) {
      const reference = mediaReference(part, `messages[${index}].content[${position}]`);
      if (reference !== null && mediaRoute(reference) === "fetch") {
        wanted.set(reference.url, reference);
      }
    }
  }
  return wanted;
}

function fetchFailure(error: unknown, reference: MediaReference, signal: AbortSignal): unknown {
  if (signal.aborted) {
    return signal.reason;
  }
  if (error instanceof ApiError) {
    return error.status === 400
      ? invalidRequest(error.message, reference.param, error.code)
      : error;
  }
  return invalidRequest(`'${reference.param}' could not be fetched.`, reference.param);
}
