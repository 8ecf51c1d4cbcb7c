// Images, sound, video and files of a user's message as Gemini's parts.
import { type ApiError, invalidRequest } from "../../base/errors.ts";
import { asObject, type JsonObject, nonEmptyString } from "../shared/json.ts";
import type { GeminiSurface } from "./surface.ts";
import type { GeminiPart, InlineData } from "./wire.ts";

/** What stands for a medium in a request: a URL of some kind, and the field that holds it. */
export interface MediaReference {
  url: string;
  /** As `messages[0].content[1].image_url.url`. */
  param: string;
}

/** How a medium gets to Gemini. */
export type MediaRoute = "inline" | "uri" | "fetch" | "impossible";

/** Media by their URL, for those that the gateway had to fetch. */
export type FetchedMedia = ReadonlyMap<string, InlineData>;

const MIME_TYPE = /^[\w.+-]+\/[\w.+-]+$/;

/** Types by a URL's ending: `fileData` should name one, and Vertex AI insists. */
const TYPES_BY_ENDING: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  webp: "image/webp",
  gif: "image/gif",
  heic: "image/heic",
  pdf: "application/pdf",
  txt: "text/plain",
  mp3: "audio/mp3",
  wav: "audio/wav",
  mp4: "video/mp4",
  mov: "video/mov",
  webm: "video/webm",
};

/** OpenAI's names of sound formats where the MIME type is not simply `audio/` and the name. */
const AUDIO_TYPES: Readonly<Record<string, string>> = { aif: "audio/aiff", oga: "audio/ogg" };

/**
 * The reference that a content part holds, or null for a part of another kind (text, sound).
 * @param place the part's path, as `messages[0].content[1]`
 */
export function mediaReference(part: object, place: string): MediaReference | null {
  const given = asObject(part);
  if (given.type === "image_url" || given.type === "video_url") {
    const url = nonEmptyString(asObject(given[given.type]).url) ?? "";
    return { url, param: `${place}.${given.type}.url` };
  }
  if (given.type !== "file") {
    return null;
  }
  const file = asObject(given.file);
  const data = nonEmptyString(file.file_data);
  return data === null
    ? { url: nonEmptyString(file.file_id) ?? "", param: `${place}.file.file_id` }
    : { url: data, param: `${place}.file.file_data` };
}

export function mediaRoute(url: string, surface: GeminiSurface): MediaRoute {
  if (/^data:/i.test(url)) {
    return "inline";
  }
  if (surface.acceptsFileUri(url)) {
    return "uri";
  }
  return /^https?:\/\//i.test(url) ? "fetch" : "impossible";
}

/** The part for a reference. @throws ApiError 400 that names the field */
export function mediaPart(
  reference: MediaReference,
  surface: GeminiSurface,
  fetched: FetchedMedia,
): GeminiPart {
  const { url, param } = reference;
  switch (mediaRoute(url, surface)) {
    case "inline":
      return { inlineData: parseDataUrl(url, param) };
    case "uri": {
      const mimeType = typeByEnding(url);
      return { fileData: { fileUri: url, ...(mimeType === undefined ? {} : { mimeType }) } };
    }
    case "fetch": {
      const inlineData = fetched.get(url);
      if (inlineData === undefined) {
        throw notFetched(param);
      }
      return { inlineData };
    }
    case "impossible":
      throw invalidRequest(
        param.endsWith("file_id")
          ? `'${param}' is not a file that Gemini knows. Send the file itself in 'file_data'.`
          : `'${param}' must be a data: URL or an http(s) URL.`,
        param,
      );
  }
}

/** The 400 for a URL that the gateway was not made to fetch. */
export function notFetched(param: string): ApiError {
  return invalidRequest(
    `'${param}' is a URL, and URLs are not fetched for this model. ` +
      "Send the content itself as a data: URL (data:<type>;base64,<data>).",
    param,
    "unsupported_value",
  );
}

/** The part for `input_audio`. @throws ApiError 400 for a format without a MIME type */
export function audioPart(part: object, place: string): GeminiPart {
  const audio: JsonObject = asObject(asObject(part).input_audio);
  const format = (nonEmptyString(audio.format) ?? "").toLowerCase();
  if (!/^[a-z0-9.+-]{1,32}$/.test(format) || format === "pcm16") {
    const param = `${place}.input_audio.format`;
    throw invalidRequest(`'${param}' must be a file format, as wav or mp3.`, param);
  }
  const mimeType = AUDIO_TYPES[format] ?? `audio/${format}`;
  return { inlineData: { mimeType, data: nonEmptyString(audio.data) ?? "" } };
}

/** Splits by position: a pattern over megabytes of base64 would take its time. */
function parseDataUrl(url: string, param: string): InlineData {
  const comma = url.indexOf(",");
  const head = comma < 0 ? "" : url.slice("data:".length, comma);
  const [mimeType = "", ...attributes] = head.split(";");
  const body = url.slice(comma + 1);
  if (comma < 0 || !MIME_TYPE.test(mimeType) || body === "") {
    throw invalidRequest(`'${param}' must be a data: URL with a type and content.`, param);
  }
  if (attributes.at(-1)?.toLowerCase() === "base64") {
    return { mimeType, data: body };
  }
  try {
    return { mimeType, data: Buffer.from(decodeURIComponent(body)).toString("base64") };
  } catch {
    throw invalidRequest(`'${param}' is not a valid data: URL.`, param);
  }
}

function typeByEnding(url: string): string | undefined {
  const ending = /\.([a-z0-9]{2,5})(?:[?#]|$)/i.exec(url)?.[1]?.toLowerCase();
  return ending === undefined ? undefined : TYPES_BY_ENDING[ending];
}

/** Whether a text is a MIME type as `image/png`, without parameters. */
export function isMimeType(text: string): boolean {
  return MIME_TYPE.test(text);
}
