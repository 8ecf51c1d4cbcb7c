// Images and documents as Anthropic's blocks.
import { unsupported } from "../../base/errors.ts";
import { asObject, type JsonObject, nonEmptyString } from "../shared/json.ts";
import {
  base64Text,
  fileData,
  isTextType,
  type MediaSource,
  readMediaSource,
} from "../shared/media-source.ts";
import { type DocumentBlock, IMAGE_TYPES, type ImageBlock, type Media } from "./wire.ts";

/**
 * The block of a part; null for a type that Claude does not read.
 * @param place of the part in the request, as `messages[0].content[1]`
 * @throws ApiError 400 for what cannot be sent, with its place in `param`
 */
export function readMedia(part: JsonObject, place: string): Media | null {
  switch (part.type) {
    case "image_url": {
      const param = `${place}.image_url.url`;
      return imageBlock(readMediaSource(asObject(part.image_url).url, param), param);
    }
    case "file":
      return fileBlock(asObject(part.file), `${place}.file`);
    default:
      return null;
  }
}

function imageBlock(source: MediaSource, param: string): ImageBlock {
  if (source.kind === "url") {
    // Anthropic fetches it: the gateway itself dials no address that a client names.
    return { type: "image", source: { type: "url", url: source.url } };
  }
  const mediaType = IMAGE_TYPES.find((type) => type === source.mediaType);
  if (mediaType === undefined) {
    throw unsupported("This model takes JPEG, PNG, GIF and WebP images.", param);
  }
  const { base64: data } = source;
  return { type: "image", source: { type: "base64", media_type: mediaType, data } };
}

function fileBlock(file: JsonObject, place: string): Media {
  const param = `${place}.file_data`;
  const source = readMediaSource(fileData(file, place), param);
  if (source.kind === "bytes" && source.mediaType.startsWith("image/")) {
    return imageBlock(source, param);
  }
  const title = nonEmptyString(file.filename);
  return {
    type: "document",
    source: documentSource(source, param),
    ...(title !== null && { title }),
  };
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
