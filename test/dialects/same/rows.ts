// The same requests for every dialect, what becomes of each, and where one differs and why.

import type { Fields, RequestName } from "../driver.ts";
import { LOOK, QUESTION, REASONING_LIMIT } from "../requests.ts";
import type { Seen } from "./seen.ts";

/** What became of a request: refused with a field, or sent, with what the upstream was asked. */
export interface Outcome {
  /** The client's status. */
  status: number;
  /** `error.param` of a refusal. */
  param?: string | null;
  code?: string | null;
  /** What the upstream's body says; only the members that are named are compared. */
  seen?: Partial<Seen>;
}

export interface Row {
  name: string;
  /** Which of the drivers' models is asked. */
  model?: RequestName;
  request: Fields;
  outcome: Outcome;
  /** Holds of every body that is sent. */
  sent?: (bodyJson: string) => boolean;
  /** Dialects with another outcome, by the driver's name, each with its reason. */
  but?: Readonly<Record<string, { outcome: Outcome; because: string }>>;
}

const user = (content: unknown): Fields => ({ role: "user", content });
const other = { type: "function", function: { name: "other", parameters: { type: "object" } } };
const sent: Outcome = { status: 200 };
const refused = (param: string, code: string | null = null): Outcome => ({
  status: 400,
  param,
  code,
});

const LATER = "Answer in French from now on.";
const conversation = [user(QUESTION), { role: "assistant", content: "Hello." }, user("Go on.")];
const laterSystem = (role: string) => [
  ...conversation.slice(0, 2),
  { role, content: LATER },
  user("Go on."),
];

/** A rule in mid-conversation: a system message of its own, or marked as one. */
const isMarked = (bodyJson: string): boolean =>
  bodyJson.includes(`<system>\\n${LATER}\\n</system>`) ||
  new RegExp(
    `"role":"(?:system|developer)","content":(?:"|\\[\\{"type":"(?:input_)?text","text":")${LATER}`,
  ).test(bodyJson);

const FILE_TEXT = "The treaty was signed in 1648.";
const textFile = (url: string) => [
  user([
    { type: "text", text: "When?" },
    { type: "file", file: { filename: "treaty.txt", file_data: url } },
  ]),
];
const hasFileText = (bodyJson: string): boolean =>
  bodyJson.includes(FILE_TEXT) ||
  bodyJson.includes(Buffer.from(FILE_TEXT).toString("base64")) ||
  bodyJson.includes(encodeURIComponent(FILE_TEXT));

const OPENAI_JUDGES = "OpenAI's own format: OpenAI judges it, in its own words";
const byOpenAi = (outcome: Outcome) => ({
  openai: { outcome, because: OPENAI_JUDGES },
  "openai-responses": { outcome, because: OPENAI_JUDGES },
});

const lostResult = [user(QUESTION), { role: "tool", tool_call_id: "call_9", content: "sunny" }];
const CALL = { id: "call_1", type: "function", function: { name: "look", arguments: "{}" } };
const answeredTwice = [
  user(QUESTION),
  { role: "assistant", content: null, tool_calls: [CALL] },
  { role: "tool", tool_call_id: "call_1", content: "sunny" },
  { role: "tool", tool_call_id: "call_1", content: "rain" },
];

const thinking = { max_completion_tokens: REASONING_LIMIT };
const forced = { ...thinking, tools: [LOOK], reasoning_effort: "high" };

