// The client's requests, the same for every dialect, in OpenAI's shape.
import type { Answer, Driver, Fields, Price, RequestName, Tokens, ToolUse } from "./driver.ts";

export const SYSTEM = "Be brief.";
export const QUESTION = "hello";

/** The output limit of every request but the one for reasoning. */
export const LIMIT = 100;
export const REASONING_LIMIT = 4_000;

export const TOKENS: Tokens = { input: 10, cached: 0, output: 7, reasoning: 0 };

export const LOOK_SCHEMA = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};

export const LOOK = {
  type: "function",
  function: { name: "look", description: "Looks at a city.", parameters: LOOK_SCHEMA },
};

export const ANSWER_SCHEMA = {
  type: "object",
  properties: { name: { type: "string" }, age: { type: "integer" } },
  required: ["name", "age"],
  additionalProperties: false,
};

/** The smallest PNG: one transparent pixel. */
export const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk" +
  "YPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

export const ROME: ToolUse = { id: "call_1", name: "look", args: ['{"city"', ':"Rome"}'] };
export const OSLO: ToolUse = { id: "call_2", name: "look", args: ['{"city":"Oslo"}'] };

const user = (content: unknown): Fields => ({ role: "user", content });

/** The model that a request asks for, and its price. */
export function modelFor(driver: Driver, name: RequestName): { model: string; price: Price } {
  return driver.others?.[name] ?? driver;
}

/** A request's body as the client sends it. */
export function clientRequest(driver: Driver, name: RequestName): Fields {
  const extra = EXTRAS[name](driver);
  return {
    model: modelFor(driver, name).model,
    messages: [{ role: "system", content: SYSTEM }, user(QUESTION)],
    max_completion_tokens: LIMIT,
    ...extra,
  };
}

const EXTRAS: Record<RequestName, (driver: Driver) => Fields> = {
  text: () => ({}),
  tools: () => ({ tools: [LOOK], tool_choice: "required" }),
  parallelTools: () => ({ tools: [LOOK], parallel_tool_calls: true }),
  toolResults: (driver) => ({ tools: [LOOK], messages: conversation(driver) }),
  jsonSchema: () => ({
    response_format: {
      type: "json_schema",
      json_schema: { name: "person", strict: true, schema: ANSWER_SCHEMA },
    },
  }),
  image: () => ({
    messages: [
      user([
        { type: "text", text: "What is it?" },
        { type: "image_url", image_url: { url: `data:image/png;base64,${PNG}` } },
      ]),
    ],
  }),
  stop: () => ({ stop: ["END", "\n\n"] }),
  reasoning: () => ({ reasoning_effort: "high", max_completion_tokens: REASONING_LIMIT }),
};

function conversation(driver: Driver): Fields[] {
  const calls = driver.historyCalls([ROME, OSLO]);
  const [rome, oslo] = calls.map((call) => call.id);
  return [
    { role: "system", content: SYSTEM },
    user(QUESTION),
    { role: "assistant", content: null, tool_calls: calls },
    { role: "tool", tool_call_id: rome, content: "sunny" },
    { role: "tool", tool_call_id: oslo, content: "rain" },
  ];
}

/** An answer of text. */
export const saying = (text: readonly string[], extra: Partial<Answer> = {}): Answer => ({
  text,
  end: "stop",
  tokens: TOKENS,
  ...extra,
});

/** An answer of calls alone. */
export const calling = (calls: readonly ToolUse[]): Answer => ({
  calls,
  end: "tools",
  tokens: TOKENS,
});
