// Files of a request as Mistral takes them: content parts of the type `document_url`.
import { asObject, isObject, type JsonObject, nonEmptyString } from "../shared/json.ts";
import { fileData, readMediaSource } from "../shared/media-source.ts";

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
        ? toDocument(asObject(part.file), `messages[${index}].content[${position}].file`)
        : part,
    );
    return { ...message, content };
  });
}

function toDocument(file: JsonObject, place: string): JsonObject {
  const source = readMediaSource(fileData(file, place), `${place}.file_data`);
  const url =
    source.kind === "url" ? source.url : `data:${source.mediaType};base64,${source.base64}`;
  const name = nonEmptyString(file.filename);
  return { type: "document_url", document_url: url, ...(name !== null && { document_name: name }) };
}
