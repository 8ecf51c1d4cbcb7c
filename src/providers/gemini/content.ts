// What stands in a message: text, images, sound, video and files as Gemini's parts.
import { byName } from "../../base/by-name.ts";
import { unsupported } from "../../base/errors.ts";
import { asObject, type JsonObject, nonEmptyString } from "../shared/json.ts";
import {
  cleanBase64,
  fileData,
  isTextType,
  plainMediaType,
  readMediaSource,
} from "../shared/media-source.ts";
import type { GeminiPart } from "./wire.ts";

/**
 * Public videos, which the API watches itself. No other address is left to Google to read: behind `gs://` and the
 * Files API is what belongs to the operator, whose credentials would open it for any caller.
 */
const YOUTUBE = new RegExp(
  "^https://(?:(?:www\\.)?youtube\\.com/watch\\?v=[\\w-]+(?:&[\\w=&.-]*)?" +
    "|youtu\\.be/[\\w-]+(?:\\?[\\w=&.-]*)?)$",
);

/** OpenAI's names of sound formats where the media type is not simply `audio/` and the name. */
const AUDIO_TYPES = byName<string>({ aif: "audio/aiff", oga: "audio/ogg" });

/**
 * The parts of a message's content; empty texts are left out, as Gemini refuses them. URLs of images
 * and files have been replaced by their bytes.
 * @param place of the message, as `messages[0]`
 * @throws ApiError 400 that names the part, for what Gemini does not take
 */
export function contentParts(content: unknown, place: string): GeminiPart[] {
  return Array.isArray(content)
    ? content.flatMap((part, index) => contentPart(asObject(part), `${place}.content[${index}]`))
    : contentPart({ type: "text", text: content }, place);
}

function contentPart(part: JsonObject, place: string): GeminiPart[] {
  switch (part.type) {
    case "text": {
      const text = nonEmptyString(part.text);
      return text === null ? [] : [{ text }];
    }
    case "input_audio":
      return [audioPart(asObject(part.input_audio), `${place}.input_audio`)];
    case "image_url":
      return [inlinePart(asObject(part.image_url).url, /^image\//, `${place}.image_url.url`)];
    case "video_url":
      return [videoPart(asObject(part.video_url).url, `${place}.video_url.url`)];
    case "file":
      return [filePart(asObject(part.file), `${place}.file`)];
    default:
      throw unsupported("This model does not take content parts of this type.", `${place}.type`);
  }
}

function videoPart(url: unknown, param: string): GeminiPart {
  return typeof url === "string" && YOUTUBE.test(url)
    ? { fileData: { fileUri: url } }
    : inlinePart(url, /^video\//, param);
}

function filePart(file: JsonObject, place: string): GeminiPart {
  const { inlineData } = inlinePart(fileData(file, place), /./, `${place}.file_data`);
  // Vertex AI knows texts by no other name.
  const mimeType = isTextType(inlineData.mimeType) ? "text/plain" : inlineData.mimeType;
  return { inlineData: { ...inlineData, mimeType } };
}

/** @param kinds what the part may hold: another kind would be charged by the wrong bound */
function inlinePart(url: unknown, kinds: RegExp, param: string) {
  const source = readMediaSource(url, param);
  if (source.kind === "url") {
    throw unsupported("URLs are not fetched for this model: send a data: URL.", param);
  }
  const { mediaType: mimeType, base64: data } = source;
  if (!kinds.test(mimeType)) {
    throw unsupported("The media type is none that may stand here.", param);
  }
  return { inlineData: { mimeType, data } };
}

function audioPart(audio: JsonObject, place: string): GeminiPart {
  const format = (nonEmptyString(audio.format) ?? "").toLowerCase();
  if (!/^[a-z0-9.+-]{1,32}$/.test(format) || format === "pcm16") {
    throw unsupported("The format must be a file's, as wav or mp3.", `${place}.format`);
  }
  const data = cleanBase64(nonEmptyString(audio.data) ?? "");
  if (data === null) {
    throw unsupported("The sound must be base64.", `${place}.data`);
  }
  return {
    inlineData: { mimeType: AUDIO_TYPES[format] ?? plainMediaType(`audio/${format}`), data },
  };
}
