// Faults of the server's own: masked for the client, told to the operator; and a full server.
import { expect, test } from "bun:test";
import type { Gateway } from "../../src/calls/gateway.ts";
import { openDatabase } from "../../src/db/open.ts";
import { chunk, streamOf } from "../support/openai-wire.ts";
import { gated, sse, startRawUpstream } from "../support/raw-upstream.ts";
import { startTestServer } from "../support/server.ts";
import { event } from "../support/sse.ts";
import { waitUntil } from "../support/wait.ts";
import { chat, expectError, expectNoCredits, expectNothingCharged, request } from "./support.ts";

const BODY = JSON.stringify({ model: "demo", messages: [{ role: "user", content: "hi" }] });
const DEMO = { demo: { enabled: true, wordDelayMs: 0 } };
const SECRET = "ENOENT: no such file /srv/secret/books.db, key sk-internal-0123456789";
const MASKED = { status: 500, type: "server_error", message: "X-Request-Id" };

function fail(): never {
  throw new TypeError(SECRET);
}

const FAULTS: { name: string; wrap: (gateway: Gateway) => Gateway; known: boolean }[] = [
  {
    name: "in a chat",
    wrap: (gateway) => ({ ...gateway, answer: async () => fail() }),
    known: true,
  },
  {
    name: "in the check of a key",
    wrap: (gateway) => ({ ...gateway, authenticate: fail }),
    known: false,
  },
];

test.each(FAULTS)(
  "a fault $name is a 500 that says nothing of it, and is logged",
  async (fault) => {
    const server = await startTestServer({ config: DEMO, wrapGateway: fault.wrap });
    try {
      const answer = await chat(server, BODY);
      expectError(answer, MASKED);
      for (const word of ["ENOENT", "secret", "sk-internal", "TypeError", "/srv"]) {
        expect(answer.text).not.toContain(word);
      }
      if (fault.known) expectNothingCharged(answer, "10.000000");
      else expectNoCredits(answer);
      const [line, ...others] = server.logLinesFrom(50);
      expect(others).toEqual([]);
      expect(line).toMatchObject({
        msg: "request failed",
        requestId: answer.headers.get("x-request-id"),
        status: 500,
        path: "/api/v1/ai/chat/completions",
        err: { type: "TypeError", message: SECRET },
      });
    } finally {
      await server.close();
    }
  },
);

test("a fault in the model list and in the balance is masked too", async () => {
  const wrapGateway = (gateway: Gateway) => ({ ...gateway, balance: fail });
  const server = await startTestServer({ config: DEMO, wrapGateway });
  try {
    for (const path of ["/models", "/models/demo", "/credits"]) {
      const headers = { "x-api-key": server.key };
      expectError(await request(server.baseUrl + path, { headers }), MASKED);
    }
  } finally {
    await server.close();
  }
});

test("a fault in the middle of a stream is an error frame that says nothing of it", async () => {
  const wrapGateway = (gateway: Gateway): Gateway => ({
    ...gateway,
    async answer(journey, input) {
      const answer = await gateway.answer(journey, input);
      if (answer.kind !== "stream") return answer;
      const events = async function* () {
        for await (const one of answer.events) {
          yield one;
          fail();
        }
      };
      return { ...answer, events: events() };
    },
  });
  const server = await startTestServer({ config: DEMO, wrapGateway });
  try {
    const answer = await chat(
      server,
      JSON.stringify({ ...(JSON.parse(BODY) as object), stream: true }),
    );
    expect(answer.status).toBe(200);
    const frames = answer.text.trim().split("\n\n");
    expect(frames).toHaveLength(2);
    const frame: unknown = JSON.parse(frames[1]?.slice("data: ".length) ?? "");
    expect(frame).toEqual({
      error: {
        message: expect.stringContaining("internal error"),
        type: "server_error",
        param: null,
        code: null,
      },
    });
    expect(answer.text).not.toContain("ENOENT");
    expect(server.logLinesFrom(50)).toMatchObject([
      { requestId: answer.headers.get("x-request-id"), err: { message: SECRET } },
    ]);
  } finally {
    await server.close();
  }
});

