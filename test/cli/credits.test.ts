// Credits on the command line: granted, counted, and the ledger page by page.
import { expect, setDefaultTimeout, test } from "bun:test";
import { tempFolder } from "../support/folders.ts";
import { run, runJson } from "./support.ts";

// Whole programs start and end here, on machines that may be busy.
setDefaultTimeout(30_000);

interface HistoryPage {
  entries: { seq: number; account: string; kind: string; amount: string; balance_after: string }[];
  next_before: number | null;
}

test("grant adds to the account, with its note in the ledger", async () => {
  const env = { AACFLOW_DATA: tempFolder() };
  await runJson(
    ["keys", "create", "--name", "a", "--account", "team", "--new", "--credits", "5"],
    env,
  );
  const args = ["credits", "grant", "--account", "team", "--amount", "10.25", "--note", "May"];
  expect(await runJson<unknown>(args, env)).toEqual({
    account: "team",
    amount: "10.250000",
    balance: "15.250000",
    note: "May",
  });
  const { entries } = await runJson<HistoryPage>(["credits", "history"], env);
  expect(entries).toMatchObject([
    { seq: 2, account: "team", kind: "grant", amount: "10.250000", note: "May", request_id: null },
    { seq: 1, account: "team", kind: "grant", amount: "5.000000", balance_after: "5.000000" },
  ]);
});

test("an unknown account is refused, and stays unknown", async () => {
  const env = { AACFLOW_DATA: tempFolder() };
  await runJson(["keys", "create", "--name", "a"], env);
  for (const args of [
    ["credits", "grant", "--account", "tema", "--amount", "1"],
    ["credits", "balance", "--account", "tema"],
    ["credits", "history", "--account", "tema"],
  ]) {
    const { code, stdout, stderr } = await run(args, env);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain('there is no account "tema"');
  }
});

test("balance shows all accounts by name, or one", async () => {
  const env = { AACFLOW_DATA: tempFolder() };
  const b = await runJson<{ account_id: string }>(
    ["keys", "create", "--name=k", "--account=b", "--new", "--credits=2"],
    env,
  );
  await runJson(["keys", "create", "--name=k", "--account=a", "--new"], env);
  const all = await runJson<{ accounts: { account: string }[] }>(["credits", "balance"], env);
  expect(all.accounts.map(({ account }) => account)).toEqual(["a", "b"]);
  expect(await runJson<unknown>(["credits", "balance", "--account", "b"], env)).toEqual({
    accounts: [
      {
        account: "b",
        account_id: b.account_id,
        balance: "2.000000",
        held: "0.000000",
        available: "2.000000",
      },
    ],
  });
  const { stdout } = await run(["credits", "balance"], env);
  expect(stdout.split("\n").slice(0, 3)).toEqual([
    "ACCOUNT   BALANCE      HELD  AVAILABLE",
    "a        0.000000  0.000000   0.000000",
    "b        2.000000  0.000000   2.000000",
  ]);
});

test("history pages are disjoint, newest first, and end", async () => {
  const env = { AACFLOW_DATA: tempFolder() };
  await runJson(["keys", "create", "--name", "a", "--credits", "1"], env);
  for (const amount of ["2", "3", "4", "5"]) {
    await runJson(["credits", "grant", "--account", "a", "--amount", amount], env);
  }
  const amounts: string[][] = [];
  let before: number | null = null;
  do {
    const next: string[] = before === null ? [] : ["--before", String(before)];
    const args = ["credits", "history", "--account", "a", "--limit", "2", ...next];
    const page: HistoryPage = await runJson<HistoryPage>(args, env);
    amounts.push(page.entries.map(({ amount }) => amount));
    before = page.next_before;
  } while (before !== null && amounts.length < 10);
  expect(amounts).toEqual([["5.000000", "4.000000"], ["3.000000", "2.000000"], ["1.000000"]]);
  const text = await run(["credits", "history", "--limit", "2"], env);
  expect(text.stdout).toContain("Older entries: --before 4");
});
