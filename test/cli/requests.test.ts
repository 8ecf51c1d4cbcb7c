// `aacflow requests`: the operator finds a request by whose it was, where it went and how it ended.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { openDatabase } from "../../src/db/open.ts";
import { createKeyring, newKey } from "../../src/keys/keyring.ts";
import type { Ending } from "../../src/ledger/ending.ts";
import { plainUsage } from "../../src/metering/estimate.ts";
import { tempFolder } from "../support/folders.ts";
import { exactly, PLAIN_RESERVE, PLAIN_SETTLE } from "../support/holds.ts";
import { createLedger } from "../support/ledger.ts";
import { run, runJson } from "./support.ts";

// Whole programs start and end here, on machines that may be busy.
setDefaultTimeout(30_000);

interface Shown {
  id: string;
  account: string;
  key_id: string;
  ending: string | null;
  [field: string]: unknown;
}

interface Page {
  requests: Shown[];
  next_before: string | null;
}

const HOUR_MS = 3_600_000;
const data = tempFolder();
const env = { AACFLOW_DATA: data };
const database = openDatabase(data, { busyTimeoutMs: 1_000 });
const ledger = createLedger(database);
const keyring = createKeyring(database);
const keyIds = new Map<string, string>();

interface Question {
  account?: string;
  model?: string;
  provider?: string;
  hoursAgo?: number;
}

function begin(requestId: string, question: Question = {}): number {
  const { account = "team", model = "gpt-4o-mini", hoursAgo = 1 } = question;
  const atMs = Date.now() - hoursAgo * HOUR_MS;
  database.write(() =>
    ledger.reserve({
      ...PLAIN_RESERVE,
      requestId,
      accountId: ledger.findAccountByName(account)?.id ?? "",
      keyId: keyIds.get(account) ?? "",
      modelId: model,
      stream: true,
      atMs,
      wish: exactly(5_000),
    }),
  );
  return atMs;
}

function finish(requestId: string, ending: Ending, question: Question = {}): void {
  const startedAtMs = begin(requestId, question);
  const isGood = ending === "completed";
  const { model = "gpt-4o-mini", provider = "openai" } = question;
  database.write(() =>
    ledger.settle({
      ...PLAIN_SETTLE,
      requestId,
      terms: { providerId: provider, upstreamModel: `${model}-upstream`, priceJson: null },
      ending,
      costMicro: isGood ? 1_234 : 0,
      httpStatus: isGood ? 200 : 502,
      errorCode: isGood ? null : "upstream_error",
      usage: isGood ? plainUsage(100, 20) : null,
      usageSource: isGood ? "reported" : "none",
      startedAtMs,
      firstEventMs: isGood ? 120 : null,
      durationMs: 450,
      atMs: startedAtMs + 450,
    }),
  );
}

beforeAll(() => {
  database.write(() => {
    for (const name of ["team", "alone"]) {
      const { id } = ledger.ensureAccount(name, Date.now());
      ledger.grant({ accountId: id, amountMicro: 1_000_000, note: null, atMs: Date.now() });
      const key = { accountId: id, name: `key of ${name}`, expiresAtMs: null, nowMs: Date.now() };
      keyIds.set(name, keyring.addKey(newKey(key).record).id);
    }
  });
  finish("req_1", "completed", { hoursAgo: 50 });
  finish("req_2", "upstream_failed", { hoursAgo: 40, provider: "azure" });
  finish("req_3", "completed", { hoursAgo: 3, account: "alone" });
  finish("req_4", "completed", { hoursAgo: 2, model: "claude-sonnet-4-6", provider: "anthropic" });
  begin("req_5", { hoursAgo: 0 });
  const atMs = Date.now();
  database.write(() => ledger.refund({ requestId: "req_1", amountMicro: 234, note: "half", atMs }));
});

afterAll(() => database.close());

const list = (...args: string[]) => runJson<Page>(["requests", "list", ...args], env);
const idsOf = async (...args: string[]) => (await list(...args)).requests.map(({ id }) => id);

