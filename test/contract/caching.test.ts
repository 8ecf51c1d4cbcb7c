// No cache keeps what a key sees, and every 401 says how a key is sent.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({
    config: { demo: { enabled: true, wordDelayMs: 0 } },
    metricsToken: "token",
  });
});

afterAll(() => server.close());

const CHAT = "/api/v1/ai/chat/completions";
const chatBody = (more: object) =>
  JSON.stringify({ model: "demo", messages: [{ role: "user", content: "hi" }], ...more });

test.each<[string, string, string | null, number]>([
  ["POST", CHAT, chatBody({}), 200],
  ["POST", CHAT, chatBody({ stream: true }), 200],
  ["POST", CHAT, chatBody({ model: "none" }), 404],
  ["POST", CHAT, "{", 400],
  ["GET", CHAT, null, 405],
  ["GET", "/v1/models", null, 200],
  ["HEAD", "/v1/models", null, 200],
  ["GET", "/v1/models/demo", null, 200],
  ["GET", "/v1/models/none", null, 404],
  ["GET", "/v1/credits", null, 200],
  ["HEAD", "/v1/credits", null, 200],
  ["GET", "/v1/requests/none", null, 404],
  ["GET", "/v1/nowhere", null, 404],
  ["GET", "/health", null, 200],
  ["GET", "/ready", null, 200],
])("%s %s %p", async (method, path, body, status) => {
  const answer = await fetch(server.origin + path, {
    method,
    headers: { authorization: `Bearer ${server.key}` },
    body,
  });
  await answer.text();
  expect(answer.status).toBe(status);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(answer.headers.get("www-authenticate")).toBeNull();
});

test("/metrics", async () => {
  const headers = { authorization: "Bearer token" };
  const answer = await fetch(`${server.origin}/metrics`, { headers });
  expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "no-store"]);
});

test.each([
  ["POST", CHAT],
  ["GET", "/v1/models"],
  ["HEAD", "/v1/models"],
  ["GET", "/v1/models/demo"],
  ["GET", "/v1/credits"],
  ["GET", "/v1/requests/x"],
  ["GET", "/metrics"],
])("a 401 of %s %s", async (method, path) => {
  for (const authorization of ["", "Bearer wrong", "Basic abc"]) {
    const answer = await fetch(server.origin + path, { method, headers: { authorization } });
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="AACFlow"');
    expect(answer.headers.get("cache-control")).toBe("no-store");
  }
});

test("files of the documentation page may be kept", async () => {
  const answer = await fetch(`${server.origin}/docs/swagger-ui.css`);
  expect(answer.headers.get("cache-control")).toContain("immutable");
});
