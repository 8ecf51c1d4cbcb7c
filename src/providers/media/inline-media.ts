// Puts the media that a request names by URLs into it, for providers that take bytes only.
import type { ChatRequest } from "../../base/chat.ts";
import type { UpstreamCall } from "../protocol.ts";
import { asObject, type JsonObject } from "../shared/json.ts";
import type { MediaFetcher } from "./fetcher.ts";
import { RequestMedia } from "./request-media.ts";

/** Where parts have their URL, by their type. */
const URL_FIELDS: Readonly<Record<string, readonly [string, string]>> = {
  image_url: ["image_url", "url"],
  file: ["file", "file_data"],
};

/**
 * The call with `data:` URLs in place of http(s) ones; the given call stays as it is.
 * @param fetchMedia null refuses such URLs
 * @throws ApiError 400 that names the part; the signal's reason on its abort
 */
export async function inlineMedia(
  call: UpstreamCall,
  fetchMedia: MediaFetcher | null,
  signal: AbortSignal,
): Promise<UpstreamCall> {
  const fetched = new RequestMedia(fetchMedia, signal);
  const messages: ChatRequest["messages"] = [];
  for (const [index, message] of call.request.messages.entries()) {
    const { content } = message;
    if (!Array.isArray(content)) {
      messages.push(message);
      continue;
    }
    const places = `messages[${index}].content`;
    const parts = content.map((part, position) =>
      inlinePart(part, `${places}[${position}]`, fetched),
    );
    // Parts of the same kinds as before, as the role wants them.
    messages.push({ ...message, content: await Promise.all(parts) } as (typeof messages)[number]);
  }
  return { ...call, request: { ...call.request, messages } };
}

async function inlinePart(given: unknown, place: string, fetched: RequestMedia): Promise<unknown> {
  const part: JsonObject = asObject(given);
  const [holder = "", field = ""] = URL_FIELDS[String(part.type)] ?? [];
  const url = asObject(part[holder])[field];
  if (typeof url !== "string" || !/^\s*https?:\/\/\S/i.test(url)) {
    return given;
  }
  const { mimeType, base64 } = await fetched.get(url.trim(), `${place}.${holder}.${field}`);
  const data = `data:${mimeType};base64,${base64}`;
  return { ...part, [holder]: { ...asObject(part[holder]), [field]: data } };
}
