// A server that is killed in the middle of a request: the next start gives the hold back.

import { afterAll, afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { openDatabase } from "../../src/db/open.ts";
import { runJson, startReady } from "../cli/support.ts";
import { endAll } from "../support/children.ts";
import { tempFolder } from "../support/folders.ts";
import { createLedger, verifyBooks } from "../support/ledger.ts";
import { chunk } from "../support/openai-wire.ts";
import { gated, sse, startRawUpstream } from "../support/raw-upstream.ts";
import { event } from "../support/sse.ts";

// Whole programs start and end here, on machines that may be busy.
setDefaultTimeout(30_000);
afterEach(endAll);

const data = tempFolder();

/** Reads the books of the data folder as they are on the disk. */
function inspect<T>(look: (ledger: ReturnType<typeof createLedger>, holds: string[]) => T): T {
  const database = openDatabase(data, { busyTimeoutMs: 1_000 });
  try {
    const rows = database.sqlite.query("SELECT request_id AS id FROM holds").all();
    return look(
      createLedger(database),
      (rows as { id: string }[]).map(({ id }) => id),
    );
  } finally {
    database.close();
  }
}

test("a request of a killed server costs nothing, and its hold is free again", async () => {
  const upstream = await startRawUpstream();
  afterAll(() => upstream.close());
  const words = event(chunk({ role: "assistant", content: "one two three" }));
  upstream.answer(sse(gated(words, new Promise(() => {}))));
  const env = { ...upstream.env, AACFLOW_DATA: data };
  const serve = () => startReady<{ base_url: string }>(["serve", "--port", "0"], env);

  const first = await serve();
  const { key } = await runJson<{ key: string }>(["keys", "create", "--name=a"], env);
  await runJson(["credits", "grant", "--account=a", "--amount=1"], env);
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const response = await fetch(`${first.ready.base_url}/chat/completions`, {
    method: "POST",
    headers,
    body: JSON.stringify({
      model: "gpt-4o-mini",
      messages: [{ role: "user", content: "hello" }],
      stream: true,
    }),
  });
  const requestId = response.headers.get("x-request-id") ?? "";
  first.kill("SIGKILL");
  await first.ended;
  await response.text().catch(() => {});
  expect(inspect((_ledger, holds) => holds)).toEqual([requestId]);

  const second = await serve();
  const credits = await fetch(`${second.ready.base_url}/credits`, { headers });
  expect(await credits.json()).toMatchObject({
    balance: "1.000000",
    held: "0.000000",
    available: "1.000000",
  });
  expect((await second.stop()).stderr).toContain(requestId);
  inspect((ledger, holds) => {
    expect(holds).toEqual([]);
    expect(ledger.findRecord(requestId)).toMatchObject({
      ending: "abandoned",
      usageSource: "none",
      usage: null,
      chargedMicro: 0,
    });
    expect(verifyBooks(ledger)).toMatchObject({ discrepancies: [], openHolds: 0, chargedMicro: 0 });
  });
});
