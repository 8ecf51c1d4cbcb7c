// No field that changes the answer is lost in silence: it is sent, named as ignored, or refused.
import { expect, test } from "bun:test";
import { ApiError } from "../../../src/base/errors.ts";
import * as QUIRKS from "../../../src/providers/openai/provider-quirks.ts";
import type { Quirks } from "../../../src/providers/openai/quirks.ts";
import { buildRequest } from "../../../src/providers/openai/request.ts";
import type { FieldRow } from "../../dialects/same/field-row.ts";
import { FIELD_ROWS } from "../../dialects/same/fields.ts";
import { callOf } from "../support.ts";

const HOSTS = Object.entries(QUIRKS);

const FELT: Readonly<Record<string, unknown>> = {
  audio: { format: "mp3", voice: "alloy" },
  frequency_penalty: 1,
  function_call: { name: "f" },
  functions: [{ name: "f" }],
  logit_bias: { "1": 2 },
  logprobs: true,
  made_up: 1,
  min_p: 0.1,
  modalities: ["text", "audio"],
  moderation: { model: "omni-moderation-latest", policy: { output: { mode: "block" } } },
  n: 2,
  parallel_tool_calls: false,
  prediction: { type: "content", content: "x" },
  presence_penalty: 1,
  reasoning_effort: "low",
  repetition_penalty: 1.1,
  response_format: { type: "json_object" },
  seed: 7,
  stop: ["a"],
  temperature: 0,
  tool_choice: "required",
  tools: [{ type: "function", function: { name: "f" } }],
  top_k: 5,
  top_logprobs: 2,
  top_p: 0.5,
  verbosity: "low",
  web_search_options: {},
};

type Fate = "sent" | "named" | "refused" | "lost";

function fateOf(quirks: Quirks, field: string): Fate {
  try {
    const call = callOf({ [field]: FELT[field] });
    const { body, ignored } = buildRequest(call, { quirks, passFields: undefined, stream: false });
    if (ignored.includes(field)) return "named";
    // Mistral's name for it.
    return field in body || (field === "seed" && body.random_seed === FELT.seed) ? "sent" : "lost";
  } catch (error) {
    if (error instanceof ApiError && error.param === field) return "refused";
    throw error;
  }
}

test.each(HOSTS)("%s loses none", (_name, quirks) => {
  expect(Object.keys(FELT).filter((field) => fateOf(quirks, field) === "lost")).toEqual([]);
});

test.each<[string, string, Fate]>([
  // OpenAI answers a field that it does not know in its own words.
  ["OPENAI", "top_k", "sent"],
  ["AZURE", "top_k", "sent"],
  ["OPEN_WEIGHT", "top_k", "sent"],
  ["OPENROUTER", "top_k", "sent"],
  ["LOCAL", "top_k", "sent"],
  ["CUSTOM", "top_k", "named"],
  ["COMMON", "top_k", "named"],
  ["DEEPSEEK", "top_k", "named"],
  ["XAI", "top_k", "named"],
  ["GROQ", "top_k", "named"],
  ["CEREBRAS", "top_k", "named"],
  ["MISTRAL", "top_k", "named"],
  ["OPENAI", "moderation", "sent"],
  ["CUSTOM", "moderation", "sent"],
  ["GROQ", "moderation", "named"],
  ["MISTRAL", "moderation", "named"],
  ["OPENROUTER", "moderation", "named"],
  ["LOCAL", "moderation", "named"],
  // Another form of answer is refused, as by every dialect.
  ...["logprobs", "top_logprobs", "audio", "modalities"].map((field): [string, string, Fate] => [
    "GROQ",
    field,
    "refused",
  ]),
  ["MISTRAL", "logprobs", "refused"],
  ["CEREBRAS", "functions", "refused"],
])("%s, %s: %s", (host, field, expected) => {
  const [, quirks] = HOSTS.find(([name]) => name === host) ?? [];
  expect(quirks && fateOf(quirks, field)).toBe(expected);
});

/** What becomes of a row of the dialects' table, by the body that a host is sent. */
function rowFate(quirks: Quirks, field: string, row: FieldRow): string {
  const says = row.says ?? field;
  const options = { quirks, passFields: undefined, stream: false };
  const bodyOf = (fields: object) => {
    const messages = [{ role: "user", content: "x" }];
    const { body, ignored } = buildRequest(callOf({ messages, ...fields }), options);
    return { text: JSON.stringify(body), ignored };
  };
  try {
    const { text, ignored } = bodyOf(row.request);
    if (ignored.includes(says)) return "named";
    const { token = "" } = row;
    const isThere = typeof token === "string" ? text.includes(token) : token.test(text);
    return isThere && text !== bodyOf(row.beside ?? {}).text ? "served" : "unfelt";
  } catch (error) {
    if (error instanceof ApiError && error.param?.startsWith(says)) return "refused";
    throw error;
  }
}

/** The output's limit, what has no price and OpenRouter's wishes are seen to by whoever makes the call. */
const ELSEWHERE = /^(?:max_|service_tier$|provider$)/;
const ROWS = FIELD_ROWS.filter(([, field]) => !ELSEWHERE.test(field));

test.each(HOSTS)("%s follows the rules of the dialects' table", (_name, quirks) => {
  const others = ROWS.flatMap(([row, field, asked]) => {
    const fate = rowFate(quirks, field, asked);
    return fate === "served" || fate === asked.rule ? [] : [`${row}: ${fate}`];
  });
  expect(others).toEqual([]);
});
