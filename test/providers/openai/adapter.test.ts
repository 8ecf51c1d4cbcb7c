// The OpenAI adapter over HTTP: what it sends, gives and ends with; and against a mock.
import { afterAll, beforeAll, describe, expect, spyOn, test } from "bun:test";
import { LLMock } from "@copilotkit/aimock";
import type { ApiError } from "../../../src/base/errors.ts";
import { createOpenAiAdapter } from "../../../src/providers/openai/adapter.ts";
import { buildHeaders, endpointUrl } from "../../../src/providers/shared/endpoint.ts";
import { HTTP_END, httpChunk, SSE_HEAD } from "../../support/http-bytes.ts";
import { callOf, chunksIn, collect, rawServer, rejection } from "../support.ts";
import { never, optionsFor, textOf } from "./adapter-support.ts";

const answer = {
  id: "c",
  object: "chat.completion",
  created: 1,
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: "hi" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 2, completion_tokens: 1, total_tokens: 3 },
};

const event = (content: string, finish: string | null = null) =>
  `data: ${JSON.stringify({
    id: "c",
    object: "chat.completion.chunk",
    created: 1,
    model: "m",
    choices: [{ index: 0, delta: { role: "assistant", content }, finish_reason: finish }],
  })}\n\n`;

describe("against an independent mock", () => {
  const mock = new LLMock({ port: 0 });
  beforeAll(async () => {
    mock.onMessage("hello", { content: "Hello from the other side, friend." }, { chunkSize: 5 });
    await mock.start();
  });
  afterAll(() => mock.stop());

  test("streams, usage and the finish reason last", async () => {
    const adapter = createOpenAiAdapter(optionsFor(`${mock.url}/v1`));
    const chunks = await collect(chunksIn(adapter.stream(callOf(), never)));
    expect(textOf(chunks)).toBe("Hello from the other side, friend.");
    expect(chunks.length).toBeGreaterThan(5);
    const reported = chunks.filter(({ usage }) => usage !== null);
    expect(reported).toHaveLength(1);
    expect(reported[0]).toBe(chunks.at(-2));
    expect(chunks.at(-1)?.chunk.choices[0]?.finish_reason).toBe("stop");
    expect(chunks.some(({ wire }) => wire !== null)).toBe(true);
    for (const { wire, chunk } of chunks) {
      expect(wire === null || Bun.deepEquals(JSON.parse(wire), chunk)).toBe(true);
    }
  });

  test("reports chaos as what it is", async () => {
    const adapter = createOpenAiAdapter(optionsFor(`${mock.url}/v1`));
    const outcomes: [object, number[]][] = [
      [{ rateLimitRate: 1 }, [429]],
      [{ dropRate: 1 }, [502]],
      [{ malformedRate: 1 }, [502]],
      [{ disconnectRate: 1 }, [502]],
    ];
    for (const [chaos, statuses] of outcomes) {
      mock.setChaos(chaos);
      try {
        const whole = await rejection(adapter.complete(callOf(), never));
        const streamed = await rejection(collect(chunksIn(adapter.stream(callOf(), never))));
        expect(statuses).toContain((whole as ApiError).status);
        expect(statuses).toContain((streamed as ApiError).status);
      } finally {
        mock.clearChaos();
      }
    }
  });
});

