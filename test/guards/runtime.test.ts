// Traps of the runtime that lose or damage answers silently: each stays shut.

import { afterEach, describe, expect, test } from "bun:test";
import { chunk, DONE } from "../support/openai-wire.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { event } from "../support/sse.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

function upstream(fetch: (request: Request) => Response | Promise<Response>) {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", idleTimeout: 0, fetch });
  cleanups.push(() => server.stop(true));
  return { OPENAI_API_KEY: "k", OPENAI_BASE_URL: `http://127.0.0.1:${server.port}/v1` };
}

async function serve(env: Record<string, string>, server: object = {}): Promise<TestServer> {
  const started = await startTestServer({ env, config: { server } });
  cleanups.push(() => started.close());
  return started;
}

const chat = (server: TestServer, body: object, headers: Record<string, string> = {}) =>
  fetch(`${server.baseUrl}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${server.key}`, ...headers },
    body: JSON.stringify({
      model: "gpt-4o-mini",
      messages: [{ role: "user", content: "hi" }],
      ...body,
    }),
  });

const TEXT = "héllo 😀 wörld 🇩🇪 漢字";
const STREAM = event(chunk({ role: "assistant", content: TEXT })) + event(chunk({}, "stop")) + DONE;

/** The stream's bytes one by one, so that every character is cut. */
function byteByByte(text: string): Response {
  const bytes = new TextEncoder().encode(text);
  async function* pieces() {
    for (const byte of bytes) {
      yield new Uint8Array([byte]);
      await Promise.resolve();
    }
  }
  return new Response(pieces(), { headers: { "content-type": "text/event-stream" } });
}

function contentOf(sse: string): string {
  return [...sse.matchAll(/^data: (\{.*)$/gm)]
    .map(([, json]) => JSON.parse(json ?? "") as { choices: { delta: { content?: string } }[] })
    .map(({ choices }) => choices[0]?.delta.content ?? "")
    .join("");
}

describe("a stream", () => {
  test("keeps its characters whole when they arrive in pieces and other headers are set", async () => {
    const server = await serve(
      upstream(() => byteByByte(STREAM)),
      { corsOrigins: ["*"] },
    );
    const response = await chat(server, { stream: true }, { origin: "https://app.example" });
    expect(response.headers.get("access-control-allow-origin")).not.toBeNull();
    expect(contentOf(await response.text())).toBe(TEXT);
  });

  test("that fails after its first chunk tells the client, instead of ending as if complete", async () => {
    const cut = event(chunk({ role: "assistant", content: "half" }));
    const body = () => new Response(cut, { headers: { "content-type": "text/event-stream" } });
    const server = await serve(upstream(body));
    const text = await (await chat(server, { stream: true })).text();
    expect(text).toContain('"code":"upstream_error"');
    expect(text).not.toContain("[DONE]");
  });
});

describe("a silent upstream", () => {
  // Bun looks at its timeouts every few seconds, so less would not show a connection that it closes.
  const SILENCE_MS = 7000;

  test("does not get the client's connection closed, streaming or not", async () => {
    const env = upstream(async (request) => {
      const { stream } = (await request.json()) as { stream?: boolean };
      await Bun.sleep(SILENCE_MS);
      if (stream) return new Response(STREAM, { headers: { "content-type": "text/event-stream" } });
      const message = { role: "assistant", content: TEXT };
      return Response.json({
        id: "chatcmpl-1",
        object: "chat.completion",
        created: 1,
        model: "gpt-4o-mini",
        choices: [{ index: 0, message, finish_reason: "stop" }],
        usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
      });
    });
    const server = await serve(env, { idleTimeoutMs: 1000 });
    const [whole, streamed] = await Promise.all([
      chat(server, {}).then((response) => response.text()),
      chat(server, { stream: true }).then((response) => response.text()),
    ]);
    expect(whole).toContain(TEXT);
    expect(contentOf(streamed)).toBe(TEXT);
  }, 30_000);
});

describe("headers of the provider", () => {
  test("do not reach the client, nor does a body under a wrong encoding", async () => {
    const env = upstream(async () => {
      const body = JSON.stringify({
        id: "chatcmpl-1",
        object: "chat.completion",
        created: 1,
        model: "gpt-4o-mini",
        choices: [
          { index: 0, message: { role: "assistant", content: TEXT }, finish_reason: "stop" },
        ],
        usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
      });
      return new Response(Bun.gzipSync(new TextEncoder().encode(body)), {
        headers: {
          "content-type": "application/json",
          "content-encoding": "gzip",
          "set-cookie": "session=secret",
          "openai-organization": "org-secret",
          server: "provider",
        },
      });
    });
    const server = await serve(env);
    const response = await chat(server, {});
    expect(JSON.stringify(await response.json())).toContain(TEXT);
    expect([...response.headers.keys()].sort()).toEqual([
      "cache-control",
      "content-length",
      "content-type",
      "date",
      "x-credits-remaining",
      "x-credits-used",
      "x-request-id",
    ]);
  });
});
