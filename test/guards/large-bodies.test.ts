// Bodies made to keep the server busy, or its memory full, cost their sender a refusal, and nobody else their time.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { chat, expectError, rawRequest } from "../contract/support.ts";
import type { Driver } from "../dialects/driver.ts";
import { anthropic } from "../dialects/drivers/anthropic.ts";
import { bedrock } from "../dialects/drivers/bedrock.ts";
import { gemini } from "../dialects/drivers/gemini.ts";
import { openai } from "../dialects/drivers/openai.ts";
import { type AnswerWay, answeringUpstream } from "../support/answering-upstream.ts";
import { asked, hostileBodies } from "../support/hostile-bodies.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";
import { startWatchedServer, type WatchedServer } from "../support/watched.ts";

const MIB = 1_048_576;
/** Large enough for a step that is not cut to show, small enough for a slow machine; the benchmark sends the most. */
const MAX_BYTES = 16 * MIB;
/** Only what the thread ran itself is held to the limit; code that is not compiled yet takes longer. */
const TRIES = 3;
const MOST_MS = 50;
const DEMO = { enabled: true, wordDelayMs: 0, models: ["gpt-4o-mini"] };

/** What another dialect has to translate, and what an estimate has to read. */
const TRANSLATED = [
  ...["tool calls", "tool calls of many fields", "calls of one long text each"],
  ...["arguments below the limit", "arguments of one long text", "a tool's long result"],
  ...["messages of parts", "large tools", "schemas of references"],
  ...["plain text", "texts of 60 kB", "a text file", "an image in base64"],
];

interface Watched {
  driver: Driver;
  way: AnswerWay;
  names: readonly string[];
}

const WATCHED: Watched[] = [
  { driver: openai, way: "reported", names: Object.keys(hostileBodies) },
  { driver: openai, way: "unending", names: TRANSLATED },
  ...[anthropic, gemini, bedrock].map(
    (driver): Watched => ({ driver, way: "reported", names: TRANSLATED }),
  ),
];

const titled = WATCHED.map((watched) => [watched.driver.name, watched.way, watched] as const);

describe.each(titled)("a hostile body for %s, its answer %s:", (_name, _way, watched) => {
  const { driver, way, names } = watched;
  let server: WatchedServer;
  let upstream: ReturnType<typeof answeringUpstream>;
  const measure = (text: string) =>
    server.measure(asked(text, driver.model, way === "unending"), way === "unending");
  beforeAll(async () => {
    upstream = answeringUpstream(driver, way);
    server = await startWatchedServer({
      creditsMicro: 1_000_000_000,
      env: driver.env(upstream.url.origin),
      config: { ...driver.config, limits: { bodyBytes: MAX_BYTES } },
    });
    await measure(hostileBodies.messages?.(1000) ?? "");
  });
  afterAll(async () => {
    await server.close();
    await upstream.stop(true);
  });

  test.each([...names])(
    `%s stops a quiet server for less than ${MOST_MS} ms`,
    async (name) => {
      const text = hostileBodies[name]?.(MAX_BYTES) ?? "";
      let leastMs = Number.POSITIVE_INFINITY;
      for (let tries = 0; tries < TRIES && leastMs >= MOST_MS; tries++) {
        const { status, ranMs } = await measure(text);
        expect([200, 400]).toContain(status);
        leastMs = Math.min(leastMs, ranMs);
      }
      expect(leastMs).toBeLessThan(MOST_MS);
    },
    60_000,
  );
});

test("logit_bias with a quarter of a million entries is refused by name", async () => {
  const server = await startTestServer({ config: { demo: DEMO } });
  try {
    const answer = await chat(server, hostileBodies["bad logit_bias"]?.(0) ?? "");
    expectError(answer, { status: 400, param: "logit_bias", message: "at most 2048" });
  } finally {
    await server.close();
  }
});

