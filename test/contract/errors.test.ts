// The contract's table of errors, and additions: keys, credit, models, paths, methods.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { generateKey } from "../../src/keys/format.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import {
  chat,
  expectError,
  expectNoCredits,
  expectNothingCharged,
  rawRequest,
  request,
} from "./support.ts";

const BALANCE = "10.000000";
const BODY = JSON.stringify({ model: "demo", messages: [{ role: "user", content: "hi" }] });

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({
    config: { demo: { enabled: true, wordDelayMs: 0 } },
  });
});

afterAll(async () => {
  // Nothing here is the server's fault, so nothing is in the log above "info"; and no key ever is.
  expect(server.logLinesFrom(40)).toEqual([]);
  expect(server.logText()).not.toContain(server.key);
  await server.close();
});

/** Every route that asks for a key. */
const KEY_ROUTES = [
  ["POST", "/chat/completions"],
  ["GET", "/models"],
  ["GET", "/models/demo"],
  ["GET", "/credits"],
  ["GET", "/requests/req_1"],
] as const;

describe("401 invalid_api_key", () => {
  const unauthorized = (message: string) => ({ status: 401, code: "invalid_api_key", message });

  test.each(KEY_ROUTES)("%s %s without a key, under both prefixes", async (method, path) => {
    for (const base of [server.baseUrl, `${server.origin}/v1`]) {
      const answer = await request(base + path, { method });
      expectError(answer, unauthorized("No API key was sent"));
      expectNoCredits(answer);
    }
  });

  test.each<[string, Record<string, string>, string]>([
    ["an empty Bearer", { authorization: "Bearer " }, "must be 'Bearer <key>'"],
    ["another scheme", { authorization: "Basic dXNlcjpwYXNz" }, "must be 'Bearer <key>'"],
    ["a bare key", { authorization: generateKey() }, "must be 'Bearer <key>'"],
    ["two words", { authorization: "Bearer a b" }, "must be 'Bearer <key>'"],
    ["OpenAI's key", { authorization: "Bearer sk-proj-abc" }, "malformed or mistyped"],
    ["the contract's dummy", { "x-api-key": "aacf_your_api_key_here" }, "malformed or mistyped"],
    ["a very long key", { "x-api-key": `aacf_${"a".repeat(1500)}` }, "malformed or mistyped"],
    ["an empty x-api-key", { "x-api-key": "  " }, "No API key was sent"],
  ])("%s", async (_name, headers, message) => {
    const answer = await request(`${server.baseUrl}/models`, { headers });
    expectError(answer, unauthorized(message));
    expectNoCredits(answer);
  });

  test("a well-formed key that nobody was given", async () => {
    const answer = await chat(server, BODY, { authorization: `Bearer ${generateKey()}` });
    expectError(answer, unauthorized("unknown"));
  });

  test("a key with one character mistyped", async () => {
    const last = server.key.endsWith("a") ? "b" : "a";
    const mistyped = server.key.slice(0, -1) + last;
    const answer = await chat(server, BODY, { authorization: `Bearer ${mistyped}` });
    expectError(answer, unauthorized("malformed or mistyped"));
    expect(answer.text).not.toContain(mistyped);
  });

  test("a revoked key", async () => {
    const { id, secret } = server.newKey();
    const headers = { authorization: `Bearer ${secret}` };
    expect((await chat(server, BODY, headers)).status).toBe(200);
    server.database.write(() => server.keyring.revokeKey(id, Date.now()));
    await Bun.sleep(100);
    expectError(await chat(server, BODY, headers), unauthorized("revoked"));
  });

  test("an expired key", async () => {
    const { secret } = server.newKey({ expiresAtMs: Date.now() - 1 });
    const answer = await chat(server, BODY, { authorization: `Bearer ${secret}` });
    expectError(answer, unauthorized("expired"));
  });

  test("two different keys in the two headers, even when both are good", async () => {
    const answer = await chat(server, BODY, { "x-api-key": server.newKey().secret });
    expectError(answer, unauthorized("different keys"));
  });

  test("the same key in both headers is no mistake", async () => {
    expect((await chat(server, BODY, { "x-api-key": server.key })).status).toBe(200);
  });

  test("comes before the body: at once, though no byte of it ever arrives", async () => {
    const answer = await rawRequest(server, [
      "POST /api/v1/ai/chat/completions HTTP/1.1",
      `authorization: Bearer ${generateKey()}`,
      "content-type: application/json",
      "content-length: 1000",
    ]);
    expectError(answer, unauthorized("unknown"));
  });

  test("comes before any complaint about the body", async () => {
    const answer = await chat(server, "{", { authorization: "Bearer no", "content-type": "a/b" });
    expectError(answer, unauthorized("malformed or mistyped"));
  });
});

