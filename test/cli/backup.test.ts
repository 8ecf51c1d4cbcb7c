// The restore drill: a backup of a server under load, restored elsewhere, is right to the last digit.
import { afterAll, afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { formatCredits } from "../../src/base/micro.ts";
import { DATABASE_FILE, openDatabase } from "../../src/db/open.ts";
import { endAll } from "../support/children.ts";
import { tempFolder } from "../support/folders.ts";
import { createLedger, type Ledger, verifyBooks } from "../support/ledger.ts";
import { chunk, completion, streamOf } from "../support/openai-wire.ts";
import {
  gated,
  json,
  type RawUpstream,
  sse,
  startRawUpstream,
  type UpstreamScript,
} from "../support/raw-upstream.ts";
import { event } from "../support/sse.ts";
import { runJson, startReady } from "./support.ts";

// Whole programs start and end here, on machines that may be busy.
setDefaultTimeout(90_000);
afterEach(endAll);

const ACCOUNTS = ["red", "green", "blue"];
const MODEL = "gpt-4o-mini";
/** What a request says that is to stay open. */
const HANG = "hang";
const WORKERS = 6;

interface Holdings {
  bytes: number;
  accounts: number;
  entries: number;
  requests: number;
  open_holds: number;
  balance: string;
  held: string;
}

/** Hangs where it is asked to; else answers at once, in one piece or many. */
const script: UpstreamScript = ({ body }) => {
  const request = body as { stream?: boolean; messages: { content: string }[] };
  if (request.messages[0]?.content === HANG) {
    const words = event(chunk({ role: "assistant", content: "one" }));
    return sse(gated(words, new Promise(() => {})));
  }
  return request.stream === true ? sse(streamOf("one", " two")) : json(completion());
};

interface Caller {
  baseUrl: string;
  keys: string[];
}

const ask = ({ baseUrl, keys }: Caller, who: number, stream: boolean, content = "hello") =>
  fetch(`${baseUrl}/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${keys[who % keys.length]}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({ model: MODEL, stream, messages: [{ role: "user", content }] }),
  });

/** Asks without a pause until it is told to stop; gives how many answers came. */
function startLoad(caller: Caller): () => Promise<number> {
  let isOver = false;
  let answers = 0;
  const work = async (worker: number) => {
    for (let turn = 0; !isOver; turn++) {
      const response = await ask(caller, worker + turn, turn % 4 !== 0);
      expect(response.status).toBe(200);
      await response.text();
      answers++;
    }
  };
  const workers = Array.from({ length: WORKERS }, (_, worker) => work(worker));
  return async () => {
    isOver = true;
    await Promise.all(workers);
    return answers;
  };
}

interface Look {
  ledger: Ledger;
  /** Ids of the requests in progress. */
  open: string[];
  /** Balance, held, and the sums that they must equal, by account. */
  sums: Record<string, number[]>;
}

function inspect<T>(data: string, look: (what: Look) => T): T {
  const database = openDatabase(data, { busyTimeoutMs: 5_000 });
  try {
    const { sqlite } = database;
    const rows = sqlite
      .query<Record<string, string | number>, []>(
        `SELECT name, balance_micro AS balance, held_micro AS held,
          (SELECT TOTAL(amount_micro) FROM entries WHERE account_id = id) AS entries,
          (SELECT TOTAL(amount_micro) FROM holds WHERE account_id = id) AS holds FROM accounts`,
      )
      .all();
    const holds = sqlite.query<{ id: string }, []>("SELECT request_id AS id FROM holds").all();
    const sums = Object.fromEntries(
      rows.map(({ name, ...figures }) => [name, Object.values(figures).map(Number)]),
    );
    return look({ ledger: createLedger(database), open: holds.map(({ id }) => id), sums });
  } finally {
    database.close();
  }
}

async function startHouse(upstream: RawUpstream, data: string) {
  const env = { ...upstream.env, AACFLOW_DATA: data };
  const server = await startReady<{ base_url: string }>(["serve", "--port", "0"], env);
  return { env, server, baseUrl: server.ready.base_url };
}

test("a backup taken under load holds whole books, and a server goes on from it", async () => {
  const upstream = await startRawUpstream();
  afterAll(() => upstream.close());
  upstream.answer(script);
  const folder = tempFolder();
  const file = join(folder, "backup.db");
  const { env, server, baseUrl } = await startHouse(upstream, join(folder, "data"));
  const keys: string[] = [];
  for (const account of ACCOUNTS) {
    const args = ["keys", "create", "--name=k", `--account=${account}`, "--new", "--credits=50"];
    keys.push((await runJson<{ key: string }>(args, env)).key);
  }
  const caller = { baseUrl, keys };
  const idOf = (response: Response) => response.headers.get("x-request-id") ?? "";

  const answered = await ask(caller, 0, false);
  await answered.text();
  const hanging = await Promise.all(ACCOUNTS.map((_, who) => ask(caller, who, true, HANG)));
  const stopLoad = startLoad(caller);
  const backup = await runJson<Holdings>(["backup", file], env);
  expect(await stopLoad()).toBeGreaterThan(WORKERS);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder).sort()).toEqual(["backup.db", "data"]);
  expect(backup.open_holds).toBeGreaterThanOrEqual(hanging.length);

  const restored = join(folder, "restored");
  const summary = await runJson<Holdings>(["restore", file, "--data", restored]);
  expect(summary).toEqual({ ...backup, data: restored, replaced: null } as Holdings);
  expect(readdirSync(restored).sort()).toEqual([DATABASE_FILE, "server.lock"]);
  await runJson(["ledger", "verify", "--data", restored]);
  const before = inspect(restored, ({ ledger, open, sums }) => {
    for (const [balance, held, entries, holds] of Object.values(sums)) {
      expect([balance, held]).toEqual([entries, holds]);
    }
    const record = ledger.findRecord(idOf(answered));
    expect(formatCredits(record?.chargedMicro ?? 0)).toBe(
      answered.headers.get("x-credits-used") ?? "",
    );
    expect(open).toEqual(expect.arrayContaining(hanging.map(idOf)));
    expect(open).toHaveLength(backup.open_holds);
    return { open, sums };
  });

  const second = await startHouse(upstream, restored);
  for (const [who, account] of ACCOUNTS.entries()) {
    const headers = { authorization: `Bearer ${keys[who]}` };
    const credits = await fetch(`${second.baseUrl}/credits`, { headers });
    const balance = formatCredits(before.sums[account]?.[0] ?? 0);
    expect(await credits.json()).toMatchObject({ balance, held: "0.000000", available: balance });
  }
  second.server.kill("SIGTERM");
  await second.server.ended;
  inspect(restored, ({ ledger, open }) => {
    expect(open).toEqual([]);
    for (const id of before.open) {
      expect(ledger.findRecord(id)).toMatchObject({ ending: "abandoned", chargedMicro: 0 });
    }
    expect(verifyBooks(ledger)).toMatchObject({
      discrepancies: [],
      entries: backup.entries,
      requests: backup.requests + before.open.length,
    });
  });

  // The server that was backed up noticed nothing.
  server.kill("SIGKILL");
  await server.ended;
  await Promise.all(hanging.map((response) => response.text().catch(() => {})));
  inspect(join(folder, "data"), ({ ledger }) => {
    const original = verifyBooks(ledger);
    expect(original.discrepancies).toEqual([]);
    expect(original.requests).toBeGreaterThanOrEqual(backup.requests);
  });
});
