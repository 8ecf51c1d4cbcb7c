// The Bedrock adapter over HTTP: against a mock of Bedrock, and against scripted bytes.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { LLMock } from "@copilotkit/aimock";
import { createBedrockAdapter } from "../../../src/providers/bedrock/adapter.ts";
import type { UpstreamChunk } from "../../../src/providers/protocol.ts";
import { json, startRawUpstream, type UpstreamAnswer } from "../../support/raw-upstream.ts";
import { callOf, chunksIn, collect, rejection } from "../support.ts";
import { CLAUDE, event, exception, never, optionsFor, textStream } from "./support.ts";

const call = (request: Record<string, unknown> = {}) => callOf(request, { upstreamModel: CLAUDE });

const textOf = (chunks: UpstreamChunk[]) =>
  chunks.map(({ chunk }) => chunk.choices[0]?.delta.content ?? "").join("");

describe("against an independent mock", () => {
  const mock = new LLMock({ port: 0 });
  beforeAll(async () => {
    const usage = { prompt_tokens: 7, completion_tokens: 3 };
    mock.onMessage("hello", { content: "Hello from the other side.", usage }, { chunkSize: 5 });
    mock.onMessage("weather", { toolCalls: [{ name: "look", arguments: '{"city":"Rome"}' }] });
    mock.onMessage("think", { content: "Done.", reasoning: "Let me see." });
    await mock.start();
  });
  afterAll(() => mock.stop());

  test("streams, usage last", async () => {
    const adapter = createBedrockAdapter(optionsFor(mock.url));
    const chunks = await collect(chunksIn(adapter.stream(call(), never)));
    expect(textOf(chunks)).toBe("Hello from the other side.");
    expect(chunks.length).toBeGreaterThan(5);
    expect(chunks.filter(({ usage }) => usage !== null)).toEqual(chunks.slice(-1));
    expect(chunks.at(-1)?.usage).toMatchObject({ promptTokens: 7, completionTokens: 3 });
  });

  test("gives tool calls and thinking, whole and streamed", async () => {
    const adapter = createBedrockAdapter(optionsFor(mock.url));
    const weather = call({ messages: [{ role: "user", content: "weather" }] });
    const { completion } = await adapter.complete(weather, never);
    const [whole] = completion.choices[0]?.message.tool_calls ?? [];
    expect(whole).toMatchObject({ function: { name: "look", arguments: '{"city":"Rome"}' } });
    const chunks = await collect(chunksIn(adapter.stream(weather, never)));
    const parts = chunks.flatMap(({ chunk }) => chunk.choices[0]?.delta.tool_calls ?? []);
    expect(parts.map((part) => part.function?.arguments).join("")).toBe('{"city":"Rome"}');
    const think = call({ messages: [{ role: "user", content: "think" }] });
    const thought = await collect(chunksIn(adapter.stream(think, never)));
    const deltas = thought.map(({ chunk }) => chunk.choices[0]?.delta ?? {});
    const reasoning = deltas.map((it) => ("reasoning_content" in it ? it.reasoning_content : ""));
    expect(reasoning.join("")).toBe("Let me see.");
    expect(textOf(thought)).toBe("Done.");
  });
});

const upstream = await startRawUpstream();
afterAll(() => upstream.close());

const streamOf = (
  pieces: UpstreamAnswer["pieces"],
  ending: UpstreamAnswer["ending"] = "end",
): UpstreamAnswer => ({
  headers: { "content-type": "application/vnd.amazon.eventstream" },
  pieces,
  ending,
});

const opening = textStream("a").slice(0, 2);
const damage = event("contentBlockDelta", { delta: { text: "b" } });
damage[damage.length - 6] = 0;
const long = event("contentBlockDelta", { delta: { text: "b".repeat(100_000) } });

test.each([
  ["an end before the stop", streamOf(opening), 502, "The provider's answer ended early."],
  [
    "an end within an event",
    streamOf([...opening, damage.slice(0, 20)]),
    502,
    "The provider's answer ended early.",
  ],
  ["nothing at all", streamOf([]), 502, "The provider's answer ended early."],
  ["damage", streamOf([...opening, damage]), 502, "The provider sent a damaged event."],
  [
    "an event that is too large",
    streamOf([...opening, long]),
    502,
    "The provider sent an event that is larger than the gateway accepts.",
  ],
  ["an exception", streamOf([...opening, exception("throttlingException", "slow")]), 429, "slow"],
  [
    "JSON in place of a stream",
    json({ __type: "com.amazon#ValidationException", message: "bad" }),
    400,
    "bad",
  ],
  ["other JSON", json({}), 502, "The provider did not answer with a stream."],
  [
    "an error by its status",
    json({ message: "slow" }, 429, {
      "x-amzn-errortype": "ThrottlingException",
      "retry-after": "3",
    }),
    429,
    "slow",
  ],
  [
    "a redirect",
    { status: 307, headers: { location: "https://h/" }, pieces: [] },
    502,
    "The provider answered with a redirect, which is not followed.",
  ],
])("a stream ends with an error after %s", async (_name, script, status, message) => {
  upstream.answer(script);
  const adapter = createBedrockAdapter(optionsFor(upstream.url));
  const error = await rejection(collect(chunksIn(adapter.stream(call(), never))));
  expect(error).toMatchObject({ status, message });
});

test("a request that cannot be sent is not sent", async () => {
  const before = upstream.requests.length;
  const adapter = createBedrockAdapter(optionsFor(upstream.url));
  expect(await rejection(adapter.complete(call({ n: 2 }), never))).toMatchObject({ status: 400 });
  expect(upstream.requests.length).toBe(before);
});

test.each([
  [json({ message: "The provided model identifier is invalid." }, 400), true, "answers and takes"],
  [
    json({ message: "The security token is invalid" }, 403, {
      "x-amzn-errortype": "UnrecognizedClientException",
    }),
    false,
    "HTTP 403: The security token is invalid",
  ],
  [json({}, 500), false, "HTTP 500: The provider failed"],
])("the probe, %#", async (script, ok, detail) => {
  upstream.answer(script);
  const result = await createBedrockAdapter(optionsFor(upstream.url)).probe(never);
  expect([result.ok, result.detail.startsWith(detail)]).toEqual([ok, true]);
  expect(upstream.requests.at(-1)?.path).toBe("/model/aacflow.probe/converse");
});

test("what is malformed fails at start", () => {
  expect(() => createBedrockAdapter(optionsFor("no url"))).toThrow("not a URL");
  expect(() => createBedrockAdapter(optionsFor(null, { region: "x/y" }))).toThrow("AWS region");
  expect(() => createBedrockAdapter(optionsFor(null))).not.toThrow();
});
