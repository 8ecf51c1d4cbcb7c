// Every field of OpenAI's chat request, and some of others', with what becomes of it where a dialect has no counterpart.
import type { ChatCompletionCreateParams } from "openai/resources/chat/completions";
import { REASONING_LIMIT } from "../requests.ts";
import { type FieldRow, named, refused, type Table, tools, unfelt } from "./field-row.ts";
import { MESSAGE_TABLES } from "./message-fields.ts";
import { PART_TABLE } from "./part-fields.ts";
import { TOOL_TABLES } from "./tool-fields.ts";

/** The server's own. */
type ServerField = "model" | "messages" | "stream" | "stream_options";

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

/** All rows, each with its field's name, and a number where a field has several. */
export const FIELD_ROWS: readonly (readonly [string, string, FieldRow])[] = [
  params,
  unknown,
  ...MESSAGE_TABLES,
  PART_TABLE,
  ...TOOL_TABLES,
].flatMap((table) =>
  Object.entries(table as Table<string>).flatMap(([field, given]) => {
    const rows = [given].flat() as FieldRow[];
    return rows.map(
      (row, at) => [rows.length > 1 ? `${field} ${at + 1}` : field, field, row] as const,
    );
  }),
);
