// Values for every field of OpenAI's chat request that goes upstream as it came.
import type { ChatCompletionCreateParams } from "openai/resources/chat/completions";

/** Fields that the server sets itself or refuses; they have tests of their own below. */
type OwnTest =
  | "web_search_options"
  | "model"
  | "messages"
  | "stream"
  | "stream_options"
  | "max_tokens"
  | "max_completion_tokens";

type ClientFields = Required<Omit<ChatCompletionCreateParams, OwnTest>>;

export const TOOL = {
  type: "function",
  function: {
    name: "look_up",
    description: "Looks a word up.",
    parameters: { type: "object", properties: { word: { type: "string" } }, required: ["word"] },
    strict: true,
  },
} as const;

/** One value for every field of the SDK's request type: a new field there is an error here. */
export const FIELDS: { [F in keyof ClientFields]: ClientFields[F][] } = {
  audio: [
    { format: "mp3", voice: "alloy" },
    { format: "wav", voice: { id: "voice_1" } },
  ],
  frequency_penalty: [-2, 0, 1.5],
  function_call: ["none", "auto", { name: "look_up" }],
  functions: [[{ name: "look_up", description: "Looks.", parameters: { type: "object" } }]],
  logit_bias: [{ "50256": -100, "1": 5 }, {}],
  logprobs: [true, false],
  metadata: [{ team: "blue", empty: "" }],
  modalities: [["text"], ["text", "audio"]],
  moderation: [
    { model: "omni-moderation-latest", policy: { input: { mode: "block" }, output: null } },
  ],
  n: [1, 2],
  parallel_tool_calls: [true, false],
  prediction: [
    { type: "content", content: "const a = 1;" },
    { type: "content", content: [{ type: "text", text: "const a = 1;" }] },
  ],
  presence_penalty: [2, 0],
  prompt_cache_key: ["user-1", ""],
  prompt_cache_options: [{ mode: "explicit", ttl: "30m" }],
  prompt_cache_retention: ["24h", "in_memory"],
  reasoning_effort: ["none", "minimal", "low", "medium", "high", "xhigh", "max"],
  response_format: [
    { type: "text" },
    { type: "json_object" },
    {
      type: "json_schema",
      json_schema: {
        name: "word",
        description: "A word.",
        strict: true,
        schema: { type: "object", properties: { word: { type: ["string", "null"] } } },
      },
    },
  ],
  safety_identifier: ["hash-of-a-user"],
  seed: [0, -1, 9_007_199_254_740_991],
  service_tier: ["auto", "default"],
  stop: ["END", ["a", "b", "c", "d"], ""],
  store: [true, false],
  temperature: [0, 0.2, 2],
  tool_choice: [
    "none",
    "auto",
    "required",
    { type: "function", function: { name: "look_up" } },
    { type: "custom", custom: { name: "run" } },
    { type: "allowed_tools", allowed_tools: { mode: "auto", tools: [{ type: "function" }] } },
  ],
  tools: [
    [TOOL],
    [
      TOOL,
      { type: "custom", custom: { name: "run", format: { type: "text" } } },
      {
        type: "custom",
        custom: {
          name: "sum",
          description: "Adds.",
          format: { type: "grammar", grammar: { syntax: "lark", definition: "start: NUMBER" } },
        },
      },
    ],
  ],
  top_logprobs: [0, 20],
  top_p: [0, 0.9, 1],
  user: ["someone"],
  verbosity: ["low", "medium", "high"],
};
