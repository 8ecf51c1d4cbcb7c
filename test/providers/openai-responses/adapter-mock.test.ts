// The Responses adapter against a mock that this project did not write.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { LLMock } from "@copilotkit/aimock";
import type { ApiError } from "../../../src/base/errors.ts";
import { createResponsesAdapter } from "../../../src/providers/openai-responses/adapter.ts";
import type { UpstreamChunk } from "../../../src/providers/protocol.ts";
import { never, optionsFor, textOf, tools } from "../openai/adapter-support.ts";
import { callOf, chunksIn, collect, rejection } from "../support.ts";

describe("against an independent mock", () => {
  const mock = new LLMock({ port: 0, logLevel: "silent" });
  beforeAll(async () => {
    const usage = { input_tokens: 12, output_tokens: 5 };
    mock.onMessage("hello", { content: "Hello from the other side.", usage }, { chunkSize: 5 });
    mock.onMessage("think", { content: "Four.", reasoning: "Two and two." });
    mock.onMessage("long", { content: "Once upon", finishReason: "length" });
    await mock.start();
  });
  afterAll(() => mock.stop());

  const adapter = () => createResponsesAdapter(optionsFor(`${mock.url}/v1`));
  const asking = (content: string) => callOf({ tools, messages: [{ role: "user", content }] });

  test("streams, usage last", async () => {
    const chunks = await collect(chunksIn(adapter().stream(asking("hello"), never)));
    expect(textOf(chunks)).toBe("Hello from the other side.");
    expect(chunks.length).toBeGreaterThan(5);
    expect(chunks[0]?.chunk.choices[0]?.delta.role).toBe("assistant");
    expect(chunks.filter(({ usage }) => usage !== null)).toEqual([chunks.at(-1) as UpstreamChunk]);
    expect(chunks.at(-1)?.usage).toMatchObject({ promptTokens: 12, completionTokens: 5 });
  });

  test("gives reasoning summaries, whole and streamed", async () => {
    const call = { ...asking("think"), upstreamModel: "gpt-5.6-sol" };
    const { completion } = await adapter().complete(call, never);
    expect(completion.choices[0]?.message).toMatchObject({ reasoning_content: "Two and two." });
    const chunks = await collect(chunksIn(adapter().stream(call, never)));
    const thoughts = chunks.map(({ chunk }) => {
      const delta = chunk.choices[0]?.delta ?? {};
      return "reasoning_content" in delta ? delta.reasoning_content : "";
    });
    expect(thoughts.join("")).toBe("Two and two.");
    expect(textOf(chunks)).toBe("Four.");
  });

  test("tells a limit from an end", async () => {
    const { completion } = await adapter().complete(asking("long"), never);
    expect(completion.choices[0]?.finish_reason).toBe("length");
    const chunks = await collect(chunksIn(adapter().stream(asking("long"), never)));
    expect(chunks.at(-1)?.chunk.choices[0]?.finish_reason).toBe("length");
  });

  test("reports chaos as what it is", async () => {
    const outcomes: [object, number][] = [
      [{ rateLimitRate: 1 }, 429],
      [{ dropRate: 1 }, 502],
      [{ malformedRate: 1 }, 502],
      [{ disconnectRate: 1 }, 502],
    ];
    for (const [chaos, status] of outcomes) {
      mock.setChaos(chaos);
      try {
        const whole = await rejection(adapter().complete(asking("hello"), never));
        const streamed = await rejection(
          collect(chunksIn(adapter().stream(asking("hello"), never))),
        );
        expect([(whole as ApiError).status, (streamed as ApiError).status]).toEqual([
          status,
          status,
        ]);
      } finally {
        mock.clearChaos();
      }
    }
  });
});
