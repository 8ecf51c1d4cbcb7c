// Every field of OpenAI's chat request, and some of others', with what becomes of it where a dialect has no counterpart.
import type {
  ChatCompletionAssistantMessageParam,
  ChatCompletionContentPart,
  ChatCompletionContentPartImage,
  ChatCompletionContentPartText,
  ChatCompletionCreateParams,
  ChatCompletionFunctionMessageParam,
  ChatCompletionToolMessageParam,
  ChatCompletionUserMessageParam,
} from "openai/resources/chat/completions";
import type { FunctionDefinition, ResponseFormatJSONSchema } from "openai/resources/shared";
import type { Fields, RequestName } from "../driver.ts";
import { LOOK, QUESTION, REASONING_LIMIT } from "../requests.ts";

/** What a dialect does without: a 400 that names the field, its name in the answer's header, or nothing. */
export type Rule = "refused" | "named" | "unfelt";

export interface FieldRow {
  request: Fields;
  /** The request without the field, to which the one with it is compared. */
  beside?: Fields;
  /** A served field's body has it in it; without, a body that differs will do. */
  token?: string | RegExp;
  rule: Rule;
  /** What the header says, or `param` begins with, where that is not the field. */
  says?: string;
  model?: RequestName;
  /** Dialects that follow another rule, by the driver's name, with their reasons. */
  but?: Readonly<Record<string, { rule: Rule; because: string }>>;
}

type Table<Keys extends PropertyKey> = Record<Keys, FieldRow | readonly FieldRow[]>;
type Own<Type> = Exclude<keyof Type, "role" | "type">;
type Part<Type extends string> = Extract<ChatCompletionContentPart, { type: Type }>;

/** The server's own. */
type ServerField = "model" | "messages" | "stream" | "stream_options";

const named = (request: Fields, token?: FieldRow["token"]): FieldRow => ({
  request,
  rule: "named",
  ...(token !== undefined && { token }),
});
const refused = (request: Fields): FieldRow => ({ request, rule: "refused" });
const unfelt = (request: Fields): FieldRow => ({ request, rule: "unfelt" });
const tools = { tools: [LOOK] };
const OLD = { functions: [{ name: "look", parameters: { type: "object" } }] };
const thinks = { model: "reasoning", beside: { reasoning_effort: null } } as const;
const SIX = ["Z1", "Z2", "Z3", "Z4", "Z5", "Z6"];

const stops = {
  "openai-responses": {
    rule: "refused",
    because: "OpenAI's reasoning models refuse it on either API",
  },
} as const;

