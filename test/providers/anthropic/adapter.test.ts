// The Anthropic adapter over HTTP: what it sends, and what its answers become.
import { describe, expect, test } from "bun:test";
import type { ApiError } from "../../../src/base/errors.ts";
import { createMessagesAdapter } from "../../../src/providers/anthropic/adapter.ts";
import { ANTHROPIC_FEATURES, VERTEX_FEATURES } from "../../../src/providers/claude/platform.ts";
import { HTTP_END, httpChunk, SSE_HEAD } from "../../support/http-bytes.ts";
import { namedEvent } from "../../support/sse.ts";
import { scripted } from "../scripted.ts";
import { chunksIn, collect, rawServer, rejection } from "../support.ts";
import {
  adapterFor,
  claudeCall,
  END,
  eventsText,
  message,
  never,
  optionsFor,
  saying,
  start,
  stopWith,
  textOf,
} from "./support.ts";

const SCHEMA = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };

const streamed = (text: string) =>
  new Response(text, { headers: { "content-type": "text/event-stream" } });

describe("over the wire", () => {
  test("sends the documented headers and exactly the body", async () => {
    using server = scripted(() => Response.json(message([{ type: "text", text: "hi" }])));
    const request = {
      messages: [
        { role: "system", content: "s" },
        { role: "user", content: "q" },
      ],
      seed: 1,
      reasoning_effort: "low",
      response_format: { type: "json_schema", json_schema: { name: "x", schema: SCHEMA } },
    };
    await adapterFor(server.url).complete(claudeCall(request), never);
    const [sent] = server.seen;
    expect([sent?.method, sent?.path]).toEqual(["POST", "/v1/messages"]);
    expect(sent?.body).toEqual({
      model: "claude-opus-5",
      max_tokens: 1_000,
      system: "s",
      messages: [{ role: "user", content: [{ type: "text", text: "q" }] }],
      thinking: { type: "adaptive", display: "summarized" },
      output_config: {
        effort: "low",
        format: { type: "json_schema", schema: { ...SCHEMA, additionalProperties: false } },
      },
    });
    const ours = ["x-api-key", "anthropic-version", "accept", "content-type", "authorization"];
    expect(ours.map((name) => sent?.headers[name] ?? null)).toEqual([
      "sk-ant-test-key",
      "2023-06-01",
      "application/json",
      "application/json",
      null,
    ]);
    expect(JSON.stringify(sent?.headers)).not.toContain("req_test");
  });

  test("asks for a stream, without a key, at a base with a path, with own headers", async () => {
    using server = scripted(() => streamed(eventsText(saying("a"))));
    const headers = { "Anthropic-Version": "2026-10-21", "anthropic-beta": "x" };
    const adapter = adapterFor(`${server.url}proxy/v1/`, { apiKey: null, headers });
    await collect(chunksIn(adapter.stream(claudeCall(), never)));
    const [sent] = server.seen;
    expect(sent?.path).toBe("/proxy/v1/messages");
    expect(sent?.body).toEqual({
      model: "claude-opus-5",
      max_tokens: 1_000,
      messages: [{ role: "user", content: [{ type: "text", text: "hello" }] }],
      stream: true,
    });
    const names = ["x-api-key", "anthropic-version", "anthropic-beta", "accept"];
    expect(names.map((name) => sent?.headers[name] ?? null)).toEqual([
      null,
      "2026-10-21",
      "x",
      "text/event-stream",
    ]);
  });

  test("another endpoint gives the address, the headers and its own fields", async () => {
    using server = scripted(() => streamed(eventsText(saying("a"))));
    const adapter = createMessagesAdapter({
      ...optionsFor(server.url),
      features: { ...ANTHROPIC_FEATURES, nativeJson: false, systemTurns: false },
      fetchMedia: null,
      probe: null,
      endpoint: async ({ upstreamModel }, stream) => ({
        url: `${server.url}models/${upstreamModel}:${stream ? "streamRawPredict" : "rawPredict"}`,
        headers: { authorization: "Bearer token" },
        bodyExtras: { anthropic_version: "vertex-2023-10-16" },
      }),
    });
    expect(textOf(await collect(chunksIn(adapter.stream(claudeCall(), never))))).toBe("a");
    expect(server.seen[0]?.path).toBe("/models/claude-opus-5:streamRawPredict");
    expect(server.seen[0]?.body).toEqual({
      anthropic_version: "vertex-2023-10-16",
      max_tokens: 1_000,
      messages: [{ role: "user", content: [{ type: "text", text: "hello" }] }],
      stream: true,
    });
  });

  test("a platform that fetches no media gets the bytes", async () => {
    using server = scripted(() => Response.json(message([{ type: "text", text: "a" }])));
    const image = { type: "image_url", image_url: { url: "https://h/a.png" } };
    const adapter = createMessagesAdapter({
      ...optionsFor(server.url),
      features: VERTEX_FEATURES,
      fetchMedia: async () => ({ mimeType: "image/png", bytes: Buffer.from("hi") }),
      probe: null,
      endpoint: async () => ({ url: server.url, headers: {}, bodyExtras: {} }),
    });
    await adapter.complete(claudeCall({ messages: [{ role: "user", content: [image] }] }), never);
    const source = { type: "base64", media_type: "image/png", data: "aGk=" };
    expect(server.seen[0]?.body).toMatchObject({
      messages: [{ role: "user", content: [{ type: "image", source }] }],
    });
  });

  test("what is left out is told, whole and streamed", async () => {
    using server = scripted(() => Response.json(message([{ type: "text", text: "a" }])));
    const call = claudeCall({ seed: 1, temperature: 1 });
    const { ignored } = await adapterFor(server.url).complete(call, never);
    expect(ignored).toEqual(["seed", "temperature"]);
    using stream = scripted(() => streamed(eventsText(saying("a"))));
    const [chunk] = await collect(chunksIn(adapterFor(stream.url).stream(call, never)));
    expect(chunk?.ignored).toEqual(["seed", "temperature"]);
  });

  test("an answer by a forced tool becomes text, whole and streamed", async () => {
    const use = { type: "tool_use", id: "t", name: "json", input: { city: "Rome" } };
    using server = scripted(() => Response.json(message([use], { stop_reason: "tool_use" })));
    const format = { type: "json_schema", json_schema: { name: "x", schema: SCHEMA } };
    const call = claudeCall({ response_format: format }, "claude-opus-4-0");
    const { completion } = await adapterFor(server.url).complete(call, never);
    expect(completion.choices[0]).toMatchObject({
      message: { content: '{"city":"Rome"}' },
      finish_reason: "stop",
    });
    expect(completion.choices[0]?.message.tool_calls).toBeUndefined();
  });

  test("what cannot be sent fails in the iteration, and nothing is sent", async () => {
    using server = scripted(() => Response.json({}));
    const adapter = adapterFor(server.url);
    const call = claudeCall({ n: 2 });
    const iterable = chunksIn(adapter.stream(call, never));
    expect(((await rejection(collect(iterable))) as ApiError).param).toBe("n");
    expect(((await rejection(adapter.complete(call, never))) as ApiError).param).toBe("n");
    expect(server.seen).toEqual([]);
  });

  test("errors have their status, before the stream, as its first event, and as JSON", async () => {
    const error = { type: "overloaded_error", message: "Overloaded" };
    const body = { type: "error", error };
    const answers = [
      () => Response.json(body, { status: 529, headers: { "retry-after": "2" } }),
      () => streamed(namedEvent(body)),
      () => Response.json(body),
      () => Response.json({ id: "x" }),
    ];
    const outcomes: unknown[] = [];
    for (const answer of answers) {
      using server = scripted(answer);
      const caught = await rejection(
        collect(chunksIn(adapterFor(server.url).stream(claudeCall(), never))),
      );
      const { status, retryAfterMs, upstreamStatus } = caught as ApiError;
      outcomes.push([status, retryAfterMs, upstreamStatus]);
    }
    expect(outcomes).toEqual([
      [503, 2_000, 529],
      [503, undefined, 529],
      [503, undefined, 529],
      [502, undefined, undefined],
    ]);
  });
});