test("a message's lists are bounded by name", async () => {
  const server = await startTestServer({ config: { demo: DEMO } });
  try {
    const answer = await chat(server, hostileBodies["too many parts"]?.(0) ?? "");
    expectError(answer, { status: 400, param: "messages[0].content", message: "at most 2048" });
  } finally {
    await server.close();
  }
});

test("arguments of a call, which are JSON within JSON, are bounded as the body is", async () => {
  const server = await startTestServer({ creditsMicro: 1_000_000_000, config: { demo: DEMO } });
  const withArguments = (text: string) => {
    const call = { id: "c", type: "function", function: { name: "f", arguments: text } };
    const messages = [
      { role: "user", content: "a" },
      { role: "assistant", tool_calls: [call] },
      { role: "tool", tool_call_id: "c", content: "b" },
    ];
    return chat(server, JSON.stringify({ model: "demo", messages }));
  };
  try {
    const refused = { status: 400, param: "messages[1].tool_calls[0].function.arguments" };
    for (const text of [`[${"1,".repeat(9_000)}${"[1],".repeat(40_000)}1]`, "[".repeat(70_000)]) {
      expectError(await withArguments(text), { ...refused, message: "too many values" });
    }
    const file = JSON.stringify({ path: "a.ts", content: 'a line of "code";\n'.repeat(100_000) });
    expect((await withArguments(file)).status).toBe(200);
    // What a model wrote need not be JSON.
    expect((await withArguments(`{"a": "${"b".repeat(100_000)}`)).status).toBe(200);
  } finally {
    await server.close();
  }
});

/** Sends a head, and as much of a body as there is; gives what is answered so far. */
function startBody(server: TestServer, key: string, length: number, part: Buffer) {
  const { port } = new URL(server.origin);
  const socket: Socket = connect(Number(port), "127.0.0.1");
  let text = "";
  socket.on("data", (data) => {
    text += data.toString();
  });
  socket.on("error", () => undefined);
  socket.write(
    [
      "POST /v1/chat/completions HTTP/1.1",
      "host: a",
      `authorization: Bearer ${key}`,
      `content-length: ${length}`,
      "",
      "",
    ].join("\r\n"),
  );
  socket.write(part);
  return { socket, answer: () => text };
}

describe("many bodies at once", () => {
  let server: TestServer;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    server = await startTestServer({
      config: {
        demo: DEMO,
        // Four bodies of the greatest size in all, two of one account.
        limits: { bodyBytes: MIB, bodyMemoryBytes: 16 * MIB, bodyBytesWithoutCredit: 1_000 },
      },
    });
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await server.close();
  });

  const open = (key: string, count: number) =>
    Array.from({ length: count }, () => {
      const started = startBody(server, key, MIB, Buffer.alloc(1000, " "));
      sockets.push(started.socket);
      return started;
    });
  const refusedOf = (bodies: { answer: () => string }[]) =>
    bodies.filter(({ answer }) => answer().includes("HTTP/1.1")).length;

  const CHAT = JSON.stringify({ model: "gpt-4o-mini", messages: [{ role: "user", content: "a" }] });

  async function untilServed(key: string): Promise<void> {
    for (let tries = 0; tries < 100; tries++) {
      const { status } = await chat(server, CHAT, { authorization: `Bearer ${key}` });
      if (status === 200) return;
      await Bun.sleep(20);
    }
    throw new Error("the memory was not given back");
  }

  test("of one account: those beyond its share are refused at once, others go on, and leaving frees it", async () => {
    const bodies = open(server.key, 6);
    await waitUntil(() => refusedOf(bodies) === 4, "four refusals");
    expect(bodies.some(({ answer }) => answer().includes("rate_limit_exceeded"))).toBe(true);
    expect(bodies.some(({ answer }) => /retry-after: 1\r/i.test(answer()))).toBe(true);

    const other = server.newKey({ accountId: server.newAccount("other", 1_000_000) }).secret;
    const answer = await chat(server, CHAT, { authorization: `Bearer ${other}` });
    expect(answer.status).toBe(200);

    for (const { socket } of bodies) socket.destroy();
    await untilServed(server.key);
  });

  test("the whole server's memory is a 503", async () => {
    const accounts = ["x", "y", "z"].map(
      (name) => server.newKey({ accountId: server.newAccount(name, 1_000_000) }).secret,
    );
    const [x = "", y = "", z = ""] = accounts;
    const first = [...open(x, 2), ...open(y, 2)];
    await Bun.sleep(100);
    expect(refusedOf(first)).toBe(0);
    const answer = await chat(server, CHAT, { authorization: `Bearer ${z}` });
    expectError(answer, { status: 503, type: "server_error", code: "overloaded" });
    expect(answer.headers.get("retry-after")).toBe("1");
    for (const { socket } of first) socket.destroy();
    await untilServed(z);
  });
});

