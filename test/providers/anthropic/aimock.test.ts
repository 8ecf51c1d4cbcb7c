// The adapter against an independent mock of Anthropic's API.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { LLMock } from "@copilotkit/aimock";
import type { ApiError } from "../../../src/base/errors.ts";
import { chunksIn, collect, rejection } from "../support.ts";
import { adapterFor, claudeCall, never } from "./support.ts";

const mock = new LLMock({ port: 0, logLevel: "silent" });
beforeAll(async () => {
  mock.onMessage("hello", { content: "Hello from the other side, friend." }, { chunkSize: 5 });
  mock.onMessage("think", { content: "42", reasoning: "six times seven" });
  await mock.start();
});
afterAll(() => mock.stop());
const ask = (content: string, extra: object = {}, model?: string, maxTokens?: number) =>
  claudeCall({ messages: [{ role: "user", content }], ...extra }, model, maxTokens);

test("gives thinking, and no budget in a loop of tools, which the mock would refuse", async () => {
  const adapter = adapterFor(mock.url);
  const effort = { reasoning_effort: "high" };
  const call = ask("think", effort, "claude-sonnet-4-5", 4_000);
  const { completion } = await adapter.complete(call, never);
  expect(completion.choices[0]?.message).toMatchObject({
    content: "42",
    reasoning_content: "six times seven",
  });
  const messages = [
    { role: "user", content: "hello" },
    {
      role: "assistant",
      content: null,
      tool_calls: [{ id: "c", type: "function", function: { name: "look", arguments: "{}" } }],
    },
    { role: "tool", tool_call_id: "c", content: "hello" },
  ];
  const loop = claudeCall({ messages, ...effort }, "claude-sonnet-4-5", 4_000);
  expect((await adapter.complete(loop, never)).completion.choices).toHaveLength(1);
});

test("reports chaos as what it is", async () => {
  const adapter = adapterFor(mock.url);
  const outcomes: [object, number][] = [
    [{ rateLimitRate: 1 }, 429],
    [{ dropRate: 1 }, 502],
    [{ malformedRate: 1 }, 502],
    [{ disconnectRate: 1 }, 502],
  ];
  for (const [chaos, status] of outcomes) {
    mock.setChaos(chaos);
    try {
      const whole = await rejection(adapter.complete(ask("hello"), never));
      const streamed = await rejection(collect(chunksIn(adapter.stream(ask("hello"), never))));
      expect([(whole as ApiError).status, (streamed as ApiError).status]).toEqual([status, status]);
    } finally {
      mock.clearChaos();
    }
  }
});
