// Files of a request as Mistral takes them: content parts of the type `document_url`.
import { invalidRequest } from "../../base/errors.ts";
import { asObject, isObject, type JsonObject } from "../shared/json.ts";
import { readMediaSource } from "../shared/media-source.ts";

/**
 * Replaces OpenAI's `file` parts. The body's messages belong to the caller, so they are copied.
 * @throws ApiError 400 for a file without its bytes: ids of uploads are the operator's, not the caller's
 */
export function filesAsDocuments(body: JsonObject): void {
  if (!Array.isArray(body.messages)) {
    return;
  }
  body.messages = body.messages.map((message: unknown, index) => {
    if (!isObject(message) || !Array.isArray(message.content)) {
      return message;
    }
    const content = message.content.map((part: unknown, position) =>
      isObject(part) && part.type === "file"
        ? toDocument(asObject(part.file), `messages[${index}].content[${position}].file.file_data`)
        : part,
    );
    return { ...message, content };
  });
}

function toDocument(file: JsonObject, param: string): JsonObject {
  if (typeof file.file_data !== "string" || file.file_data === "") {
    throw invalidRequest("This model takes files as 'file_data' only, a data: URL.", param);
  }
  const source = readMediaSource(file.file_data, param);
  const url =
    source.kind === "url" ? source.url : `data:${source.mediaType};base64,${source.base64}`;
  const named = typeof file.filename === "string" && file.filename !== "";
  return {
    type: "document_url",
    document_url: url,
    ...(named ? { document_name: file.filename } : {}),
  };
}