describe("list", () => {
  test("shows those in progress, then the last to end first", async () => {
    expect(await idsOf()).toEqual(["req_5", "req_4", "req_3", "req_2", "req_1"]);
  });

  test.each([
    [["--account=alone"], ["req_3"]],
    [["--provider=azure"], ["req_2"]],
    [["--model=claude-sonnet-4-6"], ["req_4"]],
    [["--model=claude-sonnet-4-6-upstream"], ["req_4"]],
    [["--ending=upstream_failed"], ["req_2"]],
    [["--ending=in_progress"], ["req_5"]],
    [["--since=24h"], ["req_5", "req_4", "req_3"]],
    [["--account=team", "--ending=completed", "--since=45h"], ["req_4"]],
    [["--account=alone", "--provider=azure"], []],
  ])("%j keeps %j", async (args, ids) => {
    expect(await idsOf(...args)).toEqual(ids);
  });

  test("--key keeps one key's", async () => {
    const page = await list("--key", keyIds.get("alone") ?? "");
    expect(page.requests).toEqual([
      expect.objectContaining({ id: "req_3", account: "alone", key_name: "key of alone" }),
    ]);
  });

  test("goes from page to page to the end", async () => {
    const seen: string[] = [];
    let next: string[] = [];
    for (;;) {
      const page = await list("--limit=2", ...next);
      expect(page.requests.length).toBeLessThanOrEqual(2);
      seen.push(...page.requests.map(({ id }) => id));
      if (page.next_before === null) break;
      next = ["--before", page.next_before];
    }
    expect(seen).toEqual(["req_5", "req_4", "req_3", "req_2", "req_1"]);
  });

  test("is a table with money as the other commands show it", async () => {
    const { code, stdout } = await run(["requests", "list", "--limit=3"], env);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^ARRIVED +REQUEST +ACCOUNT +KEY +MODEL +PROVIDER +ENDING +HTTP +INPUT +OUTPUT +COST +MS$/m,
    );
    expect(stdout).toMatch(
      /req_3 +alone +key of alone +gpt-4o-mini +openai +completed +200 +100 +20 +0\.001234 +450$/m,
    );
    expect(stdout).toEndWith("Older requests: --before req_3\n");
  });

  test.each([
    [["--account=tema"], 1, 'there is no account "tema"'],
    [["--key=key_none"], 1, "there is no key key_none"],
    [["--before=req_none"], 1, "no request req_none has ended"],
    [["--ending=died"], 2, "Allowed choices are completed, refused"],
    [["--limit=1001"], 2, "from 1 to 1000"],
  ])("%j is refused", async (args, expected, words) => {
    const { code, stderr } = await run(["requests", "list", ...args], env);
    expect([code, stderr]).toEqual([expected, expect.stringContaining(words)]);
  });
});

describe("show", () => {
  test("tells whose a request was, how it ended, what it used and cost", async () => {
    const shown = await runJson<Shown>(["requests", "show", "req_1"], env);
    expect(shown).toMatchObject({
      id: "req_1",
      account: "team",
      key_id: keyIds.get("team") ?? "",
      key_name: "key of team",
      model: "gpt-4o-mini",
      upstream_model: "gpt-4o-mini-upstream",
      provider: "openai",
      ending: "completed",
      http_status: 200,
      usage: { prompt_tokens: 100, completion_tokens: 20 },
      usage_source: "reported",
      held: "0.005000",
      cost: "0.001234",
      refunded: "0.000234",
      first_event_ms: 120,
      duration_ms: 450,
    });
    const { stdout } = await run(["requests", "show", "req_1"], env);
    expect(stdout).toMatch(/^Account +team \(acct_\w+\)$/m);
    expect(stdout).toMatch(/^Provider +openai as gpt-4o-mini-upstream$/m);
    expect(stdout).toMatch(/^Refunded +0\.000234$/m);
  });

  test("tells what failed, and what is still in progress", async () => {
    const failed = await runJson<Shown>(["requests", "show", "req_2"], env);
    expect(failed).toMatchObject({ ending: "upstream_failed", error_code: "upstream_error" });
    const running = await runJson<Shown>(["requests", "show", "req_5"], env);
    expect(running).toMatchObject({ status: "in_progress", ending: null, ended_at: null });
  });

  test("an id of no request is told apart from a refusal", async () => {
    const { code, stderr } = await run(["requests", "show", "req_none"], env);
    expect(code).toBe(1);
    expect(stderr).toContain("there is no request req_none");
    expect(stderr).toContain("in the log alone");
  });
});
