// Pages of other origins may call where the operator says so, with whatever headers their browser and SDK send.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { configSchema } from "../../src/config/schema.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const ORIGIN = "https://app.example";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({
    config: { demo: { enabled: true, wordDelayMs: 0 }, server: { corsOrigins: [`${ORIGIN}/`] } },
  });
});

afterAll(() => server.close());

const preflight = (path: string, origin: string, headers: Record<string, string> = {}) =>
  fetch(server.origin + path, {
    method: "OPTIONS",
    headers: { origin, "access-control-request-method": "POST", ...headers },
  });

describe("a preflight", () => {
  const wanted =
    "authorization, content-type, user-agent, http-referer, x-title, openai-beta, x-stainless-lang";

  test.each(["/api/v1/ai/chat/completions", "/v1/models", "/v1/models/a/b", "//v1/credits"])(
    "of %s is answered without a key, and allows what was asked for ten minutes",
    async (path) => {
      const answer = await preflight(path, ORIGIN, { "access-control-request-headers": wanted });
      expect(answer.status).toBe(204);
      expect(answer.headers.get("access-control-allow-origin")).toBe(ORIGIN);
      expect(answer.headers.get("access-control-allow-headers")).toBe(wanted);
      expect(answer.headers.get("access-control-allow-methods")).toBe("GET, HEAD, POST");
      expect(answer.headers.get("access-control-max-age")).toBe("600");
      expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
    },
  );

  test("that asks for no headers is told of none", async () => {
    const answer = await preflight("/v1/models", ORIGIN);
    expect(answer.status).toBe(204);
    expect(answer.headers.get("access-control-allow-headers")).toBeNull();
  });

  test.each(["https://evil.example", "http://app.example", "https://app.example:8443", "null"])(
    "of %s is refused",
    async (origin) => {
      const answer = await preflight("/v1/models", origin);
      expect(answer.status).toBe(405);
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    },
  );
});

describe("answers", () => {
  test("can be read by the origin, errors and refusals of the key too", async () => {
    const headers = { origin: ORIGIN };
    const answers = await Promise.all([
      fetch(`${server.baseUrl}/credits`, { headers: { ...headers, "x-api-key": server.key } }),
      fetch(`${server.baseUrl}/credits`, { headers }),
      fetch(`${server.origin}/nowhere`, { headers }),
      fetch(`${server.baseUrl}/chat/completions`, {
        method: "POST",
        headers: { ...headers, "x-api-key": server.key },
        body: JSON.stringify({
          model: "demo",
          stream: true,
          messages: [{ role: "user", content: "a" }],
        }),
      }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 404, 200]);
    for (const answer of answers) {
      await answer.text();
      expect(answer.headers.get("access-control-allow-origin")).toBe(ORIGIN);
      expect(answer.headers.get("access-control-expose-headers")).toContain("x-request-id");
      expect(answer.headers.get("vary")).toBe("Origin");
      expect(answer.headers.get("cache-control")).toBe("no-store");
    }
  });

  test("to other origins say nothing, but that they depend on it", async () => {
    const answer = await fetch(`${server.origin}/health`, {
      headers: { origin: "https://evil.example" },
    });
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    expect(answer.headers.get("vary")).toBe("Origin");
  });
});

describe("server.corsOrigins", () => {
  const parse = (origin: string) => configSchema.safeParse({ server: { corsOrigins: [origin] } });

  test.each([
    ["*", "*"],
    ["https://App.Example", "https://app.example"],
    ["https://app.example/", "https://app.example"],
    ["https://app.example:443", "https://app.example"],
    ["http://localhost:3000", "http://localhost:3000"],
    ["https://bücher.example", "https://xn--bcher-kva.example"],
    ["chrome-extension://abcdef", "chrome-extension://abcdef"],
    ["capacitor://localhost", "capacitor://localhost"],
  ])("%s is kept as browsers write it: %s", (origin, kept) => {
    expect(parse(origin).data?.server.corsOrigins).toEqual([kept]);
  });

  test.each([
    "app.example",
    "localhost:3000",
    "https://app.example/path",
    "https://app.example?x",
    "https://*.example",
    "https://user@app.example",
    "null",
    "",
    "file:///tmp",
  ])("%p is an error that says what is expected", (origin) => {
    const [issue] = parse(origin).error?.issues ?? [];
    expect(issue?.path).toEqual(["server", "corsOrigins", 0]);
    expect(issue?.message).toContain("https://app.example");
  });
});