test("a database that another process has locked is a 503 for chats until it is free", async () => {
  const server = await startTestServer({ config: { ...DEMO, money: { lockTimeoutMs: 60 } } });
  const other = openDatabase(server.dataDir, { busyTimeoutMs: 50 });
  const ready = () => request(`${server.origin}/ready`);
  try {
    other.sqlite.run("BEGIN IMMEDIATE");
    const refused = await chat(server, BODY);
    expectError(refused, { status: 503, type: "server_error", code: "overloaded" });
    expectNothingCharged(refused, "10.000000");
    expect(await ready()).toMatchObject({ status: 503, text: '{"status":"unavailable"}' });
    other.sqlite.run("ROLLBACK");
    expect((await chat(server, BODY)).status).toBe(200);
    expect(await ready()).toMatchObject({ status: 200, text: '{"status":"ready"}' });
    expect(server.ledger.verify()).toMatchObject({ heldMicro: 0, requests: 1, discrepancies: [] });
  } finally {
    other.close();
    await server.close();
  }
});

test("keys that cannot be looked up are a 503, which does not blame the caller's key", async () => {
  const server = await startTestServer({ config: DEMO });
  try {
    server.database.sqlite.run("ALTER TABLE api_keys RENAME TO moved");
    const answer = await chat(server, BODY);
    expectError(answer, { status: 503, type: "server_error", code: "overloaded" });
    expect(answer.text).not.toContain("api_keys");
  } finally {
    await server.close();
  }
});

test("a server with all places taken answers 503 with a wait, until one is free", async () => {
  const upstream = await startRawUpstream();
  const gate = Promise.withResolvers<void>();
  const [head = "", ...rest] = streamOf("a");
  upstream.answer(() => sse(gated(head, gate.promise, rest.join(""))));
  const config = { limits: { concurrentRequests: 1 } };
  const server = await startTestServer({ env: upstream.env, config });
  try {
    const body = JSON.stringify({
      model: "gpt-4o-mini",
      messages: [{ role: "user", content: "a" }],
      stream: true,
    });
    const first = chat(server, body);
    await waitUntil(() => server.gateway.inProgress() === 1, "the first request in progress");
    const refused = await chat(server, body);
    expectError(refused, { status: 503, type: "server_error", code: "overloaded" });
    expect(refused.headers.get("retry-after")).toBe("1");
    gate.resolve();
    expect((await first).text).toEndWith("data: [DONE]\n\n");
    expect((await chat(server, body)).status).toBe(200);
  } finally {
    await server.close();
    await upstream.close();
  }
});

test("402 while the credit is held by a call in flight says so, and may be retried", async () => {
  const upstream = await startRawUpstream();
  const gate = Promise.withResolvers<void>();
  upstream.answer(
    sse(
      gated(
        event(chunk({ role: "assistant", content: "a" })),
        gate.promise,
        streamOf("b").join(""),
      ),
    ),
  );
  // 1000 tokens of output are 600 micro-dollars: enough for one such hold, not for two.
  const server = await startTestServer({ env: upstream.env, creditsMicro: 1_000 });
  try {
    const messages = [{ role: "user", content: "a" }];
    const body = JSON.stringify({
      model: "gpt-4o-mini",
      messages,
      max_tokens: 1_000,
      stream: true,
    });
    const first = chat(server, body);
    await waitUntil(() => server.gateway.inProgress() === 1, "the first request in progress");
    const refused = await chat(server, body);
    expectError(refused, {
      status: 402,
      type: "insufficient_quota",
      code: "insufficient_credits",
      message: "held by calls in flight",
    });
    expectNothingCharged(refused, "0.001000");
    expect(refused.headers.get("x-should-retry")).toBe("true");
    expect(refused.headers.get("retry-after")).toBe("2");
    gate.resolve();
    expect((await first).status).toBe(200);
  } finally {
    await server.close();
    await upstream.close();
  }
});