const params: Table<Exclude<keyof ChatCompletionCreateParams, ServerField>> = {
  audio: refused({ audio: { format: "mp3", voice: "alloy" } }),
  frequency_penalty: named({ frequency_penalty: 1.25 }, "1.25"),
  function_call: { ...refused({ ...OLD, function_call: { name: "look" } }), says: "functions" },
  functions: refused(OLD),
  logit_bias: named({ logit_bias: { "50256": -77 } }, "-77"),
  logprobs: refused({ logprobs: true }),
  max_completion_tokens: [
    named({ max_completion_tokens: 77 }, ":77"),
    named({ max_completion_tokens: 123_456_789 }, "123456789"),
  ],
  max_tokens: [
    named({ max_completion_tokens: null, max_tokens: 77 }, ":77"),
    named({ max_completion_tokens: null, max_tokens: 123_456_789 }, "123456789"),
  ],
  metadata: unfelt({ metadata: { team: "blue" } }),
  modalities: refused({ modalities: ["text", "audio"] }),
  moderation: named({ moderation: { model: "omni-moderation-latest" } }, "omni-moderation"),
  n: refused({ n: 2 }),
  parallel_tool_calls: { ...named({ ...tools, parallel_tool_calls: false }), beside: tools },
  prediction: named({ prediction: { type: "content", content: "foreseen" } }, "foreseen"),
  presence_penalty: named({ presence_penalty: 1.25 }, "1.25"),
  prompt_cache_key: unfelt({ prompt_cache_key: "k" }),
  prompt_cache_options: unfelt({ prompt_cache_options: { mode: "explicit" } }),
  prompt_cache_retention: unfelt({ prompt_cache_retention: "24h" }),
  reasoning_effort: [
    { ...named({ reasoning_effort: "high", max_completion_tokens: REASONING_LIMIT }), ...thinks },
    { ...named({ reasoning_effort: "high", max_completion_tokens: 100 }), ...thinks },
  ],
  response_format: [
    named({ response_format: { type: "json_object" } }),
    {
      ...named({ ...tools, tool_choice: "required", response_format: { type: "json_object" } }),
      beside: { ...tools, tool_choice: "required" },
    },
  ],
  safety_identifier: unfelt({ safety_identifier: "s" }),
  seed: named({ seed: 12_345 }, "12345"),
  service_tier: refused({ service_tier: "flex" }),
  stop: [
    { ...named({ stop: ["ZZZ"] }, "ZZZ"), but: stops },
    { ...named({ stop: SIX }, "Z6"), but: stops },
    { ...named({ stop: [" ", "ZZZ"] }, /" ","ZZZ"/), but: stops },
  ],
  store: unfelt({ store: true }),
  temperature: [named({ temperature: 0.3 }, "0.3"), named({ temperature: 1.7 }, "1.7")],
  tool_choice: { ...named({ ...tools, tool_choice: "required" }), beside: tools },
  tools: named(tools),
  top_logprobs: { ...refused({ logprobs: true, top_logprobs: 3 }), says: "logprobs" },
  top_p: [
    named({ top_p: 0.37 }, "0.37"),
    { ...named({ temperature: 0.3, top_p: 0.37 }, "0.37"), beside: { temperature: 0.3 } },
  ],
  user: unfelt({ user: "someone" }),
  verbosity: named({ verbosity: "low" }, '"low"'),
  web_search_options: refused({ web_search_options: {} }),
};

/** What clients of other providers send. */
const unknown: Table<string> = {
  top_k: named({ top_k: 37 }, "37"),
  min_p: named({ min_p: 0.037 }, "0.037"),
  repetition_penalty: named({ repetition_penalty: 1.07 }, "1.07"),
  thinking: named({ thinking: { type: "enabled", budget_tokens: 2222 } }, "2222"),
  reasoning: named({ reasoning: { effort: "high" } }, "reasoning"),
  provider: named({ provider: { sort: "price" } }, '"price"'),
  extra_body: named({ extra_body: { made: "up" } }, '"up"'),
  made_up: named({ made_up: false }, "made_up"),
  cache_control: unfelt({ cache_control: { type: "ephemeral" } }),
};

const TOKEN = "quince";
const user = (content: unknown, more: Fields = {}): Fields => ({ role: "user", content, ...more });
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

const PIXEL =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
const FILE = `data:text/plain;base64,${Buffer.from("It rains.").toString("base64")}`;
/** A part of a user's message. */
const inPart = (
  rule: Rule,
  part: Fields,
  without: Fields,
  more: Partial<FieldRow> = {},
): FieldRow => ({
  request: { messages: [user([{ type: "text", text: "Look." }, part])] },
  beside: { messages: [user([{ type: "text", text: "Look." }, without])] },
  rule,
  model: "image",
  ...more,
});
const image = (more: Fields = {}) => ({ type: "image_url", image_url: { url: PIXEL, ...more } });
const file = (more: Fields = {}) => ({ type: "file", file: { file_data: FILE, ...more } });
const text = (more: Fields = {}) => ({ type: "text", text: "a", ...more });
const says = "messages";

