// The Gemini adapter against aimock, an implementation of the format that is not ours.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { LLMock } from "@copilotkit/aimock";
import type { ApiError } from "../../../src/base/errors.ts";
import { callOf, chunksIn, collect, rejection } from "../support.ts";
import { adapterFor, never } from "./support.ts";

const mock = new LLMock({ port: 0, logLevel: "silent" });
const text = "Hello from the other side, friend.";

beforeAll(async () => {
  mock.onMessage("hello", { content: text, reasoning: "Greet back." }, { chunkSize: 5 });
  mock.onMessage("weather", {
    toolCalls: [
      { name: "look", arguments: '{"city":"Rome"}', id: "fc1" },
      { name: "look", arguments: '{"city":"Oslo"}' },
    ],
  });
  mock.onMessage("bad", {
    error: { message: "Too fast", type: "RESOURCE_EXHAUSTED" },
    status: 429,
  });
  await mock.start();
});
afterAll(() => mock.stop());

const adapter = () => adapterFor(`${mock.url}/v1beta`);
const call = (content: string, extra: Record<string, unknown> = {}) =>
  callOf({ messages: [{ role: "user", content }], ...extra }, { upstreamModel: "gemini-3-flash" });

test("completes; the mock read every field that it knows", async () => {
  const { completion, usage } = await adapter().complete(
    call("hello", {
      messages: [
        { role: "system", content: "be kind" },
        { role: "user", content: "hello" },
      ],
      temperature: 0.25,
      top_p: 0.5,
      tools: [{ type: "function", function: { name: "look", description: "d" } }],
    }),
    never,
  );
  expect(completion.choices[0]).toMatchObject({
    message: { content: text, reasoning_content: "Greet back." },
    finish_reason: "stop",
  });
  expect(usage?.promptTokens).toBe(0);
  const sent = mock.getLastRequest();
  expect(sent?.path).toBe("/v1beta/models/gemini-3-flash:generateContent");
  expect(JSON.parse(JSON.stringify(sent?.body))).toMatchObject({
    model: "gemini-3-flash",
    messages: [
      { role: "system", content: "be kind" },
      { role: "user", content: "hello" },
    ],
    stream: false,
    temperature: 0.25,
    max_tokens: 100,
    top_p: 0.5,
    tools: [{ type: "function", function: { name: "look", description: "d" } }],
  });
});

test("streams", async () => {
  const chunks = await collect(chunksIn(adapter().stream(call("hello"), never)));
  const deltas = chunks.flatMap(({ chunk }) => chunk.choices.map(({ delta }) => delta));
  expect(deltas.map(({ content }) => content ?? "").join("")).toBe(text);
  expect(deltas[0]?.role).toBe("assistant");
  expect(chunks.length).toBeGreaterThan(5);
  expect(chunks.at(-1)?.chunk.choices[0]?.finish_reason).toBe("stop");
  expect(chunks.filter(({ usage }) => usage !== null)).toHaveLength(1);
});

test("calls tools, and takes their results", async () => {
  const { completion } = await adapter().complete(call("weather"), never);
  const { message, finish_reason } = completion.choices[0] ?? {};
  expect(finish_reason).toBe("tool_calls");
  expect(message?.tool_calls?.map((tool) => "function" in tool && tool.function)).toEqual([
    { name: "look", arguments: '{"city":"Rome"}' },
    { name: "look", arguments: '{"city":"Oslo"}' },
  ]);
  const chunks = await collect(chunksIn(adapter().stream(call("weather"), never)));
  const calls = chunks.flatMap(({ chunk }) => chunk.choices[0]?.delta.tool_calls ?? []);
  expect(calls.map(({ index, function: fn }) => [index, fn?.arguments])).toEqual([
    [0, '{"city":"Rome"}'],
    [1, '{"city":"Oslo"}'],
  ]);
  const tools = message?.tool_calls ?? [];
  expect(tools[0]?.id).toBe("gid-fc1");
  const messages = [
    { role: "user", content: "weather" },
    { role: "assistant", content: null, tool_calls: tools },
    ...tools.map(({ id }) => ({ role: "tool", tool_call_id: id, content: "warm" })),
    { role: "user", content: "hello" },
  ];
  await adapter().complete(call("", { messages }), never);
  expect(JSON.parse(JSON.stringify(mock.getLastRequest()?.body)).messages).toMatchObject([
    { role: "user", content: "weather" },
    { role: "assistant", tool_calls: [{ id: "fc1" }, { function: { name: "look" } }] },
    { role: "tool", tool_call_id: "fc1", content: '{"output":"warm"}' },
    { role: "tool", content: '{"output":"warm"}' },
    { role: "user", content: "hello" },
  ]);
});

test("errors and chaos are reported as what they are", async () => {
  const bad = await rejection(adapter().complete(call("bad"), never));
  expect((bad as ApiError).status).toBe(429);
  for (const [chaos, status] of [
    [{ rateLimitRate: 1 }, 429],
    [{ dropRate: 1 }, 502],
    [{ malformedRate: 1 }, 502],
    [{ disconnectRate: 1 }, 502],
  ] as const) {
    mock.setChaos(chaos);
    try {
      const whole = await rejection(adapter().complete(call("hello"), never));
      const streamed = await rejection(collect(chunksIn(adapter().stream(call("hello"), never))));
      expect([(whole as ApiError).status, (streamed as ApiError).status]).toEqual([status, status]);
    } finally {
      mock.clearChaos();
    }
  }
});
