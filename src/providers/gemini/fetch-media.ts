// Gets the media that a request names by URLs which Gemini does not read by itself.
import { invalidRequest } from "../../base/errors.ts";
import type { MediaFetcher } from "../media/fetcher.ts";
import { RequestMedia } from "../media/request-media.ts";
import type { UpstreamCall } from "../protocol.ts";
import {
  type FetchedMedia,
  isMimeType,
  type MediaReference,
  mediaReference,
  mediaRoute,
} from "./media.ts";
import type { InlineData } from "./wire.ts";

/**
 * Fetches each URL once, whose content must stand within the request.
 * @throws ApiError 400 that names the part, when it cannot be fetched; the signal's reason on abort
 */
export async function fetchMediaOf(
  call: UpstreamCall,
  fetchMedia: MediaFetcher | null,
  signal: AbortSignal,
): Promise<FetchedMedia> {
  const media = new RequestMedia(fetchMedia, signal);
  const fetchOne = async ({ url, param }: MediaReference): Promise<[string, InlineData]> => {
    const { mimeType, base64 } = await media.get(url, param);
    if (!isMimeType(mimeType)) {
      throw invalidRequest(`'${param}' leads to content of no known type.`, param);
    }
    return [url, { mimeType, data: base64 }];
  };
  return new Map(await Promise.all(referencesToFetch(call).map(fetchOne)));
}

function referencesToFetch(call: UpstreamCall): MediaReference[] {
  const wanted: MediaReference[] = [];
  for (const [index, message] of call.request.messages.entries()) {
    if (message.role !== "user" || !Array.isArray(message.content)) {
      continue;
    }
    for (const [position, part] of message.content.entries()) {
      const reference = mediaReference(part, `messages[${index}].content[${position}]`);
      if (reference !== null && mediaRoute(reference) === "fetch") {
        wanted.push(reference);
      }
    }
  }
  return wanted;
}
