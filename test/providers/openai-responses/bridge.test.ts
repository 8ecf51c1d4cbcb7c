// Which calls go to the Responses API, and that the bridge sends them there.
import { describe, expect, test } from "bun:test";
import { createBridgedAdapter, needsResponses } from "../../../src/providers/openai/bridge.ts";
import type { ProviderAdapter, UpstreamCompletion } from "../../../src/providers/protocol.ts";
import { callOf, chunksIn, collect } from "../support.ts";

const tools = [{ type: "function", function: { name: "f" } }];
const never = new AbortController().signal;

function needs(model: string, request: Record<string, unknown>): boolean {
  return needsResponses(callOf(request, { upstreamModel: model }));
}

/** For each model: with tools and no effort, effort none, and effort low. */
test.each<[string, boolean, boolean, boolean]>([
  ["gpt-4o", false, false, false],
  ["gpt-4.1-mini", false, false, false],
  ["o3", false, false, false],
  ["gpt-5", false, false, false],
  ["gpt-5-mini", false, false, false],
  ["gpt-5.1", false, false, false],
  ["gpt-5.2-2025-12-11", false, false, false],
  ["gpt-5.4", false, true, true],
  ["gpt-5.4-mini", false, true, true],
  ["gpt-5.4-2026-03-05", false, true, true],
  ["gpt-5.5", true, true, true],
  ["gpt-5.5-2026-04-23", true, true, true],
  ["gpt-5.6", true, false, true],
  ["gpt-5.6-sol", true, false, true],
  ["gpt-5.6-luna", true, false, true],
  ["gpt-5.10-x", true, false, true],
  ["gpt-6-astra", true, true, true],
  ["gpt-6.1-sol", true, true, true],
  ["gpt-7", true, true, true],
  ["gpt-5.6-chat-latest", false, false, false],
  ["gpt-5-chat-latest", false, false, false],
  ["gpt-50", false, false, false],
  ["my-gpt-5.6", false, false, false],
  ["gpt-oss-120b", false, false, false],
])("%s with tools: unset %p, none %p, low %p", (model, unset, none, low) => {
  expect([
    needs(model, { tools }),
    needs(model, { tools, reasoning_effort: "none" }),
    needs(model, { tools, reasoning_effort: "low" }),
  ]).toEqual([unset, none, low]);
  expect(needs(model, { reasoning_effort: "low" })).toBe(false);
  expect(needs(model, { tools: [], reasoning_effort: "low" })).toBe(false);
});

test.each(["gpt-5-pro", "gpt-5.2-pro", "gpt-5-codex", "gpt-5.1-codex-mini", "gpt-5.5-pro-2026"])(
  "%s is served by the Responses API alone",
  (model) => {
    expect([needs(model, {}), needs(model, { tools })]).toEqual([true, true]);
  },
);

describe("the bridge", () => {
  const answering = (name: string): ProviderAdapter => ({
    complete: async () => ({ completion: { id: name }, usage: null }) as UpstreamCompletion,
    async *stream() {
      yield [{ chunk: { id: name } as never, wire: null, usage: null }];
    },
    probe: async () => ({ ok: true, detail: name }),
  });
  const bridged = createBridgedAdapter({
    chat: answering("chat"),
    responses: answering("responses"),
  });

  test.each([
    [{}, "chat"],
    [{ tools }, "responses"],
  ])("sends %j to %s, whole and streamed", async (request, name) => {
    const call = callOf(request, { upstreamModel: "gpt-6-sol" });
    expect((await bridged.complete(call, never)).completion.id).toBe(name);
    const chunks = await collect(chunksIn(bridged.stream(call, never)));
    expect(chunks.map(({ chunk }) => chunk.id)).toEqual([name]);
  });
});
