// What the answers say was charged equals the ledger to the last digit, over a mixed run of 1,000 requests.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { formatCredits, parseCredits } from "../../src/base/micro.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const REQUESTS = 1000;
const WORKERS = 25;
const GRANTED_MICRO = 50_000_000;

let server: TestServer;
let failing: ReturnType<typeof Bun.serve>;

beforeAll(async () => {
  failing = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => Response.json({ error: { message: "no" } }, { status: 500 }),
  });
  server = await startTestServer({
    creditsMicro: GRANTED_MICRO,
    env: { GROQ_API_KEY: "test", GROQ_BASE_URL: `http://127.0.0.1:${failing.port}/v1` },
    config: {
      demo: { enabled: true, models: ["gpt-4o-mini", "claude-sonnet-4-6"], wordDelayMs: 0 },
      providers: {
        groq: {
          models: { broken: { price: { inputPerMtok: "1", outputPerMtok: "1" } } },
        },
        free: {
          dialect: "openai",
          baseUrl: `http://127.0.0.1:${failing.port}/v1`,
          models: { "free-but-broken": { free: true } },
        },
      },
    },
  });
});
afterAll(async () => {
  await server.close();
  await failing.stop(true);
});

interface Seen {
  requestId: string;
  status: number;
  usedMicro: number;
  remainingMicro: number;
}

/** One of the mix, chosen by its number: streams, whole answers, and each way to fail early. */
function bodyOf(index: number): object {
  const messages = [{ role: "user", content: `Count to ${(index % 40) + 1}` }];
  switch (index % 10) {
    case 0:
      return { model: "gpt-4o-mini", messages, stream: true };
    case 1:
      return { model: "claude-sonnet-4-6", messages, stream: true, stream_options: USAGE };
    case 2:
      return { model: "no-such-model", messages };
    case 3:
      return { model: "gpt-4o-mini", messages: [] };
    case 4:
      return { model: "broken", messages, max_tokens: 50 };
    case 5:
      return { model: "claude-sonnet-4-6", messages, max_tokens: 3 };
    case 6:
      return { model: "free-but-broken", messages };
    case 7:
      return { model: "gpt-4o-mini", messages, n: 2 };
    default:
      return { model: index % 2 === 0 ? "demo" : "claude-sonnet-4-6", messages };
  }
}
const USAGE = { include_usage: true };

async function send(index: number): Promise<Seen> {
  const response = await fetch(`${server.baseUrl}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${server.key}`, "content-type": "application/json" },
    body: JSON.stringify(bodyOf(index)),
  });
  const text = await response.text();
  const header = (name: string) => response.headers.get(name) ?? "";
  const final = /^: x-credits-used=(\S+) x-credits-remaining=(\S+)$/m.exec(text);
  const streamed = header("content-type").startsWith("text/event-stream");
  expect(final !== null).toBe(streamed);
  if (streamed) expect(header("x-credits-reserved")).toBe(header("x-credits-used"));
  return {
    requestId: header("x-request-id"),
    status: response.status,
    usedMicro: parseCredits(final?.[1] ?? header("x-credits-used")),
    remainingMicro: parseCredits(final?.[2] ?? header("x-credits-remaining")),
  };
}

test(`${REQUESTS} mixed requests`, async () => {
  const seen: Seen[] = [];
  let next = 0;
  const worker = async () => {
    while (next < REQUESTS) seen.push(await send(next++));
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));

  const entries = server.ledger.history({ accountId: server.accountId, limit: 2000, before: null });
  const charges = new Map(entries.entries.map((entry) => [entry.requestId, entry]));
  let total = 0;
  for (const { requestId, status, usedMicro, remainingMicro } of seen) {
    const entry = charges.get(requestId);
    const record = server.ledger.findRecord(requestId);
    total += usedMicro;
    expect(usedMicro).toBe(entry === undefined ? 0 : -entry.amountMicro);
    expect(usedMicro).toBe(record?.chargedMicro ?? 0);
    if (entry !== undefined) expect(remainingMicro).toBe(entry.balanceAfterMicro);
    if (status !== 200) expect(usedMicro).toBe(0);
  }

  const statuses = Object.groupBy(seen, ({ status }) => String(status));
  const counts = Object.entries(statuses).map(([status, some]) => [status, some?.length]);
  expect(Object.fromEntries(counts)).toEqual({ 200: 600, 400: 100, 404: 100, 502: 200 });
  const report = server.ledger.verify();
  expect(report).toMatchObject({
    discrepancies: [],
    openHolds: 0,
    shortfallMicro: 0,
    requests: 800,
    chargedMicro: total,
    balanceMicro: GRANTED_MICRO - total,
  });
  expect(total).toBeGreaterThan(0);

  const credits = await fetch(`${server.baseUrl}/credits`, {
    headers: { "x-api-key": server.key },
  });
  expect(await credits.json()).toEqual({
    object: "credits",
    balance: formatCredits(GRANTED_MICRO - total),
    held: "0.000000",
    available: formatCredits(GRANTED_MICRO - total),
  });
});

test("a refund shows in the request's record, and in the balance", async () => {
  const headers = { authorization: `Bearer ${server.key}`, "content-type": "application/json" };
  const answer = await fetch(`${server.baseUrl}/chat/completions`, {
    method: "POST",
    headers,
    body: JSON.stringify({ model: "gpt-4o-mini", messages: [{ role: "user", content: "hello" }] }),
  });
  const requestId = answer.headers.get("x-request-id") ?? "";
  const record = async () =>
    (await (await fetch(`${server.baseUrl}/requests/${requestId}`, { headers })).json()) as {
      cost: string;
      refunded: string;
    };
  const { cost, refunded } = await record();
  expect(refunded).toBe("0.000000");
  const { balanceMicro: before } = await server.gateway.balance(server.accountId);
  const refund = { requestId, amountMicro: null, note: null, atMs: Date.now() };
  server.database.write(() => server.ledger.refund(refund));
  expect(await record()).toMatchObject({ cost, refunded: cost });
  const { balanceMicro } = await server.gateway.balance(server.accountId);
  expect(balanceMicro).toBe(before + parseCredits(cost));
});
