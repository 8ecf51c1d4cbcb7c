// Amounts on the command line: decimal strings, read without floating point.
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { tempFolder } from "../support/folders.ts";
import { run, runJson } from "./support.ts";

// Whole programs start and end here, on machines that may be busy.
setDefaultTimeout(30_000);

const BAD = [
  "1e3",
  "NaN",
  "-5",
  "+5",
  "0.0000001",
  "Infinity",
  "0x10",
  "5,00",
  "1_000",
  ".5",
  "5.",
  " 5",
  "",
  "$5",
  "9007199254741",
  "99999999999999999999999999",
];

describe("an amount that cannot be read is wrong usage, and nothing is made", () => {
  for (const amount of BAD) {
    test(JSON.stringify(amount), async () => {
      const data = join(tempFolder(), "data");
      const create = await run(["keys", "create", "--name=a", `--credits=${amount}`], {
        AACFLOW_DATA: data,
      });
      const grant = await run(["credits", "grant", "--account=a", "--amount", amount], {
        AACFLOW_DATA: data,
      });
      for (const { code, stdout, stderr } of [create, grant]) {
        expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
        expect(stderr).toMatch(/not an amount|more than 6 decimals|too large/);
      }
      expect(existsSync(data)).toBe(false);
    });
  }
});

const GOOD: [written: string, read: string][] = [
  ["5", "5.000000"],
  ["5.00", "5.000000"],
  ["0.000001", "0.000001"],
  ["0.1", "0.100000"],
  ["1.005", "1.005000"],
  ["007", "7.000000"],
  ["9007199.254740", "9007199.254740"],
];

describe("an amount is read to the last digit", () => {
  for (const [written, read] of GOOD) {
    test(`${written} is ${read}`, async () => {
      const args = ["keys", "create", "--name", "a", "--credits", written];
      const key = await runJson<{ balance: string }>(args, { AACFLOW_DATA: tempFolder() });
      expect(key.balance).toBe(read);
    });
  }
});

test("nothing can be granted in the amount of zero", async () => {
  const { code, stderr } = await run(["credits", "grant", "--account=a", "--amount=0.000000"]);
  expect(code).toBe(2);
  expect(stderr).toContain("more than zero");
});

test("a balance beyond what the ledger holds is refused as a whole", async () => {
  const env = { AACFLOW_DATA: tempFolder() };
  await runJson(["keys", "create", "--name", "first", "--credits", "9007199"], env);
  const { code, stderr } = await run(
    ["keys", "create", "--name=second", "--account=first", "--credits=1"],
    env,
  );
  expect(code).toBe(1);
  expect(stderr).toContain("more than the ledger can hold");
  const { keys } = await runJson<{ keys: unknown[] }>(["keys", "list"], env);
  expect(keys).toHaveLength(1);
});