describe("402 insufficient_credits", () => {
  const expected = { status: 402, type: "insufficient_quota", code: "insufficient_credits" };

  test.each([false, true])("an empty account, stream: %p", async (stream) => {
    const { secret } = server.newKey({ accountId: server.newAccount("empty") });
    const body = JSON.stringify({ ...(JSON.parse(BODY) as object), stream });
    const answer = await chat(server, body, { authorization: `Bearer ${secret}` });
    expectError(answer, { ...expected, message: "0.000000 is available" });
    expectNothingCharged(answer, "0.000000");
    expect(answer.headers.get("x-should-retry")).toBe("false");
    expect(answer.headers.get("retry-after")).toBeNull();
  });

  test("a limit that costs too much: the message says how many tokens would do", async () => {
    const { secret } = server.newKey({ accountId: server.newAccount("small", 1_000) });
    const body = JSON.stringify({ ...(JSON.parse(BODY) as object), max_tokens: 16_000 });
    const answer = await chat(server, body, { authorization: `Bearer ${secret}` });
    expectError(answer, { ...expected, message: "0.001000 is available" });
    const tokens = Number(/would buy (\d+) output tokens/.exec(answer.text)?.[1]);
    const fits = JSON.stringify({ ...(JSON.parse(BODY) as object), max_tokens: tokens });
    expect((await chat(server, fits, { authorization: `Bearer ${secret}` })).status).toBe(200);
  });
});

describe("404", () => {
  test("model_not_found for a model that is not served", async () => {
    const answer = await chat(server, BODY.replace("demo", "gpt-99"));
    const expected = { status: 404, code: "model_not_found", param: "model", message: "gpt-99" };
    expectError(answer, expected);
    expect(answer.headers.get("x-credits-used")).toBe("0.000000");
  });

  test("model_not_found for a model of a provider that is not connected", async () => {
    const answer = await chat(server, BODY.replace("demo", "gpt-4o-mini"));
    expectError(answer, { status: 404, code: "model_not_found", param: "model" });
  });

  test("model_not_found for one that is looked up", async () => {
    const headers = { authorization: `Bearer ${server.key}` };
    const answer = await request(`${server.baseUrl}/models/gpt-99`, { headers });
    expectError(answer, { status: 404, code: "model_not_found", param: "model" });
    expect(answer.headers.get("x-credits-used")).toBe("0.000000");
  });

  test("request_not_found for a request that is another's, or nobody's", async () => {
    const made = await chat(server, BODY);
    const id = made.headers.get("x-request-id") ?? "";
    const stranger = server.newKey({ accountId: server.newAccount("stranger") }).secret;
    const url = `${server.baseUrl}/requests/`;
    const mine = await request(url + id, { headers: { "x-api-key": server.key } });
    expect(mine.status).toBe(200);
    const theirs = await request(url + id, { headers: { "x-api-key": stranger } });
    const nobodys = await request(`${url}req_0`, { headers: { "x-api-key": server.key } });
    expectError(theirs, { status: 404, code: "request_not_found" });
    expectError(nobodys, { status: 404, code: "request_not_found" });
    expect(theirs.text).toBe(nobodys.text);
  });

  test.each([
    "/",
    "/api/v1/ai",
    "/api/v1/ai/",
    "/api/v1/ai/chat",
    "/api/v1/ai/completions",
    "/v1/responses",
    "/API/V1/AI/models",
    "/%",
  ])("unknown_url for %s", async (path) => {
    for (const method of ["GET", "POST"]) {
      const answer = await request(server.origin + path, { method });
      expectError(answer, { status: 404, code: "unknown_url", message: method });
      expectNoCredits(answer);
    }
  });
});

test("a trailing slash is no other path", async () => {
  const init = { method: "POST", headers: { "x-api-key": server.key }, body: BODY };
  const answer = await request(`${server.baseUrl}/chat/completions/`, init);
  expect(answer.status).toBe(200);
});

describe("405 with the methods that are allowed", () => {
  test.each([
    ["GET", "/api/v1/ai/chat/completions", "POST"],
    ["PUT", "/v1/chat/completions", "POST"],
    ["POST", "/api/v1/ai/models", "GET, HEAD"],
    ["DELETE", "/api/v1/ai/models/demo", "GET, HEAD"],
    ["PATCH", "/api/v1/ai/credits", "GET, HEAD"],
    ["POST", "/health", "GET, HEAD"],
    ["OPTIONS", "/api/v1/ai/models", "GET, HEAD"],
  ])("%s %s", async (method, path, allow) => {
    const answer = await request(server.origin + path, { method });
    expectError(answer, { status: 405, code: "method_not_allowed", message: allow });
    expect(answer.headers.get("allow")).toBe(allow);
  });
});

test("a request that is refused takes no hold and leaves no record", async () => {
  const before = server.ledger.verify();
  await chat(server, "{}");
  await chat(server, BODY.replace("demo", "gpt-99"));
  await request(`${server.baseUrl}/models`);
  const after = server.ledger.verify();
  expect(after).toEqual(before);
  expect(after.discrepancies).toEqual([]);
  expect(after.heldMicro).toBe(0);
});

test("each refusal is one line of the log, with the answer's request id and no query", async () => {
  const answer = await request(`${server.baseUrl}/models?api_key=secret`);
  const id = answer.headers.get("x-request-id");
  const lines = server.logLines().filter((line) => line.requestId === id);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    msg: "request refused",
    method: "GET",
    path: "/api/v1/ai/models",
    status: 401,
    code: "invalid_api_key",
    client: "127.0.0.1",
  });
  expect(server.logText()).not.toContain("api_key=secret");
});

test("the balance on an untouched account's answers is what was granted", async () => {
  const { secret } = server.newKey({ accountId: server.newAccount("fresh", 10_000_000) });
  const answer = await request(`${server.baseUrl}/credits`, { headers: { "x-api-key": secret } });
  expect(answer.status).toBe(200);
  expectNothingCharged(answer, BALANCE);
});
