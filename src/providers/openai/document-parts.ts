// Files of a request as Mistral takes them: content parts of the type `document_url`.
import { asObject, type JsonObject, nonEmptyString } from "../shared/json.ts";
import { fileData, readMediaSource } from "../shared/media-source.ts";
import type { MessageChange } from "./messages.ts";

/**
 * Replaces OpenAI's `file` parts.
 * @throws ApiError 400 for a file without its bytes: ids of uploads are the operator's, not the caller's
 */
export const filesAsDocuments: MessageChange = (message, { place }) => {
  if (!Array.isArray(message.content)) {
    return;
  }
  message.content = message.content.map((part: JsonObject, index) =>
    part.type === "file"
      ? toDocument(asObject(part.file), `${place}.content[${index}].file`)
      : part,
  );
};

function toDocument(file: JsonObject, place: string): JsonObject {
  const source = readMediaSource(fileData(file, place), `${place}.file_data`);
  const url =
    source.kind === "url" ? source.url : `data:${source.mediaType};base64,${source.base64}`;
  const name = nonEmptyString(file.filename);
  return { type: "document_url", document_url: url, ...(name !== null && { document_name: name }) };
}
