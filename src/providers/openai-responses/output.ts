// Items of a response's output, read into the parts of a chat message.
import { newToolCallId } from "../../base/ids.ts";
import { asArray, asObject, isObject, type JsonObject, nonEmptyString } from "../shared/json.ts";
import { argumentsText, CUSTOM, FUNCTION } from "../shared/tool-arguments.ts";

/** Between two parts of a reasoning summary, which are paragraphs with a heading each. */
export const SUMMARY_SEPARATOR = "\n\n";

/** What one item adds to the message, by the message's fields. */
export interface ItemText {
  content: string;
  refusal: string;
  reasoning_content: string;
}

/** What a message or reasoning item says; empty strings for all other items. */
export function readItemText(item: JsonObject): ItemText {
  const said = asArray(item.type === "message" ? item.content : []).map(asObject);
  const summary = asArray(item.type === "reasoning" ? item.summary : []).map(asObject);
  const joined = (type: string, field: string) =>
    said.map((part) => (part.type === type ? (nonEmptyString(part[field]) ?? "") : "")).join("");
  return {
    content: joined("output_text", "text"),
    refusal: joined("refusal", "refusal"),
    reasoning_content: summary
      .map(({ text }) => nonEmptyString(text) ?? "")
      .join(SUMMARY_SEPARATOR),
  };
}

/**
 * A call item as a chat message's tool call, or null for any other item. `call_id` is its id there,
 * since results refer to that one.
 */
export function readToolCall(item: JsonObject): JsonObject | null {
  const form = CALL_ITEMS.get(item.type);
  if (form === undefined) {
    return null;
  }
  const id = nonEmptyString(item.call_id) ?? nonEmptyString(item.id) ?? newToolCallId();
  const name = nonEmptyString(item.name) ?? "";
  const text = argumentsText(item[form.textName]);
  return { id, type: form.member, [form.member]: { name, [form.textName]: text } };
}

/** A map, as any word can come as a type. */
const CALL_ITEMS = new Map<unknown, typeof FUNCTION | typeof CUSTOM>([
  ["function_call", FUNCTION],
  ["custom_tool_call", CUSTOM],
]);

/**
 * Log probabilities in chat's form, where each token has all fields; null when there are none.
 * @param tokens an output_text part's, or a delta's, `logprobs`
 */
export function readLogprobs(tokens: unknown): JsonObject | null {
  if (!Array.isArray(tokens) || tokens.length === 0) {
    return null;
  }
  const content = tokens.filter(isObject).map((token) => ({
    ...readToken(token),
    top_logprobs: asArray(token.top_logprobs).filter(isObject).map(readToken),
  }));
  return { content, refusal: null };
}

/** The tokens of all texts in a response's output. */
export function tokensIn(output: unknown): unknown[] {
  return asArray(output)
    .flatMap((item) => asArray(asObject(item).content))
    .flatMap((part) => asArray(asObject(part).logprobs));
}

function readToken(token: JsonObject): JsonObject {
  return { token: token.token, logprob: token.logprob, bytes: token.bytes ?? null };
}

/** Citations of the web in a message's parts, in chat's form. */
export function readAnnotations(item: JsonObject): JsonObject[] {
  return asArray(item.type === "message" ? item.content : [])
    .flatMap((part) => asArray(asObject(part).annotations))
    .filter(isObject)
    .filter(({ type }) => type === "url_citation")
    .map(({ start_index, end_index, title, url }) => ({
      type: "url_citation",
      url_citation: { start_index, end_index, title, url },
    }));
}
