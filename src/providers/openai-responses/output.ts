// Items of a response's output, read into the parts of a chat message.
import { newToolCallId } from "../../base/ids.ts";
import { asObject, isObject, type JsonObject, nonEmptyString } from "../shared/json.ts";
import { argumentsText } from "../shared/tool-arguments.ts";

/** Between two parts of a reasoning summary, which are paragraphs with a heading each. */
export const SUMMARY_SEPARATOR = "\n\n";

/** What one item adds to the message. */
export interface ItemText {
  text: string;
  refusal: string;
  reasoning: string;
}

/** What a message or reasoning item says; empty strings for all other items. */
export function readItemText(item: JsonObject): ItemText {
  const all: ItemText = { text: "", refusal: "", reasoning: "" };
  if (item.type === "message" && Array.isArray(item.content)) {
    for (const value of item.content) {
      const part = asObject(value);
      all.text += part.type === "output_text" ? (nonEmptyString(part.text) ?? "") : "";
      all.refusal += part.type === "refusal" ? (nonEmptyString(part.refusal) ?? "") : "";
    }
  }
  if (item.type === "reasoning" && Array.isArray(item.summary)) {
    const parts = item.summary.map((part: unknown) => nonEmptyString(asObject(part).text) ?? "");
    all.reasoning = parts.join(SUMMARY_SEPARATOR);
  }
  return all;
}

/**
 * A call item as a chat message's tool call, or null for any other item. `call_id` is its id there,
 * since results refer to that one.
 */
export function readToolCall(item: JsonObject): JsonObject | null {
  const id = nonEmptyString(item.call_id) ?? nonEmptyString(item.id) ?? newToolCallId();
  const name = nonEmptyString(item.name) ?? "";
  if (item.type === "function_call") {
    return { id, type: "function", function: { name, arguments: argumentsText(item.arguments) } };
  }
  if (item.type === "custom_tool_call") {
    return { id, type: "custom", custom: { name, input: argumentsText(item.input) } };
  }
  return null;
}

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
    top_logprobs: Array.isArray(token.top_logprobs)
      ? token.top_logprobs.filter(isObject).map(readToken)
      : [],
  }));
  return { content, refusal: null };
}

function readToken(token: JsonObject): JsonObject {
  return { token: token.token, logprob: token.logprob, bytes: token.bytes ?? null };
}

/** Citations of the web in a message's parts, in chat's form. */
export function readAnnotations(item: JsonObject): JsonObject[] {
  if (item.type !== "message" || !Array.isArray(item.content)) {
    return [];
  }
  return item.content.flatMap((part: unknown) => {
    const { annotations } = asObject(part);
    const list: unknown[] = Array.isArray(annotations) ? annotations : [];
    return list
      .filter(isObject)
      .filter(({ type }) => type === "url_citation")
      .map(({ start_index, end_index, title, url }) => ({
        type: "url_citation",
        url_citation: { start_index, end_index, title, url },
      }));
  });
}
