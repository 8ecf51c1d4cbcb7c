// The Responses adapter over HTTP: what it sends, gives and ends with.
import { describe, expect, test } from "bun:test";
import type { ApiError } from "../../../src/base/errors.ts";
import { createResponsesAdapter } from "../../../src/providers/openai-responses/adapter.ts";
import type { UpstreamChunk } from "../../../src/providers/protocol.ts";
import {
  callOf,
  chunksIn,
  collect,
  eventually,
  HTTP_END,
  httpChunk,
  rawServer,
  rejection,
  SSE_HEAD,
} from "../support.ts";
import { never, optionsFor, textOf, tools } from "./adapter-support.ts";
import {
  added,
  argumentsDelta,
  completed,
  done,
  functionCall,
  message,
  OPENING,
  outputText,
  responseOf,
  TOKEN_USAGE,
  textDelta,
} from "./support.ts";

const eventText = (event: object) =>
  `event: ${"type" in event ? event.type : "x"}\ndata: ${JSON.stringify(event)}\n\n`;

describe("over the wire", () => {
  test("sends the body to /responses with the key and the configured headers", async () => {
    const seen: { path: string; headers: Headers; body: unknown }[] = [];
    using server = Bun.serve({
      port: 0,
      fetch: async (request) => {
        const { pathname, search } = new URL(request.url);
        seen.push({
          path: pathname + search,
          headers: new Headers(request.headers),
          body: await request.json(),
        });
        return Response.json(responseOf({ output: [message(outputText("hi"))] }));
      },
    });
    const base = `${server.url.href}openai/v1?api-version=preview`;
    const extra = { auth: "api-key", headers: { "X-Extra": "1" } } as const;
    const { usage } = await createResponsesAdapter(optionsFor(base, extra)).complete(
      callOf({ tools }),
      never,
    );
    expect(usage).toEqual(TOKEN_USAGE);
    expect(seen).toHaveLength(1);
    expect(seen[0]?.path).toBe("/openai/v1/responses?api-version=preview");
    expect(seen[0]?.headers.get("api-key")).toBe("sk-test-key");
    expect(seen[0]?.headers.get("x-extra")).toBe("1");
    expect(JSON.stringify([...(seen[0]?.headers ?? [])])).not.toContain("req_test");
    expect(seen[0]?.body).toEqual({
      model: "upstream-model",
      input: [{ role: "user", content: "hello" }],
      store: false,
      max_output_tokens: 100,
      tools: [{ type: "function", name: "look", parameters: { type: "object" }, strict: false }],
    });
  });

  test("streams whatever way the events are cut", async () => {
    const call = functionCall("call_1", "look", '{"city":"Zürich"}');
    const events = [
      ...OPENING,
      added(0, { ...call, arguments: "" }),
      argumentsDelta(0, '{"city":'),
      argumentsDelta(0, '"Zürich"}'),
      done(0, call),
      completed({ output: [call] }),
    ];
    const bytes = Buffer.from(events.map(eventText).join(""));
    for (const size of [1, 7, 64, bytes.length]) {
      await using server = await rawServer((socket) => {
        socket.write(SSE_HEAD);
        for (let at = 0; at < bytes.length; at += size) {
          socket.write(httpChunk(bytes.subarray(at, at + size)));
        }
        socket.write(HTTP_END);
      });
      const adapter = createResponsesAdapter(optionsFor(server.url));
      const chunks = await collect(chunksIn(adapter.stream(callOf({ tools }), never)));
      const parts = chunks.flatMap(({ chunk }) => chunk.choices[0]?.delta.tool_calls ?? []);
      expect(parts.map((part) => part.function?.arguments).join("")).toBe('{"city":"Zürich"}');
      expect(chunks.at(-1)?.usage).toEqual(TOKEN_USAGE);
    }
  });

  test("a request that cannot be mapped never leaves", async () => {
    await using server = await rawServer(() => {});
    const adapter = createResponsesAdapter(optionsFor(server.url));
    const call = callOf({ tools, stop: ["x"] });
    expect(await rejection(adapter.complete(call, never))).toMatchObject({ param: "stop" });
    expect(await rejection(collect(chunksIn(adapter.stream(call, never))))).toMatchObject({
      status: 400,
    });
    expect(server.connections).toBe(0);
  });

  test("an error before the stream has its status and field", async () => {
    const error = {
      message: "Unsupported value",
      type: "invalid_request_error",
      param: "reasoning.effort",
      code: "unsupported_value",
    };
    using server = Bun.serve({ port: 0, fetch: () => Response.json({ error }, { status: 400 }) });
    const adapter = createResponsesAdapter(optionsFor(server.url.href));
    expect(await rejection(collect(chunksIn(adapter.stream(callOf(), never))))).toMatchObject({
      status: 400,
      code: "unsupported_value",
      param: "reasoning.effort",
      message: "Unsupported value",
    });
  });

  test("a JSON answer to a call for a stream is an error where it is no answer", async () => {
    let body: object = { error: { message: "busy", type: "overloaded_error" } };
    using server = Bun.serve({ port: 0, fetch: () => Response.json(body) });
    const adapter = createResponsesAdapter(optionsFor(server.url.href));
    const first = await rejection(collect(chunksIn(adapter.stream(callOf(), never))));
    expect((first as ApiError).status).toBe(503);
    body = { hello: "world" };
    const second = await rejection(collect(chunksIn(adapter.stream(callOf(), never))));
    expect((second as ApiError).message).toContain("did not answer with a stream");
  });

  test("a stream that is cut fails, all that came given first", async () => {
    await using server = await rawServer((socket) => {
      socket.end(`${SSE_HEAD}${httpChunk(eventText(textDelta(0, "half")))}${HTTP_END}`);
    });
    const adapter = createResponsesAdapter(optionsFor(server.url));
    const got: UpstreamChunk[] = [];
    const read = async () => {
      for await (const chunk of chunksIn(adapter.stream(callOf(), never))) {
        got.push(chunk);
      }
    };
    const error = (await rejection(read())) as ApiError;
    expect([error.status, error.message]).toEqual([502, "The provider's answer ended early."]);
    expect(textOf(got)).toBe("half");
  });

  test("leaving the loop and aborting close the upstream within a second", async () => {
    await using server = await rawServer((socket) => {
      socket.write(SSE_HEAD);
      socket.write(httpChunk(eventText(textDelta(0, "a"))));
    });
    const adapter = createResponsesAdapter(optionsFor(server.url));
    for await (const { chunk } of chunksIn(adapter.stream(callOf(), never))) {
      expect(chunk.choices[0]?.delta.content).toBe("a");
      break;
    }
    expect(await eventually(() => server.open === 0, 1_000)).toBe(true);
    for (const method of ["stream", "complete"] as const) {
      const client = new AbortController();
      const reason = new Error(`left during ${method}`);
      setTimeout(() => client.abort(reason), 40);
      const run =
        method === "stream"
          ? collect(chunksIn(adapter.stream(callOf(), client.signal)))
          : adapter.complete(callOf(), client.signal);
      expect(await rejection(run)).toBe(reason);
      expect(await eventually(() => server.open === 0, 1_000)).toBe(true);
    }
  });

  test("silence before and between events is given up", async () => {
    await using silent = await rawServer(() => {});
    await using stalled = await rawServer((socket) => {
      socket.write(SSE_HEAD);
      socket.write(httpChunk(eventText(textDelta(0, "a"))));
    });
    const timeouts = { firstByteMs: 100, betweenChunksMs: 100, totalMs: 5_000 };
    for (const { url } of [silent, stalled]) {
      const adapter = createResponsesAdapter(optionsFor(url, { timeouts }));
      const error = await rejection(collect(chunksIn(adapter.stream(callOf(), never))));
      expect((error as ApiError).status).toBe(504);
    }
  });

  test("connections are used again after streams", async () => {
    await using server = await rawServer((socket) => {
      socket.write(SSE_HEAD);
      socket.write(httpChunk(`${eventText(textDelta(0, "a"))}${eventText(completed())}`));
      setTimeout(() => socket.write(HTTP_END), 5);
    });
    const adapter = createResponsesAdapter(optionsFor(server.url));
    for (let turn = 0; turn < 3; turn++) {
      expect(textOf(await collect(chunksIn(adapter.stream(callOf(), never))))).toBe("a");
      await Bun.sleep(30);
    }
    expect(server.connections).toBe(1);
  });

  test("what cannot be sent fails at start, without showing the value", () => {
    expect(() => createResponsesAdapter(optionsFor("nowhere"))).toThrow("not a URL");
    const make = () => createResponsesAdapter(optionsFor("http://h", { apiKey: "se\ncret" }));
    expect(make).toThrow('"authorization"');
    expect(make).not.toThrow("cret");
  });
});
