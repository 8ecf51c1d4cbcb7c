// What becomes of the same request at providers that depart from OpenAI's dialect.
import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { completion, streamOf } from "../support/openai-wire.ts";
import { json, type RawUpstream, sse, startRawUpstream } from "../support/raw-upstream.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { FIELDS } from "./fields-table.ts";
import { ask, expectQuietBooks, post } from "./support.ts";

const MODEL = {
  price: { inputPerMtok: 1, outputPerMtok: 2 },
  maxOutputTokens: 100,
  capabilities: {
    tools: true,
    jsonMode: true,
    structuredOutput: true,
    reasoning: true,
    audioOutput: true,
  },
};

const TOOLS = [{ type: "function", function: { name: "f", parameters: { type: "object" } } }];

let upstream: RawUpstream;
let server: TestServer;

beforeAll(async () => {
  upstream = await startRawUpstream();
  const names = ["mistral", "groq", "deepseek", "moonshot"];
  const env = names.flatMap((name) => [
    [`${name.toUpperCase()}_API_KEY`, `${name}-key`],
    [`${name.toUpperCase()}_BASE_URL`, `${upstream.url}/${name}`],
  ]);
  const providers = names.map((name) => [name, { models: { [`${name}-test`]: MODEL } }]);
  server = await startTestServer({
    env: Object.fromEntries(env),
    config: {
      providers: {
        ...Object.fromEntries(providers),
        own: {
          dialect: "openai",
          baseUrl: `${upstream.url}/own`,
          models: { "own-test": MODEL, "plain-test": { ...MODEL, capabilities: { tools: true } } },
        },
      },
    },
  });
});

beforeEach(() => upstream.answer(json(completion())));

afterAll(async () => {
  await expectQuietBooks(server);
  await server.close();
  await upstream.close();
});

async function sentFor(body: Record<string, unknown>) {
  const response = await post(server, body);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`status ${response.status}: ${text}`);
  return upstream.lastBody();
}

/** Fields that mean something on OpenAI's own platform only. */
const PLATFORM = {
  metadata: { a: "b" },
  store: true,
  prompt_cache_key: "k",
  safety_identifier: "s",
};

const PROMPT_CACHE = ["prompt_cache_options", "prompt_cache_retention"];

const CONVERSATION = [
  { role: "developer", content: "Be brief." },
  { role: "user", content: "hello", name: "ada" },
  {
    role: "assistant",
    content: "",
    reasoning_content: "hm",
    tool_calls: [{ id: "call_1", type: "function", function: { name: "f", arguments: "{}" } }],
  },
  { role: "tool", tool_call_id: "call_1", content: "1" },
];

