// Every field of a chat request on its way to OpenAI: the upstream's whole body is compared.

import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import { CAPABILITIES } from "../support/facts.ts";
import { completion, streamOf } from "../support/openai-wire.ts";
import { json, type RawUpstream, sse, startRawUpstream } from "../support/raw-upstream.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { FIELDS, TOOL } from "./fields-table.ts";
import { ask, expectQuietBooks, post } from "./support.ts";

const ROWS = Object.entries(FIELDS).flatMap(([field, values]) =>
  values.map((value) => ({ field, value, text: JSON.stringify(value).slice(0, 40) })),
);

/** Fields that mean something only beside another one. */
const COMPANIONS: Record<string, Record<string, unknown>> = {
  tool_choice: { tools: [TOOL] },
  parallel_tool_calls: { tools: [TOOL] },
  function_call: { functions: FIELDS.functions[0] },
  top_logprobs: { logprobs: true },
};

/** What every request upstream has when the client sent nothing but a model and a message. */
const BASE = { model: "everything-2026", messages: ask("hello") };

let upstream: RawUpstream;
let server: TestServer;

beforeAll(async () => {
  upstream = await startRawUpstream();
  // So small a maximum is always affordable, so the gateway sends no limit of its own.
  const price = { inputPerMtok: 1, outputPerMtok: 2 };
  const everything = {
    price,
    upstreamId: "everything-2026",
    maxOutputTokens: 100,
    capabilities: CAPABILITIES,
  };
  const long = { price: { inputPerMtok: 0, outputPerMtok: 1000 }, maxOutputTokens: 100_000 };
  server = await startTestServer({
    env: upstream.env,
    config: { providers: { openai: { models: { everything, long } } } },
  });
});

beforeEach(() => upstream.answer(json(completion())));

afterAll(async () => {
  await expectQuietBooks(server);
  await server.close();
  await upstream.close();
});

/** Sends a request that must succeed, and gives the body that arrived upstream. */
async function sentFor(fields: Record<string, unknown>) {
  const response = await post(server, { model: "everything", ...fields });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`status ${response.status}: ${text}`);
  return upstream.lastBody();
}

test.each(ROWS)("$field: $text reaches the provider unchanged", async ({ field, value }) => {
  const fields = { ...COMPANIONS[field], [field]: value };
  expect(await sentFor(fields)).toEqual({ ...BASE, ...fields });
});

test("all fields together reach the provider unchanged, in the client's order", async () => {
  const fields = Object.fromEntries(
    Object.entries(FIELDS).map(([field, values]) => [field, values[0]]),
  );
  const body = await sentFor({ messages: BASE.messages, ...fields });
  expect(JSON.stringify(body)).toBe(JSON.stringify({ ...BASE, ...fields }));
});

test("null counts as absent, whatever the field", async () => {
  const names = [
    ...Object.keys(FIELDS),
    "stream",
    "stream_options",
    "max_tokens",
    "max_completion_tokens",
  ];
  const nulls = Object.fromEntries(names.map((name) => [name, null]));
  expect(await sentFor(nulls)).toEqual(BASE);
});

test.each([
  { field: "web_search_options", value: {} },
  { field: "web_search_options", value: { search_context_size: "low" } },
  { field: "service_tier", value: "flex" },
  { field: "service_tier", value: "scale" },
  { field: "service_tier", value: "priority" },
  { field: "service_tier", value: "fast" },
])("a value of $field without a known price is refused, and not sent", async (row) => {
  const before = upstream.requests.length;
  const response = await post(server, { model: "everything", [row.field]: row.value });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    error: { param: row.field, code: "unsupported_parameter", type: "invalid_request_error" },
  });
  expect(upstream.requests.length).toBe(before);
});

test("fields that the server does not know are kept, at every level", async () => {
  const messages = [
    {
      role: "user",
      x_message: 1,
      content: [{ type: "text", text: "hello", x_part: { deep: [null, false, 0, ""] } }],
    },
  ];
  const body = { messages, x_body: { a: [null] }, tools: [{ ...TOOL, x_tool: true }] };
  expect(await sentFor(body)).toEqual({ model: BASE.model, ...body });
});

test("the output limit goes upstream under OpenAI's newer name, whichever was sent", async () => {
  const limited = { ...BASE, max_completion_tokens: 50 };
  expect(await sentFor({ max_tokens: 50 })).toEqual(limited);
  expect(await sentFor({ max_completion_tokens: 50 })).toEqual(limited);
  expect(await sentFor({ max_completion_tokens: 50, max_tokens: 70 })).toEqual(limited);
});

test("a limit above the model's maximum is sent as that maximum", async () => {
  expect(await sentFor({ max_tokens: 1_000_000 })).toEqual({ ...BASE, max_completion_tokens: 100 });
});

