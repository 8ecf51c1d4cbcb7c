// `aacflow ledger verify`: counts for sound books, and the account's name for others.
import { Database } from "bun:sqlite";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { openDatabase } from "../../src/db/open.ts";
import { fillBooks } from "../support/fill-books.ts";
import { tempFolder } from "../support/folders.ts";
import { run, runJson } from "./support.ts";

// Whole programs start and end here, on machines that may be busy.
setDefaultTimeout(30_000);

interface Report {
  ok: boolean;
  discrepancies: { account: string; account_id: string; rule: string; detail: string }[];
}

async function twoAccounts(): Promise<string> {
  const data = tempFolder();
  for (const account of ["sound", "tampered"]) {
    const args = ["keys", "create", "--name=k", `--account=${account}`, "--new", "--credits=5"];
    await runJson(args, { AACFLOW_DATA: data });
  }
  return data;
}

function tamper(data: string, statements: readonly string[]): void {
  const database = new Database(join(data, "aacflow.db"));
  for (const statement of statements) database.run(statement);
  database.close();
}

test("sound books: counts, and exit code 0", async () => {
  const env = { AACFLOW_DATA: await twoAccounts() };
  expect(await runJson<unknown>(["ledger", "verify"], env)).toEqual({
    ok: true,
    accounts: 2,
    entries: 2,
    requests: 0,
    open_holds: 0,
    granted: "10.000000",
    charged: "0.000000",
    refunded: "0.000000",
    adjusted: "0.000000",
    balance: "10.000000",
    held: "0.000000",
    shortfall: "0.000000",
    unbilled: "0.000000",
    discrepancies: [],
    discrepancies_not_listed: 0,
  });
  const { code, stdout } = await run(["ledger", "verify"], env);
  expect(code).toBe(0);
  expect(stdout).toContain("The books add up.");
});

const TAMPERINGS: Record<string, string[]> = {
  "a balance": ["UPDATE accounts SET balance_micro = balance_micro + 1 WHERE name = 'tampered'"],
  "what is held": ["UPDATE accounts SET held_micro = 7 WHERE name = 'tampered'"],
  "an entry's amount": [
    "DROP TRIGGER entries_no_update",
    "UPDATE entries SET amount_micro = 6000000 WHERE seq = 2",
  ],
  "many entries' notes": [
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30)
      INSERT INTO entries SELECT NULL, (SELECT id FROM accounts WHERE name = 'tampered'),
        'adjustment', CASE i % 2 WHEN 0 THEN 1 ELSE -1 END, 5000000 - i % 2, NULL, NULL, 1 FROM n`,
  ],
  "a missing entry": ["DROP TRIGGER entries_no_delete", "DELETE FROM entries WHERE seq = 2"],
};

describe("exit code 1, and the account that is off is named", () => {
  for (const [what, statements] of Object.entries(TAMPERINGS)) {
    test(`tampered: ${what}`, async () => {
      const data = await twoAccounts();
      tamper(data, statements);
      const { code, stdout, stderr } = await run(["ledger", "verify", "--json"], {
        AACFLOW_DATA: data,
      });
      expect(code).toBe(1);
      const report = JSON.parse(stdout) as Report;
      expect(report.ok).toBe(false);
      const named = new Set(report.discrepancies.map(({ account }) => account));
      expect([...named]).toEqual(["tampered"]);
      expect(stderr).toContain("the books do not add up for tampered");
      expect(stderr).not.toContain("account sound");
    });
  }
});

test("a flood of discrepancies is cut, and what is not listed is counted", async () => {
  const data = await twoAccounts();
  tamper(data, TAMPERINGS["many entries' notes"] ?? []);
  const env = { AACFLOW_DATA: data };
  const { code, stdout, stderr } = await run(["ledger", "verify", "--json"], env);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ discrepancies_not_listed: 10 });
  expect((JSON.parse(stdout) as Report).discrepancies).toHaveLength(20);
  expect(stderr).toContain("10 more discrepancies are not listed");
});

test("a charge that its usage does not explain is found", async () => {
  const data = tempFolder();
  const database = openDatabase(data, { busyTimeoutMs: 1_000 });
  fillBooks(database, { requests: 100, accounts: 1 });
  database.close();
  await runJson(["ledger", "verify"], { AACFLOW_DATA: data });
  tamper(data, [
    "DROP TRIGGER records_no_update",
    `UPDATE records SET usage = json_set(usage, '$[0]', 100000)
      WHERE id = (SELECT id FROM requests WHERE usage_source = 'reported' AND price_json <> '')`,
  ]);
  const { code, stderr } = await run(["ledger", "verify"], { AACFLOW_DATA: data });
  expect(code).toBe(1);
  expect(stderr).toContain('breaks "each charge follows from its usage at its pinned price"');
});
