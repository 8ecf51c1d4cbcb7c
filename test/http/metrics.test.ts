// GET /metrics: for who has the token, with the figures of the ledger.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { startTestServer, type TestServer } from "../support/server.ts";

const TOKEN = "metrics-token";

let server: TestServer;
let shut: TestServer;
beforeAll(async () => {
  const config = { demo: { enabled: true, models: ["gpt-4o-mini"], wordDelayMs: 0 } };
  server = await startTestServer({ config, metricsToken: TOKEN });
  shut = await startTestServer({ config, metricsToken: "" });
});
afterAll(async () => {
  await server.close();
  await shut.close();
});

const scrape = (token?: string, where = server) =>
  fetch(`${where.origin}/metrics`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });

async function ask(body: object): Promise<void> {
  const response = await fetch(`${server.baseUrl}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${server.key}`, "content-type": "application/json" },
    body: JSON.stringify({ messages: [{ role: "user", content: "hello" }], ...body }),
  });
  await response.text();
}

test("without the token, or with another, it is a 401 in the envelope", async () => {
  for (const token of [undefined, "", "metrics-toke", `${TOKEN}x`, server.key]) {
    const response = await scrape(token);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { code: "invalid_api_key" } });
  }
});

test("a server without a token has no metrics to show", async () => {
  expect((await scrape("", shut)).status).toBe(404);
  expect((await scrape(TOKEN, shut)).status).toBe(404);
});

test("what is charged and how requests ended are the ledger's figures", async () => {
  await ask({ model: "gpt-4o-mini" });
  await ask({ model: "gpt-4o-mini", stream: true });
  await ask({ model: "no-such-model" });
  const response = await scrape(TOKEN);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toStartWith("text/plain");
  const text = await response.text();
  const { chargedMicro } = server.ledger.verify();
  expect(chargedMicro).toBeGreaterThan(0);
  const lines = [
    'aacflow_requests_ended_total{provider="demo",ending="completed"} 2',
    `aacflow_charged_micro_total{provider="demo",usage_source="reported"} ${chargedMicro}`,
    'aacflow_requests_refused_total{status="404",code="model_not_found"} 1',
    "aacflow_requests_in_progress 0",
    'aacflow_request_duration_seconds_count{provider="demo"} 2',
  ];
  for (const line of lines) expect(text.split("\n")).toContain(line);
});