const parts: Table<
  | `text.${Own<ChatCompletionContentPartText>}`
  | `image_url.${keyof ChatCompletionContentPartImage.ImageURL}`
  | `file.${keyof Part<"file">["file"]}`
  | `input_audio.${keyof Part<"input_audio">["input_audio"]}`
> = {
  "text.text": inPart("refused", text({ text: TOKEN }), text(), { token: TOKEN, says }),
  "text.prompt_cache_breakpoint": inPart(
    "unfelt",
    text({ prompt_cache_breakpoint: { mode: "explicit" } }),
    text(),
  ),
  "image_url.url": inPart("refused", image(), text(), { says }),
  "image_url.detail": inPart("named", image({ detail: "high" }), image(), { token: '"high"' }),
  "file.file_data": inPart("refused", file(), text(), { says }),
  "file.file_id": inPart("refused", { type: "file", file: { file_id: TOKEN } }, text(), { says }),
  "file.filename": inPart("named", file({ filename: `${TOKEN}.txt` }), file(), { token: TOKEN }),
  "input_audio.data": inPart(
    "refused",
    { type: "input_audio", input_audio: { data: "UklGRg==", format: "wav" } },
    text(),
    { says },
  ),
  "input_audio.format": inPart(
    "refused",
    { type: "input_audio", input_audio: { data: "UklGRg==", format: "wav" } },
    text(),
    { says },
  ),
};

const tool = (more: Fields) => ({
  tools: [{ type: "function", function: { name: "look", ...more } }],
});
const OBJECT = { type: "object", properties: {}, additionalProperties: false, required: [] };
const toolFields: Table<`tools.${keyof FunctionDefinition}` | "tools.custom"> = {
  "tools.name": { request: tool({ name: TOKEN }), token: TOKEN, rule: "refused" },
  "tools.description": { request: tool({ description: TOKEN }), token: TOKEN, rule: "refused" },
  "tools.parameters": {
    request: tool({ parameters: { type: "object", properties: { [TOKEN]: { type: "string" } } } }),
    token: TOKEN,
    rule: "refused",
  },
  "tools.strict": {
    request: tool({ parameters: OBJECT, strict: true }),
    beside: tool({ parameters: OBJECT }),
    rule: "named",
  },
  "tools.custom": {
    request: { tools: [{ type: "custom", custom: { name: TOKEN } }] },
    token: TOKEN,
    rule: "refused",
    says: "tools",
  },
};

const form = (more: Fields) => ({
  response_format: { type: "json_schema", json_schema: { name: "a", schema: OBJECT, ...more } },
});
const formFields: Table<`response_format.json_schema.${keyof ResponseFormatJSONSchema.JSONSchema}`> =
  {
    "response_format.json_schema.name": unfelt(form({ name: TOKEN })),
    "response_format.json_schema.description": {
      request: form({ description: TOKEN }),
      token: TOKEN,
      rule: "refused",
    },
    "response_format.json_schema.schema": {
      request: form({ schema: { ...OBJECT, properties: { [TOKEN]: { type: "string" } } } }),
      token: TOKEN,
      rule: "refused",
    },
    "response_format.json_schema.strict": [
      { request: form({ strict: true }), token: /strict":true|json_?schema/i, rule: "named" },
      {
        request: { ...tools, ...form({ strict: true }) },
        token: /strict":true|json_?schema"/i,
        rule: "named",
      },
    ],
  };

/** All rows, each with its field's name, and a number where a field has several. */
export const FIELD_ROWS: readonly (readonly [string, string, FieldRow])[] = [
  params,
  unknown,
  userMessage,
  assistantMessage,
  otherMessages,
  parts,
  toolFields,
  formFields,
].flatMap((table) =>
  Object.entries(table as Table<string>).flatMap(([field, given]) => {
    const rows = [given].flat() as FieldRow[];
    return rows.map(
      (row, at) => [rows.length > 1 ? `${field} ${at + 1}` : field, field, row] as const,
    );
  }),
);
