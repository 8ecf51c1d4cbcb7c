// Two headers may carry a key: an empty one counts as none, and two different keys are refused.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const GOOD = "good";
const OTHER = "another good one";

type Row = [authorization: string | null, apiKey: string | null, status: number];

const ROWS: Row[] = [
  [GOOD, null, 200],
  [GOOD, "", 200],
  [GOOD, "  ", 200],
  [GOOD, GOOD, 200],
  [null, GOOD, 200],
  [GOOD, OTHER, 401],
  [GOOD, "nonsense", 401],
  [null, "", 401],
  [null, null, 401],
];

test.each(ROWS)("Bearer %p beside x-api-key %p is a %i", async (bearer, apiKey, status) => {
  const secrets: Record<string, string> = { [GOOD]: server.key, [OTHER]: server.newKey().secret };
  const headers: Record<string, string> = {};
  if (bearer !== null) headers.authorization = `Bearer ${secrets[bearer] ?? bearer}`;
  if (apiKey !== null) headers["x-api-key"] = secrets[apiKey] ?? apiKey;
  const response = await fetch(`${server.baseUrl}/credits`, { headers });
  expect(response.status).toBe(status);
  if (status === 401) {
    expect(await response.json()).toMatchObject({ error: { code: "invalid_api_key" } });
  }
});
