// `aacflow ledger report`: its document, its tables, and the moment it begins at.
import { expect, setDefaultTimeout, test } from "bun:test";
import { openDatabase } from "../../src/db/open.ts";
import { ENDINGS } from "../../src/ledger/ending.ts";
import { fillBooks } from "../support/fill-books.ts";
import { tempFolder } from "../support/folders.ts";
import { run, runJson } from "./support.ts";

// Whole programs start and end here, on machines that may be busy.
setDefaultTimeout(30_000);

const data = tempFolder();
const env = { AACFLOW_DATA: data };
const database = openDatabase(data, { busyTimeoutMs: 1_000 });
fillBooks(database, { requests: 1_000, accounts: 3 });
database.close();

interface Report {
  since: string | null;
  endings: Record<string, { requests: number; charged: string }>;
  ended: { requests: number; charged: string };
  written_off: string;
  net_change: string;
  [figure: string]: unknown;
}

test("--json agrees with verify", async () => {
  const report = await runJson<Report>(["ledger", "report"], env);
  const verified = await runJson<Record<string, unknown>>(["ledger", "verify"], env);
  expect(report).toMatchObject({
    since: null,
    granted: verified.granted,
    charged: verified.charged,
    refunded: verified.refunded,
    net_change: verified.balance,
    ended: { requests: verified.requests, charged: verified.charged },
    shortfall: { amount: verified.shortfall },
    unbilled: { amount: verified.unbilled },
  });
  expect(Object.keys(report.endings)).toEqual([...ENDINGS]);
});

test("--since leaves out what came before", async () => {
  // The fill makes a request each second, from the beginning of the year.
  const args = ["ledger", "report", "--since=2026-01-01T00:15:00Z"];
  expect(await runJson<Report>(args, env)).toMatchObject({
    since: "2026-01-01T00:15:00.000Z",
    ended: { requests: 100 },
    granted: "0.000000",
  });
});

test("the tables stand in columns, and say what written off means", async () => {
  const { code, stdout } = await run(["ledger", "report"], env);
  expect(code).toBe(0);
  const lines = stdout.split("\n");
  expect(lines[0]).toBe("Since the beginning");
  expect(stdout).toContain("written off: shortfall and unbilled");
  const [title = "", ...rows] = lines.slice(2, ENDINGS.length + 4);
  expect(rows.every((row) => row.length === title.length)).toBe(true);
  expect(rows.at(-1)).toMatch(/^total +1000 +\d+\.\d{6}$/);
});

test("a moment that cannot be read, or is to come, is wrong usage", async () => {
  for (const since of ["soon", "2999-01-01"]) {
    const { code, stderr } = await run(["ledger", "report", `--since=${since}`], env);
    expect(code).toBe(2);
    expect(stderr).toContain("--since");
  }
});