test("without a limit the gateway sends the one that the hold pays for", async () => {
  const response = await post(server, { model: "long" });
  expect(response.status).toBe(200);
  const availableMicro = 10_000_000 - server.ledger.verify().chargedMicro;
  const sent = upstream.lastBody().max_completion_tokens as number;
  // An eighth of what is available, at 1000 micro-dollars a token.
  expect(sent).toBeGreaterThanOrEqual(Math.floor(availableMicro / 8 / 1000));
  expect(sent).toBeLessThanOrEqual(Math.floor(10_000_000 / 8 / 1000));
});

test("a stream asks the provider for usage, and for no padding", async () => {
  upstream.answer(() => sse(streamOf("Hello!")));
  const streamed = {
    ...BASE,
    stream: true,
    stream_options: { include_usage: true, include_obfuscation: false },
  };
  expect(await sentFor({ stream: true })).toEqual(streamed);
  const options = { include_usage: false, include_obfuscation: true };
  expect(await sentFor({ stream: true, stream_options: options })).toEqual(streamed);
});

test("stream_options without stream are dropped, and stream: false is not sent", async () => {
  const options = { include_usage: true };
  expect(await sentFor({ stream: false, stream_options: options })).toEqual(BASE);
});

test("all roles, and all kinds of content, reach the provider unchanged", async () => {
  const mark = { prompt_cache_breakpoint: { mode: "explicit", ttl: "30m" } } as const;
  const call = { name: "look_up", arguments: '{"word":"a"}' };
  const messages = [
    { role: "developer", content: "Be brief.", name: "dev" },
    { role: "system", content: [{ type: "text", text: "Be kind.", ...mark }] },
    { role: "user", content: "Plain.", name: "ada" },
    {
      role: "user",
      content: [
        { type: "text", text: "Look: é 😀 \u2028 \u0000" },
        { type: "image_url", image_url: { url: "https://example.com/a.png", detail: "low" } },
        { type: "image_url", image_url: { url: "data:image/png;base64,AA==" }, ...mark },
        { type: "input_audio", input_audio: { data: "UklGRg==", format: "wav" } },
        { type: "file", file: { file_data: "data:application/pdf;base64,AA==", filename: "a" } },
        { type: "file", file: { file_id: "file-1" } },
      ],
    },
    {
      role: "assistant",
      content: [
        { type: "text", text: "One." },
        { type: "refusal", refusal: "No." },
      ],
      name: "bot",
    },
    { role: "assistant", content: "", refusal: "I will not.", audio: { id: "audio_1" } },
    {
      role: "assistant",
      content: null,
      tool_calls: [
        { id: "call_1", type: "function", function: call },
        { id: "call_2", type: "custom", custom: { name: "run", input: "1+1" } },
      ],
    },
    { role: "tool", tool_call_id: "call_1", content: "A letter." },
    { role: "tool", tool_call_id: "call_2", content: [{ type: "text", text: "2" }] },
    { role: "assistant", content: null, function_call: call },
    { role: "function", name: "look_up", content: "A letter." },
  ] satisfies ChatCompletionMessageParam[];
  const body = await sentFor({ messages });
  expect(body).toEqual({ model: BASE.model, messages });
  expect(JSON.stringify(body.messages)).toBe(JSON.stringify(messages));
});

test("a message's nulls are absent, but for its content", async () => {
  const messages = [
    { role: "user", content: "hello", name: null },
    { role: "assistant", content: null, refusal: null, tool_calls: null, audio: null },
  ];
  const expected = [
    { role: "user", content: "hello" },
    { role: "assistant", content: null },
  ];
  expect((await sentFor({ messages })).messages).toEqual(expected);
});

test("other providers' fields in a conversation are left out, as OpenAI refuses them", async () => {
  const signature = { google: { thought_signature: "c2ln" } };
  const call = { id: "call_1", type: "function", function: { name: "f", arguments: "{}" } };
  const messages = [
    {
      role: "assistant",
      content: "",
      reasoning_content: "hm",
      reasoning: "hm",
      reasoning_details: [{ text: "hm" }],
      tool_calls: [{ ...call, extra_content: signature }],
    },
    { role: "tool", tool_call_id: "call_1", content: "1" },
  ];
  const body = await sentFor({ messages });
  expect(body.messages).toEqual([
    { role: "assistant", content: "", tool_calls: [call] },
    messages[1],
  ]);
});

test("the provider gets its own key, and nothing of the client's headers", async () => {
  const headers = { "x-stainless-lang": "js", "openai-organization": "org-1", cookie: "a=b" };
  const response = await post(server, { model: "everything" }, { headers });
  expect(response.status).toBe(200);
  const request = upstream.requests.at(-1);
  const sent = request?.headers ?? {};
  expect([request?.method, request?.path]).toEqual(["POST", "/v1/chat/completions"]);
  expect(sent.authorization).toBe("Bearer sk-upstream");
  expect(sent["content-type"]).toBe("application/json");
  for (const name of [...Object.keys(headers), "x-api-key"]) expect(sent).not.toHaveProperty(name);
  expect(JSON.stringify(sent)).not.toContain(server.key);
});
