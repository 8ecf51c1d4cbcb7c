// Secrets and words that are looked for wherever they must not be, after a run of all kinds of requests.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DATABASE_FILE } from "../../src/db/open.ts";
import { completion, streamOf } from "../support/openai-wire.ts";
import {
  gated,
  json,
  type RawUpstream,
  sse,
  startRawUpstream,
  type UpstreamAnswer,
} from "../support/raw-upstream.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";

const MODEL = "m";
const TOKEN = "canary-metrics-token";
const PROVIDER_KEY = "sk-canaryprovider-0123456789abcdef";
const PROMPT = "canary-prompt-0123456789";
const USER = "canary-user-0123456789";
const NAME = "canary-name-0123456789";
const QUERY = "canary-query-0123456789";
const KEPT = "canary-answer-kept";
const UNKEPT = "canary-answer-unkept";
const IDEMPOTENCY = "canary-idempotency-0123456789";
const WRONG_KEY = "aacf_canarywrongkey0123456789";

let upstream: RawUpstream;
let server: TestServer;
/** All that clients were told when something was wrong. */
const errors: string[] = [];
let metrics = "";

beforeAll(async () => {
  upstream = await startRawUpstream();
  const price = { inputPerMtok: "1", outputPerMtok: "1" };
  server = await startTestServer({
    env: { CANARY_KEY: PROVIDER_KEY },
    metricsToken: TOKEN,
    config: {
      providers: {
        custom: {
          dialect: "openai",
          baseUrl: `${upstream.url}/v1`,
          apiKeyEnv: "CANARY_KEY",
          retries: { max: 1, maxWaitMs: 1_000 },
          models: { [MODEL]: { price, contextWindow: 100_000, maxOutputTokens: 1_000 } },
        },
      },
    },
  });
  await runAll();
  const authorization = `Bearer ${TOKEN}`;
  metrics = await (await fetch(`${server.origin}/metrics`, { headers: { authorization } })).text();
});
afterAll(async () => {
  await server.close();
  await upstream.close();
});

interface Sent {
  body?: object | string;
  key?: string;
  headers?: Record<string, string>;
  leaving?: AbortController;
}

async function ask(answer: UpstreamAnswer, sent: Sent = {}): Promise<number> {
  upstream.answer(answer);
  const { body = {}, key = server.key, headers = {}, leaving } = sent;
  const usual = { model: MODEL, messages: [{ role: "user", content: PROMPT }], user: USER };
  const response = await fetch(`${server.baseUrl}/chat/completions?q=${QUERY}`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify({ ...usual, ...body }),
    ...(leaving === undefined ? {} : { signal: leaving.signal }),
  });
  const text = await readAll(response, leaving);
  if (response.status !== 200 || text.includes('"error"')) errors.push(text);
  return response.status;
}

/** Leaves with the first bytes, where the client is one that does. */
async function readAll(response: Response, leaving?: AbortController): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  try {
    for await (const bytes of response.body ?? []) {
      text += decoder.decode(bytes, { stream: true });
      leaving?.abort();
    }
  } catch (error) {
    if (leaving?.signal.aborted !== true) throw error;
  }
  return text;
}

const keyed = (name: string): Sent => ({
  headers: { "idempotency-key": `${IDEMPOTENCY}-${name}` },
});
const STREAM = { stream: true };
const refusal = (status: number): UpstreamAnswer => {
  // As a provider whose error gives away what it was sent.
  const message = `your key ${PROVIDER_KEY} was refused`;
  return json({ error: { message, type: "x", code: "odd" } }, status, { "retry-after-ms": "1" });
};

/** A request of every kind, each with all the canaries in it. */
async function runAll(): Promise<void> {
  const whole = json(completion(UNKEPT));
  const words = streamOf("canary-answer-", "unkept", UNKEPT);
  expect(await ask(whole)).toBe(200);
  expect(await ask(sse(words), { body: STREAM })).toBe(200);
  const twice = keyed("whole");
  expect(await ask(json(completion(KEPT)), twice)).toBe(200);
  expect(await ask(json(completion(KEPT)), twice)).toBe(200);
  expect(await ask(whole, { ...twice, body: { n: 1 } })).toBe(422);
  expect(await ask(sse(streamOf(KEPT)), { ...keyed("stream"), body: STREAM })).toBe(200);
  const left = sse(gated(words.slice(0, 4).join(""), new Promise(() => {})));
  await ask(left, { body: STREAM, leaving: new AbortController() });
  // The cut may overtake the words, which makes it a 502.
  expect([200, 502]).toContain(await ask(sse(words.slice(0, 2), "cut"), { body: STREAM }));
  for (const status of [400, 401, 404, 429, 500, 503]) {
    expect(await ask(refusal(status))).toBeGreaterThanOrEqual(400);
  }
  expect(await ask(json({ choices: UNKEPT }))).toBe(502);
  expect(await ask(whole, { key: WRONG_KEY })).toBe(401);
  expect(await ask(whole, { body: { model: "unknown" } })).toBe(404);
  expect(await ask(whole, { body: { messages: [{ role: PROMPT, content: 1 }] } })).toBe(400);
  expect(await ask(whole, { body: `{"messages": "${PROMPT}` })).toBe(400);
  expect(await ask(whole, { body: { tools: PROMPT } })).toBe(400);
  expect(await ask(whole, { headers: { "idempotency-key": `${IDEMPOTENCY} ä` } })).toBe(400);
  expect(await ask(whole, { headers: { "x-canary": NAME } })).toBe(200);
  const { secret } = server.newKey({ accountId: server.newAccount("no credit") });
  expect(await ask(whole, { key: secret })).toBe(402);
  await waitUntil(() => server.gateway.inProgress() === 0, "all requests settled");
}

/** The database's files as they are on the disk. */
function databaseBytes(): string {
  const file = join(server.dataDir, DATABASE_FILE);
  return [file, `${file}-wal`]
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, "latin1"))
    .join("");
}

/** Where a text is found. */
function placesOf(text: string): string[] {
  const places = {
    log: server.logText(),
    metrics,
    database: databaseBytes(),
    errors: errors.join("\n"),
  };
  return Object.entries(places)
    .filter(([, content]) => content.includes(text))
    .map(([name]) => name);
}

test("the run has left its traces in each of the places", () => {
  expect(server.logText()).toContain("request ended");
  expect(metrics).toContain("aacflow_requests_ended_total");
  expect(databaseBytes()).toContain("client_left");
  expect(errors.length).toBeGreaterThan(10);
});

test("no key is anywhere: not the client's, not the provider's, not a wrong one", () => {
  for (const secret of [server.key, PROVIDER_KEY, WRONG_KEY, IDEMPOTENCY, TOKEN]) {
    expect([secret, placesOf(secret)]).toEqual([secret, []]);
  }
});

test("what a client asks, and calls its users and its headers, is kept nowhere", () => {
  for (const words of [PROMPT, USER, NAME, QUERY]) {
    expect([words, placesOf(words)]).toEqual([words, []]);
  }
});

test("an answer is kept for an idempotency key alone, and in the table of answers alone", () => {
  expect(placesOf(UNKEPT)).toEqual([]);
  expect(placesOf(KEPT)).toEqual(["database"]);
  const { sqlite } = server.database;
  sqlite.run("DELETE FROM answers");
  sqlite.run("VACUUM");
  sqlite.run("PRAGMA wal_checkpoint(TRUNCATE)");
  expect(databaseBytes()).toContain("client_left");
  expect(placesOf(KEPT)).toEqual([]);
});
