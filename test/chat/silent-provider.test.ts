// A stream whose provider says nothing for long is answered before it: comments, then what comes, or an error frame.

import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { chunk, DONE } from "../support/openai-wire.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { event } from "../support/sse.ts";
import { waitUntil } from "../support/wait.ts";

const WITHIN_MS = 150;

let answer = Promise.withResolvers<() => Response>();
let asked = 0;
const upstream = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  idleTimeout: 0,
  async fetch() {
    asked += 1;
    return (await answer.promise)();
  },
});
afterAll(() => upstream.stop(true));
afterEach(() => {
  answer = Promise.withResolvers();
});

const options = (firstByteWithinMs: number | null) => ({
  env: { OPENAI_API_KEY: "k", OPENAI_BASE_URL: `http://127.0.0.1:${upstream.port}/v1` },
  config: {
    server: { keepAliveMs: 40, firstByteWithinMs },
    providers: { openai: { retries: { max: 0 } } },
  },
});

const whole = () =>
  new Response(event(chunk({ content: "late" })) + event(chunk({}, "stop")) + DONE, {
    headers: { "content-type": "text/event-stream" },
  });
const refusal = () => Response.json({ error: { message: "not like this" } }, { status: 400 });

const chat = (server: TestServer, init: RequestInit = {}, stream = true) =>
  fetch(`${server.baseUrl}/chat/completions`, {
    method: "POST",
    headers: { "x-api-key": server.key },
    body: JSON.stringify({
      model: "gpt-4o-mini",
      stream,
      messages: [{ role: "user", content: "hi" }],
    }),
    ...init,
  });

async function recordOf(server: TestServer, response: Response): Promise<Record<string, unknown>> {
  const id = response.headers.get("x-request-id");
  const found = await fetch(`${server.baseUrl}/requests/${id}`, {
    headers: { "x-api-key": server.key },
  });
  return (await found.json()) as Record<string, unknown>;
}

describe("after server.firstByteWithinMs", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(options(WITHIN_MS));
  });
  afterAll(async () => {
    expect(server.ledger.verify().heldMicro).toBe(0);
    await server.close();
  });

  test("comments come, then the answer", async () => {
    const start = performance.now();
    const response = await chat(server);
    expect(performance.now() - start).toBeGreaterThan(WITHIN_MS - 10);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    expect(response.headers.get("x-credits-reserved")).not.toBeNull();
    await Bun.sleep(100);
    answer.resolve(whole);
    const text = await response.text();
    expect(text).toMatch(/^(?:: keep-alive\n\n){2,}data: \{/);
    expect(text).toContain('"content":"late"');
    expect(text).toContain(": x-credits-used=");
    expect(text.trimEnd()).toEndWith("data: [DONE]");
    const record = await recordOf(server, response);
    expect(record).toMatchObject({ ending: "completed", http_status: 200 });
    expect(record.first_event_ms).toBeGreaterThan(WITHIN_MS - 10);
  });

  test("a failure is an error frame, free, and recorded as answered 200", async () => {
    const response = await chat(server);
    answer.resolve(refusal);
    const text = await response.text();
    expect(response.status).toBe(200);
    expect(text).toContain('"type":"invalid_request_error"');
    expect(text).toContain(": x-credits-used=0.000000");
    expect(text).not.toContain("[DONE]");
    expect(await recordOf(server, response)).toMatchObject({
      status: "failed",
      ending: "upstream_failed",
      http_status: 200,
      cost: "0.000000",
    });
  });

  test("a client that leaves meanwhile ends the call", async () => {
    const before = asked;
    const left = new AbortController();
    const response = await chat(server, { signal: left.signal });
    expect(response.status).toBe(200);
    left.abort();
    await waitUntil(() => server.gateway.inProgress() === 0, "the end of the request");
    expect(asked).toBe(before + 1);
    expect(await recordOf(server, response)).toMatchObject({ ending: "client_left_early" });
  });
});

describe("before it, or without it", () => {
  test("a failure has its status", async () => {
    const server = await startTestServer(options(5_000));
    try {
      answer.resolve(refusal);
      const response = await chat(server);
      expect(response.status).toBe(400);
      expect(await recordOf(server, response)).toMatchObject({ http_status: 400 });
    } finally {
      await server.close();
    }
  });

  test("a failure has its status also where recording it takes longer", async () => {
    const server = await startTestServer({
      ...options(WITHIN_MS),
      wrapGateway: (gateway) => ({
        ...gateway,
        async answer(journey, input) {
          const answered = await gateway.answer(journey, input);
          if (answered.kind !== "stream") return answered;
          const opened = answered.opened.catch(async (error: unknown) => {
            await Bun.sleep(2 * WITHIN_MS);
            throw error;
          });
          return { ...answered, opened };
        },
      }),
    });
    try {
      answer.resolve(refusal);
      const response = await chat(server);
      expect(response.status).toBe(400);
      expect(await recordOf(server, response)).toMatchObject({ http_status: 400 });
    } finally {
      await server.close();
    }
  });

  test("null waits for the provider, and so does a request that is no stream", async () => {
    const server = await startTestServer(options(null));
    const other = await startTestServer(options(20));
    try {
      const responses = [chat(server), chat(other, {}, false)];
      await Bun.sleep(2 * WITHIN_MS);
      answer.resolve(refusal);
      for (const response of await Promise.all(responses)) expect(response.status).toBe(400);
    } finally {
      await server.close();
      await other.close();
    }
  });
});
