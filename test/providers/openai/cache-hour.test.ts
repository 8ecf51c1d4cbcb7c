// Written tokens of an aggregator that does not say how long they live, and what they cost.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { ChatRequest, TokenUsage } from "../../../src/base/chat.ts";
import { priceAt } from "../../../src/catalog/price.ts";
import { costMicro } from "../../../src/pricing/cost.ts";
import { createOpenAiAdapter } from "../../../src/providers/openai/adapter.ts";
import { best, catalog } from "../../catalog/support.ts";
import { callOf, chunksIn, collect } from "../support.ts";
import { never, optionsFor } from "./adapter-support.ts";

const WRITTEN = 500_000;
const usage = {
  prompt_tokens: WRITTEN,
  completion_tokens: 0,
  total_tokens: WRITTEN,
  prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: WRITTEN },
};
const choice = { index: 0, finish_reason: "stop" };
const message = { role: "assistant", content: "hi" };
const head = { id: "c", created: 1, model: "m", usage };
const whole = { ...head, object: "chat.completion", choices: [{ ...choice, message }] };
const chunk = {
  ...head,
  object: "chat.completion.chunk",
  choices: [{ ...choice, delta: message }],
};

let upstream: ReturnType<typeof Bun.serve>;
beforeAll(() => {
  upstream = Bun.serve({
    port: 0,
    fetch: async (request) => {
      const { stream } = (await request.json()) as { stream?: boolean };
      return stream === true
        ? new Response(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`, {
            headers: { "content-type": "text/event-stream" },
          })
        : Response.json(whole);
    },
  });
});
afterAll(() => upstream.stop(true));

const adapter = () =>
  createOpenAiAdapter(optionsFor(`http://127.0.0.1:${upstream.port}`, { apiKey: null }));

/** What the written tokens cost at OpenRouter's Claude, in micro-dollars. */
function charge(used: TokenUsage | null | undefined): number {
  if (used === null || used === undefined) {
    throw new Error("the answer had no usage");
  }
  const deployment = best(catalog(["openrouter"]), "anthropic/claude-sonnet-4.6");
  const price = priceAt(deployment, new Date("2026-12-01T00:00:00Z"));
  return costMicro(price === null ? null : { price, markupBasisPoints: 0 }, used);
}

const asText = (cache_control: unknown) => [{ type: "text", text: "x", cache_control }];
const hour = { type: "ephemeral", ttl: "1h" };
const tool = { type: "function", function: { name: "f", parameters: {} } };
const user = { role: "user", content: "x" };

describe("500,000 tokens written", () => {
  test.each<[string, object, number]>([
    ["a part for an hour", { messages: [{ role: "user", content: asText(hour) }] }, 3_000_000],
    [
      "a system part for an hour",
      { messages: [{ role: "system", content: asText(hour) }, user] },
      3_000_000,
    ],
    ["a message for an hour", { messages: [{ ...user, cache_control: hour }] }, 3_000_000],
    [
      "a tool for an hour",
      { messages: [user], tools: [{ ...tool, cache_control: hour }] },
      3_000_000,
    ],
    ["the request for an hour", { messages: [user], cache_control: hour }, 3_000_000],
    [
      "five minutes",
      { messages: [{ role: "user", content: asText({ type: "ephemeral", ttl: "5m" }) }] },
      1_875_000,
    ],
    [
      "no time",
      { messages: [{ role: "user", content: asText({ type: "ephemeral" }) }] },
      1_875_000,
    ],
    ["no mark", { messages: [user] }, 1_875_000],
  ])("marked with %s", async (_, body, expected) => {
    const request = { model: "m", ...body } as ChatRequest;
    const { usage: used } = await adapter().complete(callOf({ ...request }), never);
    expect(charge(used)).toBe(expected);
    const chunks = await collect(
      chunksIn(adapter().stream(callOf({ ...request, stream: true }), never)),
    );
    expect(charge(chunks.find((it) => it.usage !== null)?.usage)).toBe(expected);
  });
});
