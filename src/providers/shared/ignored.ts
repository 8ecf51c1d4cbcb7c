// What a dialect leaves out or lowers because it cannot express it: named to the caller, never lost in silence.
import { byName } from "../../base/by-name.ts";
import type { ChatRequest } from "../../base/chat.ts";
import type { UpstreamCall } from "../protocol.ts";
import { SERVER_FIELDS, UNFELT_FIELDS } from "./chat-fields.ts";
import { asArray, asObject, isGiven, isObject, type JsonObject, nonEmptyString } from "./json.ts";
import { PROVIDER_WISHES } from "./provider-wishes.ts";

/** Values that ask for what is so anyway. */
const DEFAULTS = byName<readonly unknown[]>({
  frequency_penalty: [0],
  presence_penalty: [0],
  logprobs: [false],
  top_logprobs: [0],
  verbosity: ["medium"],
  parallel_tool_calls: [true],
  // The usual one in the words of OpenAI, of Google and Anthropic, and of Groq.
  service_tier: ["auto", "default", "standard", "on_demand"],
});

/**
 * The fields of a request that ask for something and that its dialect has no counterpart for, known
 * to OpenAI or not: whatever is not served is named. The server's own fields and those that no answer
 * depends on are left out; so are the wishes of {@link PROVIDER_WISHES}, which are answered for where
 * the call is sent.
 * @param serves whether the dialect carries a field on, in whichever form, or refuses it
 */
export function lostFields(request: ChatRequest, serves: (field: string) => boolean): string[] {
  return Object.keys(request).filter(
    (field) =>
      field !== "messages" &&
      !SERVER_FIELDS.has(field) &&
      !UNFELT_FIELDS.has(field) &&
      field !== PROVIDER_WISHES &&
      asksFor(field, request[field]) &&
      !serves(field),
  );
}

function asksFor(field: string, value: unknown): boolean {
  const isEmpty = Array.isArray(value)
    ? value.length === 0
    : isObject(value) && Object.keys(value).length === 0;
  return isGiven(value) && !isEmpty && DEFAULTS[field]?.includes(value) !== true;
}

/** What `ignored` has for a limit on the output that is above the model's own, which is sent instead. */
export function loweredLimit({ request, maxOutputTokens }: UpstreamCall): string[] {
  const { max_tokens: older, max_completion_tokens: limit = older } = request;
  const field =
    request.max_completion_tokens === undefined ? "max_tokens" : "max_completion_tokens";
  return limit !== undefined && maxOutputTokens !== null && maxOutputTokens < limit ? [field] : [];
}

/** What messages say beside their contents, by the names in `ignored`. */
const MESSAGE_WORDS = {
  /** A speaker's; a tool's is none. */
  "messages.name": ({ role, name }: JsonObject) =>
    role !== "tool" && role !== "function" && nonEmptyString(name) !== null,
  "image_url.detail": inParts(
    ({ image_url: image }) => (nonEmptyString(asObject(image).detail) ?? "auto") !== "auto",
  ),
  "file.filename": inParts(({ file }) => nonEmptyString(asObject(file).filename) !== null),
};

function inParts(says: (part: JsonObject) => boolean): (message: JsonObject) => boolean {
  return ({ content }) => asArray(content).map(asObject).some(says);
}

/** What `ignored` has for words of messages that have no counterpart: those of them that are said. */
export function ignoredWords(
  messages: readonly unknown[],
  ...words: readonly (keyof typeof MESSAGE_WORDS)[]
): string[] {
  return words.filter((word) => messages.map(asObject).some(MESSAGE_WORDS[word]));
}