test("Mistral gets its own names, and no field that its closed schema refuses", async () => {
  const body = await sentFor({
    model: "mistral-test",
    messages: CONVERSATION,
    tools: TOOLS,
    tool_choice: "required",
    seed: 7,
    temperature: 0,
    max_completion_tokens: 20,
    logit_bias: { "1": 1 },
    user: "u",
    safe_prompt: true,
    x_unknown: 1,
    ...PLATFORM,
  });
  const [, , assistant, result] = body.messages as Record<string, unknown>[];
  const [call] = (assistant?.tool_calls ?? []) as Record<string, unknown>[];
  expect(call?.id).toMatch(/^[A-Za-z0-9]{9}$/);
  expect(result?.tool_call_id).toBe(call?.id);
  expect(body).toEqual({
    model: "mistral-test",
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: "hello" },
      {
        role: "assistant",
        content: "",
        tool_calls: [{ id: call?.id, type: "function", function: { name: "f", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: call?.id, content: "1" },
    ],
    tools: TOOLS,
    tool_choice: "any",
    prompt_cache_key: PLATFORM.prompt_cache_key,
    random_seed: 7,
    temperature: 0,
    max_tokens: 20,
    safe_prompt: true,
  });
});

test("a stream from Mistral does not ask for usage, which always comes", async () => {
  upstream.answer(sse(streamOf("Hello!")));
  expect(await sentFor({ model: "mistral-test", stream: true })).toEqual({
    model: "mistral-test",
    messages: ask("hello"),
    stream: true,
  });
});

test("Groq gets its name for reasoning, and nothing that it answers with 400", async () => {
  const body = await sentFor({
    model: "groq-test",
    messages: CONVERSATION,
    n: 1,
    logprobs: false,
    logit_bias: { "1": 1 },
    seed: 7,
    user: "u",
    reasoning_format: "parsed",
    max_tokens: 20,
    ...PLATFORM,
  });
  expect(body).toEqual({
    model: "groq-test",
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: "hello" },
      {
        role: "assistant",
        content: "",
        reasoning: "hm",
        tool_calls: [{ id: "call_1", type: "function", function: { name: "f", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: "call_1", content: "1" },
    ],
    seed: 7,
    user: "u",
    reasoning_format: "parsed",
    max_tokens: 20,
  });
});

test("DeepSeek gets reasoning on every assistant turn, and the older output limit", async () => {
  const messages = [...ask("hello"), { role: "assistant", content: "Hi." }, ...ask("again")];
  const body = await sentFor({ model: "deepseek-test", messages, max_completion_tokens: 20 });
  expect(body).toEqual({
    model: "deepseek-test",
    messages: [
      ...ask("hello"),
      { role: "assistant", content: "Hi.", reasoning_content: "" },
      ...ask("again"),
    ],
    max_tokens: 20,
  });
});

test("a provider with no oddities gets all of OpenAI's fields but its platform's", async () => {
  const fields = Object.fromEntries(
    Object.entries(FIELDS).map(([field, values]) => [field, values[0]]),
  );
  const body = await sentFor({ model: "moonshot-test", x_unknown: 1, ...fields });
  const dropped = [...Object.keys(PLATFORM), "moderation", ...PROMPT_CACHE];
  const kept = Object.entries(fields).filter(([field]) => !dropped.includes(field));
  expect(body).toEqual({
    model: "moonshot-test",
    messages: ask("hello"),
    ...Object.fromEntries(kept),
  });
});

test("each provider is called at its own address with its own key", async () => {
  for (const name of ["mistral", "groq", "deepseek"]) {
    await sentFor({ model: `${name}-test` });
    const request = upstream.requests.at(-1);
    expect(request?.path).toBe(`/${name}/chat/completions`);
    expect(request?.headers.authorization).toBe(`Bearer ${name}-key`);
  }
});

test("a provider of the operator's own gets what any server of the dialect takes", async () => {
  const choice = {
    type: "allowed_tools",
    allowed_tools: { mode: "required", tools: [{ type: "function", function: { name: "f" } }] },
  };
  const other = { type: "function", function: { name: "g", parameters: { type: "object" } } };
  const messages = [{ role: "developer", content: "Be brief." }, ...ask("hello")];
  const request = { model: "own-test", messages, tools: [...TOOLS, other], tool_choice: choice };
  expect(await sentFor(request)).toEqual({
    model: "own-test",
    messages: [{ role: "system", content: "Be brief." }, ...ask("hello")],
    tools: TOOLS,
    tool_choice: "required",
  });
});

test("an effort of none is left out for a model that does not reason", async () => {
  const body = await sentFor({ model: "plain-test", reasoning_effort: "none" });
  expect("reasoning_effort" in body).toBe(false);
});

test("Groq's own name of the usual tier reaches it", async () => {
  expect(await sentFor({ model: "groq-test", service_tier: "on_demand" })).toMatchObject({
    service_tier: "on_demand",
  });
});

test("output that only the total has is charged at the operator's own provider", async () => {
  const usage = { prompt_tokens: 35, completion_tokens: 12, total_tokens: 109 };
  upstream.answer(json(completion("Hi.", { usage })));
  const response = await post(server, { model: "own-test", messages: ask("hello") });
  const answer = (await response.json()) as { usage: Record<string, unknown> };
  expect(answer.usage).toMatchObject({ prompt_tokens: 35, completion_tokens: 74 });
  expect(response.headers.get("x-credits-used")).toBe("0.000183");
});

test("a wish about privacy is refused where nobody has promised it, and costs nothing", async () => {
  const before = upstream.requests.length;
  for (const stream of [false, true]) {
    const provider = { data_collection: "deny" };
    const response = await post(server, {
      model: "own-test",
      messages: ask("hello"),
      stream,
      provider,
    });
    const { error } = (await response.json()) as { error: Record<string, unknown> };
    expect([response.status, error.param]).toEqual([400, "provider.data_collection"]);
  }
  expect(upstream.requests.length).toBe(before);
});
