// Content of chat messages as content of the Responses API's input.
import { type ApiError, invalidRequest, unsupported } from "../../base/errors.ts";
import { asObject, isObject, type JsonObject, nonEmptyString } from "../shared/json.ts";

/**
 * What a developer, a user or a tool said: a string as it is, parts one by one.
 * @param path where the content stands, as `messages[0].content`
 * @throws ApiError 400 for a part that the Responses API has no counterpart of
 */
export function toInputContent(content: unknown, path: string): string | JsonObject[] {
  if (typeof content === "string") {
    return content;
  }
  return eachPart(content, path, toInputPart);
}

function eachPart(
  content: unknown,
  path: string,
  write: (part: JsonObject, path: string) => JsonObject,
): JsonObject[] {
  if (!Array.isArray(content)) {
    throw invalidRequest(`'${path}' must be a string or an array of parts.`, path);
  }
  return content.map((part: unknown, index) => write(asObject(part), `${path}[${index}]`));
}

function toInputPart(part: JsonObject, path: string): JsonObject {
  const breakpoint = isObject(part.prompt_cache_breakpoint)
    ? { prompt_cache_breakpoint: part.prompt_cache_breakpoint }
    : {};
  switch (part.type) {
    case "text":
      return { type: "input_text", text: part.text, ...breakpoint };
    case "image_url": {
      const image = asObject(part.image_url);
      const detail = nonEmptyString(image.detail) ?? "auto";
      return { type: "input_image", image_url: image.url, detail, ...breakpoint };
    }
    case "file":
      return { type: "input_file", ...toFile(asObject(part.file), path), ...breakpoint };
    default:
      // Audio and video: the Responses API's messages hold neither.
      throw unsupportedPart(part.type, path);
  }
}

function toFile(file: JsonObject, path: string): JsonObject {
  const data = nonEmptyString(file.file_data);
  const id = nonEmptyString(file.file_id);
  const filename = nonEmptyString(file.filename);
  if (data === null && id === null) {
    throw invalidRequest(`'${path}.file' needs 'file_data' or 'file_id'.`, `${path}.file`);
  }
  // OpenAI fetches what is a URL, and takes no name beside it.
  if (data !== null && /^https?:/i.test(data)) {
    return { file_url: data };
  }
  return {
    ...(data !== null && { file_data: data }),
    ...(id !== null && { file_id: id }),
    ...(filename !== null && { filename }),
  };
}

/**
 * What the assistant said, as parts; none for content that is absent or empty.
 * @param path where the content stands, as `messages[0].content`
 * @throws ApiError 400 for a part that is neither text nor a refusal
 */
export function toOutputContent(content: unknown, path: string): JsonObject[] {
  if (content === undefined || content === null || content === "") {
    return [];
  }
  if (typeof content === "string") {
    return [outputText(content)];
  }
  return eachPart(content, path, (part, place) => {
    if (part.type === "refusal") {
      return { type: "refusal", refusal: part.refusal };
    }
    if (part.type !== "text") {
      throw unsupportedPart(part.type, place);
    }
    return outputText(part.text);
  });
}

function outputText(text: unknown): JsonObject {
  return { type: "output_text", text, annotations: [] };
}

function unsupportedPart(type: unknown, path: string): ApiError {
  const named = nonEmptyString(type)?.slice(0, 40) ?? "";
  return unsupported(
    `Content of type '${named}' is not supported for this model with tools.`,
    path,
  );
}
