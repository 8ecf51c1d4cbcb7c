// Images, sound, video and files of a user's message as Gemini's parts.
import { invalidRequest } from "../../base/errors.ts";
import { fetchingIsOff } from "../media/refusal.ts";
import { asObject, type JsonObject, nonEmptyString } from "../shared/json.ts";
import type { GeminiPart, InlineData } from "./wire.ts";

/** What stands for a medium in a request: a URL of some kind, and the field that holds it. */
export interface MediaReference {
  kind: "image_url" | "video_url" | "file";
  url: string;
  /** As `messages[0].content[1].image_url.url`. */
  param: string;
}

/** How a medium gets to Gemini. */
export type MediaRoute = "inline" | "uri" | "fetch" | "impossible";

/** Media by their URL, for those that the gateway had to fetch. */
export type FetchedMedia = ReadonlyMap<string, InlineData>;

const MIME_TYPE = /^[\w.+-]+\/[\w.+-]+$/;

/**
 * Public videos, which the API watches itself. No other address is left to Google to read: behind `gs://` and the
 * Files API is what belongs to the operator, whose credentials would open it for any caller.
 */
const YOUTUBE = new RegExp(
  "^https://(?:(?:www\\.)?youtube\\.com/watch\\?v=[\\w-]+(?:&[\\w=&.-]*)?" +
    "|youtu\\.be/[\\w-]+(?:\\?[\\w=&.-]*)?)$",
);

/** What data a part may hold: another kind would be charged by the wrong bound. */
const DATA_TYPES: Readonly<Record<MediaReference["kind"], RegExp>> = {
  image_url: /^image\//i,
  video_url: /^video\//i,
  file: /./,
};

/** OpenAI's names of sound formats where the MIME type is not simply `audio/` and the name. */
const AUDIO_TYPES: Readonly<Record<string, string>> = { aif: "audio/aiff", oga: "audio/ogg" };

/**
 * The reference that a content part holds, or null for a part of another kind (text, sound).
 * @param place the part's path, as `messages[0].content[1]`
 */
export function mediaReference(part: object, place: string): MediaReference | null {
  const given = asObject(part);
  const { type: kind } = given;
  if (kind === "image_url" || kind === "video_url") {
    const url = nonEmptyString(asObject(given[kind]).url) ?? "";
    return { kind, url, param: `${place}.${kind}.url` };
  }
  if (kind !== "file") {
    return null;
  }
  const file = asObject(given.file);
  const data = nonEmptyString(file.file_data);
  return data === null
    ? { kind, url: "", param: `${place}.file.file_id` }
    : { kind, url: data, param: `${place}.file.file_data` };
}

export function mediaRoute({ kind, url }: MediaReference): MediaRoute {
  if (/^data:/i.test(url)) {
    return "inline";
  }
  if (kind === "video_url") {
    return YOUTUBE.test(url) ? "uri" : "impossible";
  }
  return /^https?:\/\//i.test(url) ? "fetch" : "impossible";
}

/** The part for a reference. @throws ApiError 400 that names the field */
export function mediaPart(reference: MediaReference, fetched: FetchedMedia): GeminiPart {
  const { kind, url, param } = reference;
  switch (mediaRoute(reference)) {
    case "inline": {
      const inlineData = parseDataUrl(url, param);
      if (!DATA_TYPES[kind].test(inlineData.mimeType)) {
        throw invalidRequest(
          `'${param}' holds ${inlineData.mimeType}, which is no ${kind}.`,
          param,
        );
      }
      return { inlineData };
    }
    case "uri":
      return { fileData: { fileUri: url } };
    case "fetch": {
      const inlineData = fetched.get(url);
      if (inlineData === undefined) {
        throw fetchingIsOff(param);
      }
      return { inlineData };
    }
    case "impossible":
      throw invalidRequest(
        param.endsWith("file_id")
          ? `'${param}' is not supported. Send the file itself in 'file_data'.`
          : `'${param}' must be a data: URL${kind === "video_url" ? " or a YouTube" : " or an http(s)"} URL.`,
        param,
      );
  }
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

/** Whether a text is a MIME type as `image/png`, without parameters. */
export function isMimeType(text: string): boolean {
  return MIME_TYPE.test(text);
}
