// 200 requests race for credit that covers the holds of 7: exactly 7 are served, and the books balance.

import { expect, test } from "bun:test";
import { parseCredits } from "../../src/base/micro.ts";
import { verifyBooks } from "../support/ledger.ts";
import { completion } from "../support/openai-wire.ts";
import { gated, json, type RawUpstream, startRawUpstream } from "../support/raw-upstream.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const BODY = JSON.stringify({
  model: "gpt-4o-mini",
  max_tokens: 1000,
  messages: [{ role: "user", content: "Who gets the last credit?" }],
});

const post = (server: TestServer, key: string) =>
  fetch(`${server.baseUrl}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: BODY,
  });

/** What one such request has held, as the server itself says. */
async function depositMicro(server: TestServer): Promise<number> {
  const response = await post(server, server.key);
  expect(response.status).toBe(200);
  const record = await fetch(`${server.baseUrl}/requests/${response.headers.get("x-request-id")}`, {
    headers: { "x-api-key": server.key },
  });
  return parseCredits(((await record.json()) as { held: string }).held);
}

/** Keeps its answers back until the gate is open. */
async function gatedUpstream(gate: Promise<unknown>): Promise<RawUpstream> {
  const upstream = await startRawUpstream();
  upstream.answer(() => ({ ...json({}), pieces: gated("", gate, JSON.stringify(completion())) }));
  return upstream;
}

test("exactly as many are served as the credit covers", async () => {
  const sample = await gatedUpstream(Promise.resolve());
  const sampleServer = await startTestServer({ env: sample.env });
  const deposit = await depositMicro(sampleServer);
  await sampleServer.close();
  await sample.close();

  const gate = Promise.withResolvers<void>();
  const upstream = await gatedUpstream(gate.promise);
  const server = await startTestServer({ env: upstream.env, creditsMicro: 0 });
  try {
    const granted = 8 * deposit - 1;
    const racers = server.newKey({ accountId: server.newAccount("racers", granted) });
    let refused = 0;
    const answers = Array.from({ length: 200 }, async () => {
      const response = await post(server, racers.secret);
      // The seven are kept waiting until all others know that they have lost.
      if (response.status === 402 && ++refused === 193) gate.resolve();
      return { status: response.status, body: (await response.json()) as ErrorBody };
    });
    const results = await Promise.all(answers);

    const served = results.filter(({ status }) => status === 200);
    const losers = results.filter(({ status }) => status === 402);
    expect([served.length, losers.length, upstream.requests.length]).toEqual([7, 193, 7]);
    for (const { body } of losers) expect(body.error.code).toBe("insufficient_credits");

    // 9 x 0.15 + 12 x 0.60 is 8.55, so 9 micro-dollars each.
    const report = verifyBooks(server.ledger);
    expect(report).toMatchObject({
      discrepancies: [],
      openHolds: 0,
      heldMicro: 0,
      chargedMicro: 7 * 9,
      balanceMicro: granted - 7 * 9,
      requests: 7,
    });
  } finally {
    await server.close();
    await upstream.close();
  }
});

interface ErrorBody {
  error: { code: string };
}
