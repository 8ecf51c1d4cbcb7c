// Message content as Anthropic's blocks: text, images, documents.
import { type ApiError, invalidRequest } from "../../base/errors.ts";
import { asObject, type JsonObject, nonEmptyString } from "../shared/json.ts";
import type { CacheMarks, Mark } from "./cache-marks.ts";
import { type DataUrl, dataUrlText, parseDataUrl } from "./data-url.ts";
import {
  type DocumentBlock,
  IMAGE_TYPES,
  type ImageBlock,
  type TextBlock,
  type UserPart,
} from "./wire.ts";

/**
 * The text of a string or of text and refusal parts. Blank texts are left out: Anthropic refuses
 * them.
 */
export function textBlocks(content: unknown, marks: CacheMarks): TextBlock[] {
  if (!Array.isArray(content)) {
    return textBlock(content, {});
  }
  return content.flatMap((part: unknown) => {
    const { text, refusal } = asObject(part);
    const said = text ?? refusal;
    return isBlank(said) ? [] : textBlock(said, marks.take(part));
  });
}

/**
 * A user's content, whole or in parts.
 * @param path of the content in the request, as `messages[0].content`
 * @throws ApiError 400 for a part that Anthropic cannot take, with its place in `param`
 */
export function userBlocks(content: unknown, path: string, marks: CacheMarks): UserPart[] {
  if (!Array.isArray(content)) {
    return textBlock(content, {});
  }
  return content.flatMap((value: unknown, position): UserPart[] => {
    const part = asObject(value);
    const place = `${path}[${position}]`;
    switch (part.type) {
      case "text":
        return isBlank(part.text) ? [] : textBlock(part.text, marks.take(part));
      case "image_url":
        return [{ ...imageBlock(asObject(part.image_url), place), ...marks.take(part) }];
      case "file":
        return [{ ...fileBlock(asObject(part.file), `${place}.file`), ...marks.take(part) }];
      default: {
        const type = nonEmptyString(part.type)?.slice(0, 60) ?? "";
        throw refused(`This model does not take content parts of type '${type}'.`, place);
      }
    }
  });
}

const isBlank = (text: unknown): boolean => typeof text !== "string" || text.trim() === "";

function textBlock(text: unknown, mark: Mark): TextBlock[] {
  return typeof text !== "string" || isBlank(text) ? [] : [{ type: "text", text, ...mark }];
}

function imageBlock(image: JsonObject, place: string): ImageBlock {
  const url = nonEmptyString(image.url) ?? "";
  const param = `${place}.image_url.url`;
  if (isHttp(url)) {
    // Anthropic fetches it: the gateway itself dials no address that a client names.
    return { type: "image", source: { type: "url", url } };
  }
  const data = parseDataUrl(url);
  if (data === null) {
    throw refused("Expected an http(s) or data: URL.", param);
  }
  return base64Image(data, param);
}

function base64Image(data: DataUrl, param: string): ImageBlock {
  const named = data.mediaType === "image/jpg" ? "image/jpeg" : data.mediaType;
  const mediaType = IMAGE_TYPES.find((type) => type === named);
  if (mediaType === undefined) {
    throw refused("This model takes JPEG, PNG, GIF and WebP images.", param);
  }
  if (!data.isBase64 || data.payload === "") {
    throw refused("Expected the image as base64 in its data: URL.", param);
  }
  return { type: "image", source: { type: "base64", media_type: mediaType, data: data.payload } };
}

function fileBlock(file: JsonObject, place: string): DocumentBlock | ImageBlock {
  const given = nonEmptyString(file.file_data);
  const param = `${place}.file_data`;
  if (given === null) {
    const hasId = nonEmptyString(file.file_id) !== null;
    throw refused(
      "This model takes files as 'file_data' only, a data: URL.",
      hasId ? `${place}.file_id` : param,
    );
  }
  const filename = nonEmptyString(file.filename);
  const title = filename === null ? {} : { title: filename };
  if (isHttp(given)) {
    return { type: "document", source: { type: "url", url: given }, ...title };
  }
  const data = parseDataUrl(given);
  if (data === null) {
    throw refused("Expected the file as a data: URL.", param);
  }
  if (data.mediaType.startsWith("image/")) {
    return base64Image(data, param);
  }
  return { type: "document", source: documentSource(data, param), ...title };
}

function documentSource(data: DataUrl, param: string): DocumentBlock["source"] {
  if (data.mediaType === "application/pdf" && data.isBase64 && data.payload !== "") {
    return { type: "base64", media_type: "application/pdf", data: data.payload };
  }
  const text = data.mediaType.startsWith("text/") ? dataUrlText(data) : null;
  if (text === null || isBlank(text)) {
    throw refused("This model takes PDF, text and image files, not empty ones.", param);
  }
  return { type: "text", media_type: "text/plain", data: text };
}

const isHttp = (url: string): boolean => /^https?:\/\/\S/i.test(url);

function refused(message: string, param: string): ApiError {
  return invalidRequest(message, param, "unsupported_parameter");
}
