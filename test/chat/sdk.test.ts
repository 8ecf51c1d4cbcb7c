// Whole answers and the model list through the official SDK, as the contract promises.
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import OpenAI from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { z } from "zod";
import { formatCredits } from "../../src/base/micro.ts";
import { chatCompletion } from "../../src/http/endpoints/chat-completions/schema/completion.ts";
import { type Aimock, startAimock } from "../support/aimock.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { ask, clientOf, expectQuietBooks, failure, MODEL, recordOf } from "./support.ts";

let upstream: Aimock;
let server: TestServer;
let client: OpenAI;

beforeAll(async () => {
  upstream = await startAimock();
  upstream.mock
    .onMessage("hello", {
      content: "Hi there!",
      usage: { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 },
    })
    .onMessage("as json", { content: '{"name":"Ada","age":36}' });
  const slashed = { price: { inputPerMtok: 1, outputPerMtok: 2 }, maxOutputTokens: 100 };
  server = await startTestServer({
    env: upstream.env,
    config: { providers: { openai: { models: { "labs/deep/one": slashed } } } },
  });
  client = clientOf(server);
});

afterEach(() => expectQuietBooks(server));

afterAll(async () => {
  await server.close();
  await upstream.stop();
});

test("a chat answers in the contract's shape, under the model id that was asked for", async () => {
  const answer = await client.chat.completions.create({ model: MODEL, messages: ask("hello") });
  expect(chatCompletion.parse(answer)).toMatchObject({
    object: "chat.completion",
    model: MODEL,
    choices: [
      { index: 0, message: { role: "assistant", content: "Hi there!" }, finish_reason: "stop" },
    ],
    usage: { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 },
  });
  expect(answer.id).toStartWith("chatcmpl-");
  expect(Math.abs(answer.created - Date.now() / 1000)).toBeLessThan(60);
});

test("the headers tell what the request cost and what is left, as the ledger has it", async () => {
  const { data, response, request_id } = await client.chat.completions
    .create({ model: MODEL, messages: ask("hello") })
    .withResponse();
  const record = await recordOf(server, request_id ?? "");
  // 9 tokens at 0.15 and 12 at 0.60 per million are 8.55 micro-dollars, rounded up once.
  expect(record.chargedMicro).toBe(9);
  expect(response.headers.get("x-credits-used")).toBe("0.000009");
  const { balanceMicro } = await server.gateway.balance(server.accountId);
  expect(response.headers.get("x-credits-remaining")).toBe(formatCredits(balanceMicro));
  expect(response.headers.get("x-credits-reserved")).toBeNull();
  expect(data.usage).toMatchObject({ cost: 0.000009 });
});

test("the SDK's request id is the one under which the request is on record", async () => {
  const answer = await client.chat.completions.create({ model: MODEL, messages: ask("hello") });
  expect(answer._request_id).toMatch(/^req_[0-9A-HJKMNP-TV-Z]{26}$/);
  const record = await recordOf(server, answer._request_id ?? "");
  expect(record).toMatchObject({ ending: "completed", modelId: MODEL, usageSource: "reported" });
});

test("a key in x-api-key is as good as one in Authorization", async () => {
  const native = clientOf(server, {
    defaultHeaders: { authorization: null, "x-api-key": server.key },
  });
  const answer = await native.chat.completions.create({ model: MODEL, messages: ask("hello") });
  expect(answer.choices[0]?.message.content).toBe("Hi there!");
});

test("the same routes answer under /v1", async () => {
  const plain = clientOf(server, { baseURL: `${server.origin}/v1` });
  const answer = await plain.chat.completions.create({ model: MODEL, messages: ask("hello") });
  expect(answer.choices[0]?.message.content).toBe("Hi there!");
  expect((await plain.models.retrieve(MODEL)).id).toBe(MODEL);
});

test("a zod schema goes upstream as json_schema, and parse gives the typed object", async () => {
  const format = zodResponseFormat(z.object({ name: z.string(), age: z.int() }), "person");
  const answer = await client.chat.completions.parse({
    model: MODEL,
    messages: ask("as json"),
    response_format: format,
  });
  expect(answer.choices[0]?.message.parsed).toEqual({ name: "Ada", age: 36 });
  const sent = upstream.mock.getLastRequest()?.body as { response_format: unknown };
  expect(sent.response_format).toEqual(JSON.parse(JSON.stringify(format)));
});

test("the model list has the models of the connected provider and no others", async () => {
  const models = (await client.models.list()).data;
  const ids = models.map(({ id }) => id);
  expect(ids).toContain(MODEL);
  expect(ids).toContain("labs/deep/one");
  expect(new Set(models.map((model) => model.owned_by))).toEqual(new Set(["openai"]));
  for (const model of models) {
    expect(model).toMatchObject({ object: "model", created: expect.any(Number) });
  }
});

test.each([MODEL, "labs/deep/one"])("the model %s can be retrieved by its id", async (id) => {
  const model = await client.models.retrieve(id);
  expect(model).toMatchObject({ id, object: "model", owned_by: "openai" });
  expect(model._request_id).toStartWith("req_");
});

test("an id with slashes is found unencoded too", async () => {
  const response = await fetch(`${server.baseUrl}/models/labs/deep/one`, {
    headers: { authorization: `Bearer ${server.key}` },
  });
  expect(await response.json()).toMatchObject({ id: "labs/deep/one", object: "model" });
});

test("an unknown model is NotFoundError with model_not_found, listed or chatted with", async () => {
  const calls = [
    client.models.retrieve("no/such model"),
    client.chat.completions.create({ model: "no-such-model", messages: ask("hello") }),
  ];
  for (const call of calls) {
    const error = await failure(call, OpenAI.NotFoundError);
    expect(error.code).toBe("model_not_found");
    expect(error.param).toBe("model");
    expect(error.requestID).toStartWith("req_");
  }
});
