// Images and documents as Anthropic's blocks.
import { unsupported } from "../../base/errors.ts";
import { imageType, readPart } from "../claude/media.ts";
import type { JsonObject } from "../shared/json.ts";
import { base64Text, isTextType, type MediaSource } from "../shared/media-source.ts";
import type { DocumentBlock, ImageBlock, Media } from "./wire.ts";

/**
 * The block of a part; null for a type that Claude does not read.
 * @param place of the part in the request, as `messages[0].content[1]`
 * @throws ApiError 400 for what cannot be sent, with its place in `param`
 */
export function readMedia(part: JsonObject, place: string): Media | null {
  const media = readPart(part, place);
  if (media === null) {
    return null;
  }
  const { source, isImage, filename, param } = media;
  if (isImage) {
    return { type: "image", source: imageSource(source, param) };
  }
  const title = filename === null ? {} : { title: filename };
  return { type: "document", source: documentSource(source, param), ...title };
}

function imageSource(source: MediaSource, param: string): ImageBlock["source"] {
  if (source.kind === "url") {
    // Anthropic fetches it: the gateway itself dials no address that a client names.
    return { type: "url", url: source.url };
  }
  return { type: "base64", media_type: imageType(source, param), data: source.base64 };
}

function documentSource(source: MediaSource, param: string): DocumentBlock["source"] {
  if (source.kind === "url") {
    return { type: "url", url: source.url };
  }
  const { mediaType, base64 } = source;
  if (mediaType === "application/pdf") {
    return { type: "base64", media_type: mediaType, data: base64 };
  }
  const text = isTextType(mediaType) ? base64Text(base64) : "";
  if (text.trim() === "") {
    throw unsupported("This model takes PDF, text and image files, not empty ones.", param);
  }
  return { type: "text", media_type: "text/plain", data: text };
}
