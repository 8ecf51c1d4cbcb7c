// Fields that ask for an answer of another form: a dialect that cannot give it refuses them.
import type { ChatRequest } from "../../base/chat.ts";
import { unsupported } from "../../base/errors.ts";
import { asArray, isGiven, isObject, type JsonObject } from "./json.ts";

/** When each asks for something else than one plain answer. */
const ASKS = {
  audio: isGiven,
  function_call: isObject,
  functions: (value: unknown) => asArray(value).length > 0,
  logprobs: (value: unknown) => value === true,
  modalities: (value: unknown) => asArray(value).some((modality) => modality !== "text"),
  n: (value: unknown) => value !== 1,
  stop: (value: unknown) => [value].flat().length > 0 && value !== "",
  top_logprobs: (value: unknown) => typeof value === "number" && value > 0,
  web_search_options: isGiven,
};

export type FormField = keyof typeof ASKS;

/** Whether a field asks for a form. */
export const isFormField = (field: string): field is FormField => Object.hasOwn(ASKS, field);

/**
 * Refuses the first of the fields that asks for its form.
 * @throws ApiError 400, code `unsupported_parameter`, its param the field
 */
export function refuseForms(
  request: ChatRequest,
  fields: readonly FormField[],
  explain = (field: string) => `This model does not support '${field}'.`,
): void {
  const found = fields.find((field) => isGiven(request[field]) && ASKS[field](request[field]));
  if (found !== undefined) {
    throw unsupported(explain(found), found);
  }
}

/**
 * Refuses an assistant's message with what only OpenAI's chat completions keep in it.
 * @param place of the message, as `messages[1]`
 */
export function refuseOldForms(message: JsonObject, place: string): void {
  const found = ["audio", "function_call"].find((field) => isGiven(message[field]));
  if (found !== undefined) {
    throw unsupported(`This model does not take '${found}' messages.`, `${place}.${found}`);
  }
}