test("the probe lists the models with the same headers", async () => {
  using server = scripted(() => Response.json({ data: [{ id: "a" }, { id: "b" }] }));
  const adapter = adapterFor(server.url);
  expect(await adapter.probe(never)).toEqual({ ok: true, detail: "answers and lists 2 models" });
  const [sent] = server.seen;
  expect(sent?.path).toBe("/v1/models?limit=1000");
  expect(sent?.headers["x-api-key"]).toBe("sk-ant-test-key");
  const gone = await adapterFor("http://127.0.0.1:1").probe(never);
  expect([gone.ok, gone.detail.includes("could not be reached")]).toEqual([false, true]);
});

test("what cannot be sent fails at start, without showing the value", () => {
  expect(() => adapterFor("nowhere")).toThrow("not a URL");
  const make = () => adapterFor("http://h", { apiKey: "se\ncret" });
  expect(make).toThrow('"x-api-key"');
  expect(make).not.toThrow("cret");
});

test("connections are used again after a stream's proper end", async () => {
  await using server = await rawServer((socket) => {
    socket.write(SSE_HEAD);
    socket.write(httpChunk(eventsText([start(), stopWith("end_turn"), END])));
    setTimeout(() => socket.write(HTTP_END), 5);
  });
  const adapter = adapterFor(server.url);
  for (let turn = 0; turn < 4; turn++) {
    await collect(chunksIn(adapter.stream(claudeCall(), never)));
    await Bun.sleep(30);
  }
  expect(server.connections).toBe(1);
});
