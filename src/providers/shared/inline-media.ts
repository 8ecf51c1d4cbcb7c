// Puts the media that a request names by URLs into it, for providers that take bytes only.
import { byName } from "../../base/by-name.ts";
import type { ChatRequest } from "../../base/chat.ts";
import { invalidRequest } from "../../base/errors.ts";
import type { MediaFetcher } from "../media/fetcher.ts";
import { RequestMedia } from "../media/request-media.ts";
import type { UpstreamCall } from "../protocol.ts";
import { asObject, type JsonObject } from "./json.ts";

type Message = ChatRequest["messages"][number];

const MEDIA_TYPE = /^[\w.+-]+\/[\w.+-]+$/;

const HTTP_URL = /^\s*https?:\/\/\S/i;

/** The fields of URLs, by the type of their part, whose member of that name has them. */
const URL_FIELDS = byName<string>({ image_url: "url", file: "file_data" });

/**
 * The call with `data:` URLs in place of http(s) ones, each fetched once; the given one when it has
 * none, and in any case unchanged.
 * @param fetchMedia null refuses such URLs
 * @throws ApiError 400 that names the part; the signal's reason on its abort
 */
export async function inlineMedia(
  call: UpstreamCall,
  fetchMedia: MediaFetcher | null,
  signal: AbortSignal,
): Promise<UpstreamCall> {
  const { messages } = call.request;
  const hasUrl = ({ content }: Message) =>
    Array.isArray(content) && content.some((part) => urlOf(part) !== null);
  if (!messages.some(hasUrl)) {
    return call;
  }
  const media = new RequestMedia(fetchMedia, signal);
  const inlined = messages.map(async (message, index) => {
    if (!Array.isArray(message.content)) return message;
    const content = message.content.map((part, position) =>
      inlinePart(part, `messages[${index}].content[${position}]`, media),
    );
    // Parts of the same kinds as before, as the role wants them.
    return { ...message, content: await Promise.all(content) } as unknown as Message;
  });
  return { ...call, request: { ...call.request, messages: await Promise.all(inlined) } };
}

/** The URL of a part, and its place in it. */
function urlOf(part: object): { url: string; holder: string; field: string } | null {
  const holder = String(asObject(part).type);
  const field = URL_FIELDS[holder] ?? "";
  const url = asObject(asObject(part)[holder])[field];
  return typeof url === "string" && HTTP_URL.test(url) ? { url: url.trim(), holder, field } : null;
}

async function inlinePart(part: object, place: string, media: RequestMedia): Promise<JsonObject> {
  const given = asObject(part);
  const found = urlOf(part);
  if (found === null) {
    return given;
  }
  const { url, holder, field } = found;
  const param = `${place}.${holder}.${field}`;
  const { mimeType, base64 } = await media.get(url, param);
  if (!MEDIA_TYPE.test(mimeType)) {
    throw invalidRequest("The URL leads to content of no known type.", param);
  }
  const data = `data:${mimeType};base64,${base64}`;
  return { ...given, [holder]: { ...asObject(given[holder]), [field]: data } };
}
