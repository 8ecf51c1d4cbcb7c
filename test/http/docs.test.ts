// The documentation page and its files come from this server, and send the browser nowhere else.
import { describe, expect, test } from "bun:test";
import { docsRoutes } from "../support/docs-app.ts";

const DOCUMENT = '{"openapi":"3.0.3"}';
const app = docsRoutes(DOCUMENT);
const get = (path: string) => app.handle(new Request(`http://localhost${path}`));

describe("the page", () => {
  test("is HTML with a strict policy", async () => {
    const response = await get("/docs");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
  });

  test("has no inline script, and only links of this origin that exist", async () => {
    const html = await (await get("/docs")).text();
    const links = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, link]) => link ?? "");
    expect(links.length).toBe(4);
    for (const link of links) {
      expect(link).toMatch(/^\/[^/]/);
      const response = await get(link);
      expect(response.status, link).toBe(200);
    }
    expect(html).not.toMatch(/<script(?![^>]* src=)|https?:|\son\w+=/);
  });

  test("is also found with a slash at its end", async () => {
    expect((await get("/docs/")).status).toBe(200);
  });
});

describe("the files", () => {
  const bundle = "/docs/swagger-ui-bundle.js";
  test.each([
    [bundle, "text/javascript; charset=utf-8", 1_000_000],
    ["/docs/swagger-ui.css", "text/css; charset=utf-8", 100_000],
    ["/docs/favicon.png", "image/png", 100],
    ["/docs/initializer.js", "text/javascript; charset=utf-8", 100],
  ])("%s", async (path, type, minBytes) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(type);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("cache-control")).not.toBeNull();
    expect((await response.bytes()).byteLength).toBeGreaterThan(minBytes);
  });

  test.each(["/docs/package.json", "/docs/swagger-ui-bundle.js.map", "/docs/..%2fpackage.json"])(
    "%s is not served",
    async (path) => expect((await get(path)).status).toBe(404),
  );

  test("the initializer turns the public validator off", async () => {
    expect(await (await get("/docs/initializer.js")).text()).toContain("validatorUrl: null");
  });
});

test("the document is served as it is", async () => {
  const response = await get("/openapi.json");
  expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
  expect(await response.text()).toBe(DOCUMENT);
});
