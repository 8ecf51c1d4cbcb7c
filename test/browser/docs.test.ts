// A developer opens /docs, authorizes, and tries the API, all without leaving this server.
import { expect, test } from "bun:test";
import { Elysia } from "elysia";
import type { Page } from "playwright-core";
import { buildOpenApiDocument } from "../../src/http/openapi/document.ts";
import { modelListExample } from "../../src/http/openapi/examples.ts";
import { docsRoutes } from "../support/docs-app.ts";
import { launchChromium, runBrowserTests } from "./chromium.ts";

const API_KEY = "aacf_test_key_of_the_docs_page";

async function startApp(seen: Headers[]) {
  const document = await buildOpenApiDocument();
  return new Elysia()
    .use(docsRoutes(JSON.stringify(document)))
    .get("/api/v1/ai/models", ({ request }) => {
      seen.push(request.headers);
      return Response.json(modelListExample, { headers: { "x-request-id": "req_1" } });
    })
    .listen({ port: 0, hostname: "127.0.0.1" });
}

/** Collects what must not happen: requests to other hosts, and violations of the page's policy. */
function watch(page: Page, origin: string) {
  const foreign: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !/^(?:data|blob):/.test(url)) foreign.push(url);
  });
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  return { foreign, complaints };
}

async function authorize(page: Page): Promise<void> {
  await page.locator(".scheme-container button.authorize").click();
  const bearer = page.locator(".auth-container", { hasText: "bearerAuth" });
  await bearer.locator("input").fill(API_KEY);
  await bearer.locator("button.authorize").click();
  await page.locator(".modal-ux button.close-modal").click();
}

async function executeListModels(page: Page): Promise<string | null> {
  await page.locator("#operations-Models-listModels .opblock-summary-control").click();
  await page.locator("#operations-Models-listModels button.execute").click();
  const live = page.locator("#operations-Models-listModels .live-responses-table");
  await live.waitFor();
  return live.textContent();
}

test.if(runBrowserTests)(
  "the documentation page authorizes and executes without another host",
  async () => {
    const seen: Headers[] = [];
    const browser = await launchChromium();
    const app = await startApp(seen);
    try {
      const origin = `http://127.0.0.1:${app.server?.port}`;
      const page = await browser.newPage();
      const { foreign, complaints } = watch(page, origin);
      await page.goto(`${origin}/docs`);
      await authorize(page);
      const answer = await executeListModels(page);

      expect(seen.map((headers) => headers.get("authorization"))).toEqual([`Bearer ${API_KEY}`]);
      expect(answer).toContain("gpt-4o-mini");
      expect(answer).toContain("req_1");

      // The key outlives the page, as a developer who comes back to it expects.
      await page.goto(`${origin}/docs`);
      await executeListModels(page);
      expect(seen.at(-1)?.get("authorization")).toBe(`Bearer ${API_KEY}`);
      expect(foreign).toEqual([]);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
      await app.stop(true);
    }
  },
  60_000,
);
