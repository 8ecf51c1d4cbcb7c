// The Responses adapter over HTTP: what it sends, gives and ends with.

import { describe, expect, test } from "bun:test";
import type { ApiError } from "../../../src/base/errors.ts";
import { createResponsesAdapter } from "../../../src/providers/openai-responses/adapter.ts";
import { HTTP_END, httpChunk, SSE_HEAD } from "../../support/http-bytes.ts";
import { namedEvent } from "../../support/sse.ts";
import { never, optionsFor, textOf, tools } from "../openai/adapter-support.ts";
import { callOf, chunksIn, collect, rawServer, rejection } from "../support.ts";
import { completed, message, outputText, responseOf, TOKEN_USAGE, textDelta } from "./support.ts";

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

  test("connections are used again after streams", async () => {
    await using server = await rawServer((socket) => {
      socket.write(SSE_HEAD);
      socket.write(httpChunk(`${namedEvent(textDelta(0, "a"))}${namedEvent(completed())}`));
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
