// The server behind nginx as docs/operators.md configures it.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chunk, DONE } from "../support/openai-wire.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { event } from "../support/sse.ts";
import { type Nginx, skipReason, startNginx } from "./nginx.ts";

/** What nginx waits for a byte, far below the silence of the provider here. */
const READ_TIMEOUT = "2s";
const SILENCE_MS = 5_000;

const says = (content: string) => event(chunk({ content }));
const END = event(chunk({}, "stop")) + DONE;
const SSE = { "content-type": "text/event-stream" };

let server: TestServer;
let nginx: Nginx;
let provider: (request: Request) => Response | Promise<Response>;
const upstream = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  idleTimeout: 0,
  fetch: (request) => provider(request),
});

beforeAll(async () => {
  if (skipReason !== null) return;
  server = await startTestServer({
    creditsMicro: 1_000_000_000,
    env: { OPENAI_API_KEY: "k", OPENAI_BASE_URL: `http://127.0.0.1:${upstream.port}/v1` },
    config: {
      server: { keepAliveMs: 500, firstByteWithinMs: 1_000, trustedProxies: ["127.0.0.1"] },
    },
  });
  nginx = await startNginx(server.origin, READ_TIMEOUT);
});

afterAll(async () => {
  await nginx?.stop();
  await server?.close();
  await upstream.stop(true);
});

const chat = (body: object, content = "hi") =>
  fetch(`${nginx.origin}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${server.key}` },
    body: JSON.stringify({ model: "gpt-4o-mini", messages: [{ role: "user", content }], ...body }),
  });

describe.skipIf(skipReason !== null)(`behind nginx${skipReason ? ` (${skipReason})` : ""}`, () => {
  test("a stream outlasts a provider that is silent for longer than nginx waits", async () => {
    provider = async () => {
      await Bun.sleep(SILENCE_MS);
      return new Response(says("late") + END, { headers: SSE });
    };
    const answer = await chat({ stream: true });
    expect(answer.status).toBe(200);
    const text = await answer.text();
    expect(text).toStartWith(": keep-alive\n\n");
    expect(text).toContain('"content":"late"');
    expect(text.trimEnd()).toEndWith("data: [DONE]");
  }, 30_000);

  test("a failure after such a silence is an error frame", async () => {
    provider = async () => {
      await Bun.sleep(SILENCE_MS);
      return Response.json({ error: { message: "no" } }, { status: 400 });
    };
    const answer = await chat({ stream: true });
    expect(answer.status).toBe(200);
    const text = await answer.text();
    expect(text).toContain('"error"');
    expect(text).not.toContain("[DONE]");
  }, 30_000);

  test("words are passed on as they come", async () => {
    const rest = Promise.withResolvers<void>();
    provider = () => {
      async function* words() {
        yield says("first");
        await rest.promise;
        yield says("second") + END;
      }
      return new Response(words(), { headers: SSE });
    };
    const answer = await chat({ stream: true });
    const reader = answer.body?.getReader();
    const first = Buffer.from((await reader?.read())?.value ?? []).toString();
    expect(first).toContain('"content":"first"');
    expect(first).not.toContain("second");
    rest.resolve();
    let text = "";
    for (;;) {
      const piece = await reader?.read();
      if (piece === undefined || piece.done) break;
      text += Buffer.from(piece.value).toString();
    }
    expect(text).toContain('"content":"second"');
  });

  test("a body of megabytes gets through", async () => {
    provider = async (request) => {
      const { messages } = (await request.json()) as { messages: { content: string }[] };
      const content = String(messages[0]?.content.length);
      return new Response(says(content) + END, { headers: SSE });
    };
    const answer = await chat({ stream: true, max_tokens: 1 }, "a ".repeat(4_000_000));
    expect(await answer.text()).toContain('"content":"8000000"');
  });

  test("errors and hosts are what they are without it, and the log names the client that nginx forwards", async () => {
    const answer = await fetch(`${nginx.origin}//v1/models`, {
      headers: { host: "aacflow.1", "x-forwarded-for": "198.51.100.7" },
    });
    expect(answer.status).toBe(401);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(answer.headers.get("www-authenticate")).toContain("Bearer");
    expect(server.logLines().at(-1)).toMatchObject({
      msg: "request refused",
      client: "198.51.100.7",
    });
  });
});