describe("over the wire", () => {
  test("sends the key, the configured headers and nothing of the client's", async () => {
    const seen: Record<string, string>[] = [];
    using server = Bun.serve({
      port: 0,
      fetch: (request) => {
        seen.push(Object.fromEntries(request.headers));
        return Response.json(answer);
      },
    });
    const base = `${server.url.href}v1`;
    await createOpenAiAdapter(optionsFor(base, { headers: { "X-Extra": "1" } })).complete(
      callOf(),
      never,
    );
    await createOpenAiAdapter(optionsFor(base, { auth: "api-key" })).complete(callOf(), never);
    await createOpenAiAdapter(optionsFor(base, { apiKey: null })).complete(callOf(), never);
    expect(seen.map((headers) => [headers.authorization, headers["api-key"]])).toEqual([
      ["Bearer sk-test-key", undefined],
      [undefined, "sk-test-key"],
      [undefined, undefined],
    ]);
    expect(seen[0]?.["x-extra"]).toBe("1");
    expect(JSON.stringify(seen)).not.toContain("req_test");
  });

  test("a JSON answer to a call for a stream is an error where it is no answer", async () => {
    let body: object = { error: { message: "busy", type: "overloaded_error" } };
    using server = Bun.serve({ port: 0, fetch: () => Response.json(body) });
    const adapter = createOpenAiAdapter(optionsFor(server.url.href));
    const first = await rejection(collect(chunksIn(adapter.stream(callOf(), never))));
    expect((first as ApiError).status).toBe(503);
    body = { hello: "world" };
    const second = await rejection(collect(chunksIn(adapter.stream(callOf(), never))));
    expect((second as ApiError).status).toBe(502);
    body = answer;
    const chunks = await collect(chunksIn(adapter.stream(callOf(), never)));
    expect(chunks.flatMap(({ chunk }) => chunk.choices[0]?.finish_reason ?? [])).toEqual(["stop"]);
  });

  test("every call lets go of the client's signal, however it ends", async () => {
    let body: object = answer;
    using server = Bun.serve({ port: 0, fetch: () => Response.json(body) });
    const adapter = createOpenAiAdapter(optionsFor(server.url.href));
    const { signal } = new AbortController();
    const added = spyOn(signal, "addEventListener");
    const removed = spyOn(signal, "removeEventListener");
    await adapter.complete(callOf(), signal);
    body = { error: "x" };
    await rejection(adapter.complete(callOf(), signal));
    await rejection(collect(chunksIn(adapter.stream(callOf(), signal))));
    await adapter.probe(signal);
    expect(added.mock.calls.length).toBe(4);
    expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(
      added.mock.calls.map(([, listener]) => listener),
    );
  });

  test("connections are used again, after answers and after streams", async () => {
    await using server = await rawServer((socket) => {
      socket.write(SSE_HEAD);
      socket.write(httpChunk(`${event("a", "stop")}data: [DONE]\n\n`));
      setTimeout(() => socket.write(HTTP_END), 5);
    });
    const adapter = createOpenAiAdapter(optionsFor(server.url));
    for (let turn = 0; turn < 5; turn++) {
      expect(textOf(await collect(chunksIn(adapter.stream(callOf(), never))))).toBe("a");
      await Bun.sleep(30);
    }
    expect(server.connections).toBe(1);
  });
});

describe("probe", () => {
  test("tells what the provider said, without the key", async () => {
    using server = Bun.serve({
      port: 0,
      fetch: (request) => {
        const { pathname } = new URL(request.url);
        if (pathname === "/good/models" && request.method === "GET") {
          return Response.json({ data: [{ id: "a" }, { id: "b" }] });
        }
        const message = "Incorrect API key provided: sk-test-key123";
        return Response.json({ error: { message } }, { status: 401 });
      },
    });
    const probe = (path: string) =>
      createOpenAiAdapter(optionsFor(`${server.url.href}${path}`)).probe(never);
    expect(await probe("good")).toEqual({ ok: true, detail: "answers and lists 2 models" });
    const bad = await probe("bad");
    expect(bad).toEqual({
      ok: false,
      detail: "HTTP 401: Incorrect API key provided: [redacted]",
    });
    const gone = await createOpenAiAdapter(optionsFor("http://127.0.0.1:1/v1")).probe(never);
    expect([gone.ok, gone.detail.includes("could not be reached")]).toEqual([false, true]);
    const aborted = createOpenAiAdapter(optionsFor("http://127.0.0.1:1/v1"));
    expect(await rejection(aborted.probe(AbortSignal.abort("why")))).toBe("why");
  });
});

describe("endpoint", () => {
  test.each([
    ["https://h/v1", "https://h/v1/chat/completions"],
    ["https://h/v1/", "https://h/v1/chat/completions"],
    ["http://h:8/", "http://h:8/chat/completions"],
    [
      "https://h/openai/deployments/d1?api-version=2024-10-21",
      "https://h/openai/deployments/d1/chat/completions?api-version=2024-10-21",
    ],
    [
      "https://h/openai/deployments/{model}?api-version=1",
      "https://h/openai/deployments/a%2Fb/chat/completions?api-version=1",
    ],
  ])("%s", (base, expected) => {
    expect(endpointUrl(base, "chat/completions", "a/b")).toBe(expected);
  });

  test("what cannot be sent fails at start, without showing the value", () => {
    expect(() => createOpenAiAdapter(optionsFor("nowhere"))).toThrow("not a URL");
    const make = () => createOpenAiAdapter(optionsFor("http://h", { apiKey: "se\ncret" }));
    expect(make).toThrow('"authorization"');
    expect(make).not.toThrow("cret");
  });

  test("a configured header wins, whatever its case", () => {
    const headers = buildHeaders(
      { apiKey: "k", auth: "bearer", headers: { Authorization: "Custom x" } },
      "a/b",
    );
    expect(headers.authorization).toBe("Custom x");
    expect("Authorization" in headers).toBe(false);
  });
});
