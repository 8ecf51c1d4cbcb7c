// What the demo model refuses reaches the client as a 400 that costs nothing, whole and streamed.
import { afterAll, expect, test } from "bun:test";
import { startTestServer } from "../../support/server.ts";

const server = await startTestServer({ config: { demo: { enabled: true, wordDelayMs: 0 } } });
afterAll(() => server.close());

test.each([false, true])("a schema that it makes no value for, streamed: %p", async (stream) => {
  const json_schema = { name: "odd", schema: { type: "string", pattern: "^(foo|bar)-\\d{8}$" } };
  const response = await fetch(`${server.baseUrl}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${server.key}`, "content-type": "application/json" },
    body: JSON.stringify({
      model: "demo",
      stream,
      messages: [{ role: "user", content: "hi" }],
      response_format: { type: "json_schema", json_schema },
    }),
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    error: { code: "unsupported_parameter", param: "response_format.json_schema.schema" },
  });
  const account = { balanceMicro: 10_000_000, heldMicro: 0 };
  expect(server.ledger.findAccount(server.accountId)).toMatchObject(account);
});
