// `aacflow credits refund` and `adjust`, beside the server that charged: what they print, write and refuse.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { endAll } from "../support/children.ts";
import { tempFolder } from "../support/folders.ts";
import { run, runJson, startReady } from "./support.ts";

// Whole programs start and end here, on machines that may be busy.
setDefaultTimeout(30_000);

const MODEL = "gpt-4o-mini";
const folder = tempFolder();
const env = { AACFLOW_DATA: join(folder, "data") };
let baseUrl = "";
let key = "";

beforeAll(async () => {
  const config = join(folder, "config.json");
  await Bun.write(config, JSON.stringify({ demo: { enabled: true, models: [MODEL] } }));
  const args = ["keys", "create", "--name=a", "--account=team", "--new", "--credits=5"];
  ({ key } = await runJson<{ key: string }>(args, env));
  const server = await startReady<{ base_url: string }>(
    ["serve", "--port=0", "--config", config],
    env,
  );
  baseUrl = server.ready.base_url;
});
afterAll(endAll);

/** A request that was charged, as its caller sees it. */
async function ask() {
  const response = await fetch(`${baseUrl}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: MODEL, messages: [{ role: "user", content: "hello" }] }),
  });
  expect(response.status).toBe(200);
  await response.text();
  const header = (name: string) => response.headers.get(name) ?? "";
  return { id: header("x-request-id"), charged: header("x-credits-used") };
}

const balance = async () => {
  const args = ["credits", "balance", "--account=team"];
  const { accounts } = await runJson<{ accounts: { balance: string }[] }>(args, env);
  return accounts[0]?.balance;
};

const newest = async () => {
  const args = ["credits", "history", "--limit=1"];
  const { entries } = await runJson<{ entries: Record<string, unknown>[] }>(args, env);
  return entries[0];
};

describe("credits refund", () => {
  test("gives the whole charge back, and a second one is refused", async () => {
    const before = await balance();
    const { id, charged } = await ask();
    expect(Number(charged)).toBeGreaterThan(0);
    const args = ["credits", "refund", `--request=${id}`, "--note=was wrong"];
    expect(await runJson<unknown>(args, env)).toEqual({
      request_id: id,
      account: "team",
      amount: charged,
      charged,
      refunded: charged,
      balance: before,
      note: "was wrong",
    });
    expect(await newest()).toMatchObject({
      kind: "refund",
      amount: charged,
      request_id: id,
      note: "was wrong",
    });
    const text = await run(["credits", "history", "--limit=1"], env);
    expect(text.stdout).toContain(`${id} was wrong`);
    const again = await run(["credits", "refund", `--request=${id}`], env);
    expect({ code: again.code, stdout: again.stdout }).toEqual({ code: 1, stdout: "" });
    expect(again.stderr).toContain("has been refunded already");
    await runJson(["ledger", "verify"], env);
  });

  test("gives a part back, in words, and says how much is left when asked for more", async () => {
    const { id } = await ask();
    const part = await run(["credits", "refund", "--request", id, "--amount=0.000001"], env);
    expect(part.stdout).toContain(`Refunded 0.000001 credits of request ${id} to team`);
    const more = await run(["credits", "refund", "--request", id, "--amount=1"], env);
    expect(more.code).toBe(1);
    expect(more.stderr).toContain("more than is left of the charge");
  });

  test("asked for by several at once is given once", async () => {
    const { id, charged } = await ask();
    const args = ["credits", "refund", `--request=${id}`];
    const runs = await Promise.all(Array.from({ length: 4 }, () => run(args, env)));
    expect(runs.map(({ code }) => code).sort()).toEqual([0, 1, 1, 1]);
    expect(await newest()).toMatchObject({ amount: charged, request_id: id });
    await runJson(["ledger", "verify"], env);
  });

  test("of an unknown request is refused", async () => {
    const { code, stderr } = await run(["credits", "refund", "--request=req_x"], env);
    expect(code).toBe(1);
    expect(stderr).toContain("there is no request req_x");
  });
});

describe("credits adjust", () => {
  test.each([[["--amount=-1.50"]], [["--amount", "-1.50"]]])("takes with %p", async (amount) => {
    const before = Number(await balance());
    const args = ["credits", "adjust", "--account=team", ...amount, "--note=paid twice"];
    const adjusted = await runJson<{ balance: string }>(args, env);
    expect(adjusted).toMatchObject({ account: "team", amount: "-1.500000", note: "paid twice" });
    expect(Number(adjusted.balance)).toBeCloseTo(before - 1.5, 6);
    expect(await newest()).toMatchObject({ kind: "adjustment", amount: "-1.500000" });
  });

  test("adds, in words", async () => {
    const args = ["credits", "adjust", "--account=team", "--amount=+2", "--note=gift"];
    const { stdout } = await run(args, env);
    expect(stdout).toMatch(
      /^Adjusted team by 2\.000000 credits; it now has \d+\.\d{6} credits\.\n$/,
    );
  });

  test("beyond what is available is refused, which is named", async () => {
    const args = ["credits", "adjust", "--account=team", "--amount=-100", "--note=x"];
    const { code, stderr } = await run(args, env);
    expect(code).toBe(1);
    expect(stderr).toContain(`${await balance()} available, 0.000000 held`);
  });

  test.each([
    ["without a note", ["--amount=1"], "required option '--note <text>'"],
    ["with a blank note", ["--amount=1", "--note= "], "must not be empty"],
    ["of zero", ["--amount=-0.00", "--note=x"], "must not be zero"],
    ["that is no amount", ["--amount=--1", "--note=x"], "not an amount"],
  ])("%s is wrong usage", async (_what, args, message) => {
    const { code, stderr } = await run(["credits", "adjust", "--account=team", ...args], env);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