describe("an account without credit", () => {
  let server: TestServer;
  let poor: string;
  beforeAll(async () => {
    server = await startTestServer({
      config: {
        providers: {
          local: { dialect: "demo", models: { gift: { free: true, contextWindow: 1_000_000 } } },
        },
        demo: DEMO,
      },
    });
    poor = server.newKey({ accountId: server.newAccount("poor") }).secret;
  });
  afterAll(() => server.close());

  const refused = { status: 402, type: "insufficient_quota", code: "insufficient_credits" };
  const bodyOf = (bytes: number) =>
    JSON.stringify({
      model: "gift",
      messages: [{ role: "user", content: "a ".repeat(bytes / 2) }],
      max_tokens: 1,
    });

  test("is served small bodies by a free model", async () => {
    const answer = await chat(server, bodyOf(100_000), { authorization: `Bearer ${poor}` });
    expect(answer.status).toBe(200);
  });

  test("is refused a large body by its length, before any of it", async () => {
    const answer = await rawRequest(server, [
      "POST /v1/chat/completions HTTP/1.1",
      `authorization: Bearer ${poor}`,
      "content-length: 300000",
    ]);
    expectError(answer, { ...refused, message: "262144 bytes" });
  });

  test("is refused one of unknown length while it is read", async () => {
    const pieces = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(50_000).fill(0x20));
      },
    });
    const answer = await chat(server, pieces, { authorization: `Bearer ${poor}` });
    expectError(answer, { ...refused, message: "262144 bytes" });
  });

  test("unlike one with credit", async () => {
    expect((await chat(server, bodyOf(300_000))).status).toBe(200);
  });
});

test("an account that has all the places it may is told so, and others come in", async () => {
  const server = await startTestServer({
    config: { demo: { ...DEMO, firstWordDelayMs: 60_000 }, limits: { concurrentRequests: 4 } },
  });
  try {
    const body = JSON.stringify({
      model: "gpt-4o-mini",
      messages: [{ role: "user", content: "hi" }],
    });
    const left = new AbortController();
    const start = (key: string) =>
      fetch(`${server.baseUrl}/chat/completions`, {
        method: "POST",
        headers: { "x-api-key": key },
        body,
        signal: left.signal,
      }).catch(() => null);
    const waiting = [start(server.key), start(server.key)];
    await waitUntil(() => server.gateway.inProgress() === 2, "2 in progress");
    const answer = await chat(server, body);
    expectError(answer, { status: 429, type: "rate_limit_error", code: "rate_limit_exceeded" });
    expect(answer.headers.get("retry-after")).toBe("1");
    const other = server.newKey({ accountId: server.newAccount("other", 1_000_000) }).secret;
    waiting.push(start(other));
    await waitUntil(() => server.gateway.inProgress() === 3, "3 in progress");
    left.abort();
    await Promise.all(waiting);
    await waitUntil(() => server.gateway.inProgress() === 0, "0 in progress");
    const again = new AbortController();
    const next = fetch(`${server.baseUrl}/chat/completions`, {
      method: "POST",
      headers: { "x-api-key": server.key },
      body,
      signal: again.signal,
    }).catch(() => null);
    await waitUntil(() => server.gateway.inProgress() === 1, "1 in progress");
    again.abort();
    await next;
  } finally {
    await server.close();
  }
});
