// The one reader of the URLs in which clients send images, files and sounds: `data:` or http(s).
import { byName } from "../../base/by-name.ts";
import { invalidRequest, unsupported } from "../../base/errors.ts";
import { type JsonObject, nonEmptyString } from "./json.ts";

export type MediaSource =
  /** To be fetched, by the provider or by the gateway. */
  { kind: "url"; url: string } | { kind: "bytes"; mediaType: string; base64: string };

/** The longest header of a `data:` URL that is looked at: media types are far shorter. */
const MAX_HEADER_CHARS = 500;

/** Names that clients use beside the registered ones. */
const MEDIA_TYPES = byName<string>({
  "image/jpg": "image/jpeg",
  "image/pjpeg": "image/jpeg",
  "image/x-png": "image/png",
  "audio/x-wav": "audio/wav",
  "audio/wave": "audio/wav",
  "audio/mpeg3": "audio/mpeg",
  "audio/mp3": "audio/mpeg",
  "text/x-markdown": "text/markdown",
  "application/x-pdf": "application/pdf",
});

/**
 * Reads a URL's text.
 * @param param the field's place, as `messages[0].content[1].image_url.url`
 * @throws ApiError 400 when it is neither an http(s) URL nor a `data:` URL with something in it
 */
export function readMediaSource(url: unknown, param: string): MediaSource {
  const text = typeof url === "string" ? url.trim() : "";
  if (/^https?:\/\/\S/i.test(text)) {
    return { kind: "url", url: text };
  }
  const comma = /^data:/i.test(text) ? text.slice(0, MAX_HEADER_CHARS).indexOf(",") : -1;
  if (comma < 0) {
    throw invalidRequest("Expected an http(s) URL, or a data: URL with the bytes.", param);
  }
  const [type = "", ...parameters] = text.slice("data:".length, comma).split(";");
  const mediaType = plainMediaType(type) || "text/plain";
  const payload = text.slice(comma + 1);
  const isBase64 = parameters.some((parameter) => parameter.trim().toLowerCase() === "base64");
  const base64 = isBase64 ? cleanBase64(payload) : escapedAsBase64(payload);
  if (base64 === null) {
    throw invalidRequest("The data: URL holds no readable bytes.", param);
  }
  return { kind: "bytes", mediaType, base64 };
}

/**
 * The URL of a `file` part.
 * @param place of the file, as `messages[0].content[1].file`
 * @throws ApiError 400 for a file without its bytes: ids of uploads are the operator's, not the caller's
 */
export function fileData(file: JsonObject, place: string): string {
  const data = nonEmptyString(file.file_data);
  if (data === null) {
    const field = nonEmptyString(file.file_id) === null ? "file_data" : "file_id";
    throw unsupported(
      "This model takes files as 'file_data' only, a data: URL.",
      `${place}.${field}`,
    );
  }
  return data;
}

/** In lower case, without parameters as `charset`, by its registered name. */
export function plainMediaType(given: string): string {
  const type = (given.split(";")[0] ?? "").trim().toLowerCase();
  return MEDIA_TYPES[type] ?? type;
}

/** Types of files that are text although their names do not say so. */
const TEXT_TYPES =
  /^text\/|^application\/(?:(?:x-)?(?:json|jsonl|ndjson|xml|yaml|toml|javascript|typescript|sh|sql|httpd-php)|[\w.-]+\+(?:json|xml|yaml))$/;

/** Whether files of a type hold text that can be sent as such. */
export function isTextType(mediaType: string): boolean {
  return TEXT_TYPES.test(mediaType);
}

/** Base64 is decoded in pieces of so many characters, a multiple of 4: whole it would take fresh memory of its size. */
const PIECE_CHARS = 65_536;
const piece = Buffer.alloc((PIECE_CHARS / 4) * 3);

/** Bytes as the text that they hold, in UTF-8. */
export function base64Text(base64: string): string {
  const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
  let text = "";
  for (let at = 0; at < base64.length; at += PIECE_CHARS) {
    const length = piece.write(base64.slice(at, at + PIECE_CHARS), "base64");
    text += utf8.decode(piece.subarray(0, length), { stream: true });
  }
  return text + utf8.decode();
}

/**
 * The base64 as every provider takes it, null when it is none: line breaks, the alphabet of URLs and
 * lost padding are common, and providers refuse them.
 */
export function cleanBase64(payload: string): string | null {
  if (isBase64(payload)) return payload;
  const plain = payload
    .replace(/\s+|%0[AaDd]/g, "")
    .replaceAll("-", "+")
    .replaceAll("_", "/");
  const bare = plain.replaceAll(/%3d/gi, "=").replace(/=+$/, "");
  const padding = "=".repeat((4 - (bare.length % 4)) % 4);
  return isBase64(bare + padding) ? bare + padding : null;
}

/**
 * Whether a text is base64 in the usual alphabet, padded. The decoder skips what is none: where its bytes are as many as
 * they have to be, it has skipped nothing. It takes a fifth of a pattern's time, which matters for an image of 20 MB.
 */
export function isBase64(text: string): boolean {
  if (text === "" || text.length % 4 !== 0 || text.includes("-") || text.includes("_"))
    return false;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  let length = 0;
  for (let at = 0; at < text.length; at += PIECE_CHARS) {
    length += piece.write(text.slice(at, at + PIECE_CHARS), "base64");
  }
  return length === (text.length / 4) * 3 - padding;
}

function escapedAsBase64(payload: string): string | null {
  if (payload === "") {
    return null;
  }
  try {
    return Buffer.from(decodeURIComponent(payload), "utf8").toString("base64");
  } catch {
    return null;
  }
}
