// Every field of OpenAI's messages, with what becomes of it where a dialect has no counterpart.
import type {
  ChatCompletionAssistantMessageParam,
  ChatCompletionFunctionMessageParam,
  ChatCompletionToolMessageParam,
  ChatCompletionUserMessageParam,
} from "openai/resources/chat/completions";
import type { Fields } from "../driver.ts";
import { QUESTION } from "../requests.ts";
import { type FieldRow, type Own, type Rule, type Table, TOKEN, tools, user } from "./field-row.ts";

const CALL = { id: "call_1", type: "function", function: { name: "look", arguments: "{}" } };
const talk = (...messages: Fields[]) => ({ ...tools, messages });
/** A message's field, as far as it has one. */
const inMessages = (rule: Rule, says: string, ...messages: Fields[]): FieldRow => ({
  request: talk(...messages),
  token: TOKEN,
  rule,
  says,
});
const answered = (message: Fields): Fields[] => [
  user(QUESTION),
  { role: "assistant", ...message },
  user("Go on."),
];
const called = (result: Fields): Fields[] => [
  user(QUESTION),
  { role: "assistant", content: null, tool_calls: [CALL] },
  { role: "tool", tool_call_id: "call_1", content: "sunny", ...result },
];

const userMessage: Table<`user.${Own<ChatCompletionUserMessageParam>}`> = {
  "user.content": inMessages("refused", "messages", user(TOKEN)),
  "user.name": inMessages("named", "messages.name", user(QUESTION, { name: TOKEN })),
};

const assistantMessage: Table<`assistant.${Own<ChatCompletionAssistantMessageParam>}`> = {
  "assistant.content": [
    inMessages("refused", "messages", ...answered({ content: TOKEN })),
    inMessages(
      "refused",
      "messages",
      ...answered({ content: [{ type: "refusal", refusal: TOKEN }] }),
    ),
  ],
  "assistant.name": inMessages(
    "named",
    "messages.name",
    ...answered({ content: "a", name: TOKEN }),
  ),
  "assistant.refusal": [
    inMessages("refused", "messages", ...answered({ content: null, refusal: TOKEN })),
    inMessages("refused", "messages", ...answered({ content: "a", refusal: TOKEN })),
  ],
  "assistant.audio": inMessages("refused", "messages", ...answered({ audio: { id: TOKEN } })),
  "assistant.function_call": inMessages(
    "refused",
    "messages",
    ...answered({ content: null, function_call: { name: "look", arguments: `{"a":"${TOKEN}"}` } }),
  ),
  "assistant.tool_calls": inMessages(
    "refused",
    "messages",
    user(QUESTION),
    {
      role: "assistant",
      content: null,
      tool_calls: [{ ...CALL, function: { name: "look", arguments: `{"a":"${TOKEN}"}` } }],
    },
    { role: "tool", tool_call_id: "call_1", content: "sunny" },
  ),
};

const otherMessages: Table<
  | "system.name"
  | "developer.name"
  | `tool.${Own<ChatCompletionToolMessageParam>}`
  | `function.${Own<ChatCompletionFunctionMessageParam>}`
> = {
  "system.name": inMessages(
    "named",
    "messages.name",
    { role: "system", content: "a", name: TOKEN },
    user(QUESTION),
  ),
  "developer.name": inMessages(
    "named",
    "messages.name",
    { role: "developer", content: "a", name: TOKEN },
    user(QUESTION),
  ),
  "tool.content": inMessages("refused", "messages", ...called({ content: TOKEN })),
  "tool.tool_call_id": inMessages("refused", "messages", ...called({ content: TOKEN })),
  "function.content": inMessages("refused", "messages", user(QUESTION), {
    role: "function",
    name: "look",
    content: TOKEN,
  }),
  "function.name": inMessages("refused", "messages", user(QUESTION), {
    role: "function",
    name: TOKEN,
    content: "a",
  }),
};

export const MESSAGE_TABLES = [userMessage, assistantMessage, otherMessages];
