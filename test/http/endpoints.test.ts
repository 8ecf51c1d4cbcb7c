// The table of endpoints: what is registered is documented, what is documented is registered, and both are checked alike.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { configSchema } from "../../src/config/schema.ts";
import { createApp } from "../../src/http/app.ts";
import { API_PREFIXES } from "../../src/http/endpoint.ts";
import { buildOpenApiDocument } from "../../src/http/openapi/document.ts";
import type { HttpDeps } from "../../src/http/route.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const TOKEN = "metrics-token";

interface Operation {
  operationId: string;
  security: object[];
  responses: Record<string, { headers?: Record<string, object> }>;
}

const document = (await buildOpenApiDocument()) as {
  paths: Record<string, Record<string, Operation>>;
};

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    method: method.toUpperCase(),
    path,
    operation,
  })),
);

/** The document shows the first prefix only. */
const pathsOf = (path: string): string[] => {
  const [shown] = API_PREFIXES;
  return path.startsWith(shown)
    ? API_PREFIXES.map((prefix) => prefix + path.slice(shown.length))
    : [path];
};

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    config: { demo: { enabled: true, models: ["gpt-4o-mini"] } },
    metricsToken: TOKEN,
  });
});
afterAll(() => server.close());

test("every registered route is documented, and every documented one registered", () => {
  const deps = { config: configSchema.parse({}), gateway: server.gateway, metricsToken: TOKEN };
  const { routes } = createApp({ ...deps, documentJson: async () => "{}" } as HttpDeps);
  const registered = routes
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => `${method} ${path}`)
    // The files of the page.
    .filter((route) => !/^(?:GET|HEAD) \/docs\//.test(route));
  const documented = operations.flatMap(({ method, path }) =>
    pathsOf(path.replace(/\{\w+\}$/, "*")).flatMap((at) =>
      method === "GET" ? [`GET ${at}`, `HEAD ${at}`] : [`${method} ${at}`],
    ),
  );
  expect(documented.length).toBeGreaterThan(15);
  expect(registered.sort()).toEqual(documented.sort());
});

describe.each(
  operations.flatMap(({ path, ...rest }) => pathsOf(path).map((at) => ({ path: at, ...rest }))),
)("$method $path", ({ method, path, operation }) => {
  const send = (options: RequestInit) =>
    fetch(server.origin + path.replace("{id}", "none"), {
      ...options,
      ...(method === "POST" && options.method === method && { body: "{}" }),
    });

  test("asks for a key or a token where the document says so, and not elsewhere", async () => {
    const { status, headers } = await send({ method });
    const isSecured = operation.security.length > 0;
    expect(status === 401).toBe(isSecured);
    expect(headers.has("www-authenticate")).toBe(isSecured);
    expect("401" in operation.responses).toBe(isSecured);
  });

  test("names credits to a known caller where the document says so", async () => {
    const isFor = "X-Credits-Used" in (operation.responses[200]?.headers ?? {});
    const authorization = `Bearer ${path === "/metrics" ? TOKEN : server.key}`;
    const { status, headers } = await send({ method, headers: { authorization } });
    expect(status).not.toBe(401);
    expect(headers.has("x-credits-remaining")).toBe(isFor);
    expect(headers.has("x-request-id")).toBe(true);
  });

  test("takes HEAD beside GET, and nothing else", async () => {
    const taken = method === "GET" ? ["GET", "HEAD"] : [method];
    for (const other of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
      const { status, headers } = await send({ method: other });
      expect([other, status === 405]).toEqual([other, !taken.includes(other)]);
      if (status === 405) expect(headers.get("allow")).toBe(taken.join(", "));
    }
    expect("405" in operation.responses).toBe(true);
  });
});

test("what the configuration leaves out is not there", async () => {
  const bare = await startTestServer({ config: { server: { docs: false } } });
  try {
    for (const path of ["/docs", "/docs/swagger-ui.css", "/openapi.json", "/metrics"]) {
      expect([path, (await fetch(bare.origin + path)).status]).toEqual([path, 404]);
    }
    expect((await fetch(`${bare.origin}/health`)).status).toBe(200);
  } finally {
    await bare.close();
  }
});