export const ROWS: readonly Row[] = [
  {
    name: "an unknown effort",
    model: "reasoning",
    request: { ...thinking, reasoning_effort: "ultra" },
    outcome: refused("reasoning_effort"),
  },
  ...["minimal", "low", "medium", "high", "xhigh", "max"].map(
    (effort): Row => ({
      name: `the effort ${effort}`,
      model: "reasoning",
      request: { ...thinking, reasoning_effort: effort },
      outcome: { status: 200, seen: { thinks: true } },
    }),
  ),
  {
    name: "the effort none",
    model: "reasoning",
    request: { ...thinking, reasoning_effort: "none" },
    outcome: sent,
  },
  {
    name: "an effort beside a forced choice",
    model: "reasoning",
    request: { ...forced, tool_choice: "required" },
    outcome: { status: 200, seen: { choice: "required", tools: ["look"] } },
  },
  {
    name: "an effort beside a named choice",
    model: "reasoning",
    request: { ...forced, tools: [LOOK, other], tool_choice: named("look") },
    outcome: { status: 200, seen: { choice: "tool:look" } },
  },
  ...["system", "developer"].map(
    (role): Row => ({
      name: `a ${role} message in mid-conversation`,
      request: { messages: laterSystem(role) },
      outcome: sent,
      sent: isMarked,
    }),
  ),
  {
    name: "functions: []",
    request: { functions: [] },
    outcome: { status: 200, seen: { tools: [], choice: "auto" } },
  },
  {
    name: 'function_call: "none"',
    request: { functions: [], function_call: "none" },
    outcome: { status: 200, seen: { tools: [] } },
  },
  {
    name: "tools: []",
    request: { tools: [], tool_choice: "auto", parallel_tool_calls: false },
    outcome: { status: 200, seen: { tools: [], choice: "auto" } },
  },
  {
    name: "tool_calls: [] in a message",
    request: {
      messages: [user("a"), { role: "assistant", content: "b", tool_calls: [] }, user("c")],
    },
    outcome: sent,
    sent: (bodyJson) => !bodyJson.includes("tool_calls"),
  },
  { name: "top_logprobs alone", request: { top_logprobs: 3 }, outcome: refused("top_logprobs") },
  {
    name: "legacy functions",
    request: { functions: [{ name: "look", parameters: { type: "object" } }] },
    outcome: refused("functions", "unsupported_parameter"),
    but: { openai: { outcome: sent, because: "OpenAI still takes them" } },
  },
  {
    name: "a custom tool",
    request: { tools: [{ type: "custom", custom: { name: "patch" } }] },
    outcome: refused("tools[0].type", "unsupported_parameter"),
    but: byOpenAi(sent),
  },
  {
    name: "a choice of what is not offered",
    request: { tools: [LOOK], tool_choice: named("missing") },
    outcome: refused("tool_choice"),
    but: byOpenAi(sent),
  },
  {
    name: "required without tools",
    request: { tool_choice: "required" },
    outcome: refused("tool_choice"),
  },
  {
    name: 'tool_choice: "none"',
    request: { tools: [LOOK], tool_choice: "none" },
    outcome: sent,
  },
  {
    name: "a named choice",
    request: { tools: [LOOK, other], tool_choice: named("look") },
    outcome: { status: 200, seen: { choice: "tool:look" } },
  },
  {
    name: "allowed tools",
    request: {
      tools: [LOOK, other],
      tool_choice: {
        type: "allowed_tools",
        allowed_tools: {
          mode: "required",
          tools: [{ type: "function", function: { name: "look" } }],
        },
      },
    },
    outcome: sent,
  },
  {
    name: "a text file in base64",
    request: {
      messages: textFile(`data:text/plain;base64,${Buffer.from(FILE_TEXT).toString("base64")}`),
    },
    model: "image",
    outcome: sent,
    sent: hasFileText,
  },
  {
    name: "a text file with escapes",
    request: { messages: textFile(`data:text/plain,${encodeURIComponent(FILE_TEXT)}`) },
    model: "image",
    outcome: sent,
    sent: hasFileText,
  },
  {
    name: "an image as image/jpg",
    request: {
      messages: [user([{ type: "image_url", image_url: { url: "data:image/JPG;base64,AAAA" } }])],
    },
    model: "image",
    outcome: sent,
  },
  {
    name: "a tool's result without its call",
    request: { tools: [LOOK], messages: lostResult },
    outcome: refused("messages[1].tool_call_id"),
    but: byOpenAi(sent),
  },
  {
    name: "a call that is answered twice",
    request: { tools: [LOOK], messages: answeredTwice },
    outcome: refused("messages[3].tool_call_id"),
    but: byOpenAi(sent),
  },
  {
    name: "a call that is not answered",
    request: { tools: [LOOK], messages: [...answeredTwice.slice(0, 2), user("well?")] },
    outcome: refused("messages[1].tool_calls"),
    but: byOpenAi(sent),
  },
  {
    name: "integers of 19 digits in arguments",
    request: {
      tools: [LOOK],
      messages: [
        user(QUESTION),
        {
          role: "assistant",
          content: null,
          tool_calls: [
            { ...CALL, function: { name: "look", arguments: '{"id":2512292042121000001}' } },
          ],
        },
        { role: "tool", tool_call_id: "call_1", content: "sunny" },
      ],
    },
    outcome: sent,
    sent: (bodyJson) => bodyJson.includes("2512292042121000001"),
  },
  {
    name: "two choices",
    request: { n: 2 },
    outcome: refused("n", "unsupported_parameter"),
    but: {
      openai: { outcome: sent, because: "chat completions have choices" },
      gemini: { outcome: sent, because: "Gemini has candidates" },
      "vertex-gemini": { outcome: sent, because: "Gemini has candidates" },
    },
  },
  {
    name: "audio output",
    request: { modalities: ["text", "audio"], audio: { format: "mp3", voice: "alloy" } },
    outcome: refused("modalities", "unsupported_parameter"),
  },
];

function named(name: string): Fields {
  return { type: "function", function: { name } };
}

/** Statuses of an upstream that fails, and what the client is to get of each, from any dialect. */
export const STATUSES: readonly (readonly [number, number, string | null])[] = [
  [400, 400, null],
  [401, 502, "upstream_error"],
  [402, 502, "upstream_error"],
  [403, 502, "upstream_error"],
  [404, 404, "model_not_found"],
  [408, 503, "overloaded"],
  [409, 503, "overloaded"],
  [413, 413, "request_too_large"],
  [422, 400, null],
  [425, 503, "overloaded"],
  [429, 429, "rate_limit_exceeded"],
  [500, 502, "upstream_error"],
  [502, 502, "upstream_error"],
  [503, 503, "overloaded"],
  [504, 504, "upstream_timeout"],
  [524, 504, "upstream_timeout"],
  [529, 503, "overloaded"],
];
