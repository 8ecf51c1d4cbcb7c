// The schema that a structured answer is held to, where a dialect has no place beside it.
import type { ChatRequest } from "../../base/chat.ts";
import { type JsonObject, nonEmptyString } from "./json.ts";

/** The schema, with what OpenAI's form says beside it of what the answer is for. */
export function describedSchema(
  schema: JsonObject,
  { response_format: format }: Pick<ChatRequest, "response_format">,
): JsonObject {
  const description = nonEmptyString(format?.json_schema?.description);
  return description === null ? schema : { description, ...schema };
}
