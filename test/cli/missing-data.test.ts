// Commands that only read: they say that there is no data, and make none.
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempFolder } from "../support/folders.ts";
import { run } from "./support.ts";

// Whole programs start and end here, on machines that may be busy.
setDefaultTimeout(30_000);

const READING = [
  ["keys", "list"],
  ["keys", "revoke", "key_x"],
  ["keys", "rotate", "key_x"],
  ["credits", "balance"],
  ["credits", "history"],
  ["credits", "grant", "--account=a", "--amount=1"],
  ["ledger", "verify"],
];

describe("a data folder that does not exist", () => {
  for (const command of READING) {
    test(`aacflow ${command.join(" ")} names --data and makes nothing`, async () => {
      const data = join(tempFolder(), "nothing");
      const { code, stdout, stderr } = await run([...command, "--data", data, "--json"]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toContain(`there is no data in ${data}`);
      expect(stderr).toContain("--data");
      expect(existsSync(data)).toBe(false);
    });
  }
});

test("--data works before and after the command, and wins over AACFLOW_DATA", async () => {
  const env = { AACFLOW_DATA: join(tempFolder(), "other") };
  const data = tempFolder();
  const created = await run(["--data", data, "keys", "create", "--name", "a"], env);
  expect(created.code).toBe(0);
  const listed = await run(["keys", "list", "--data", data], env);
  expect(listed.code).toBe(0);
  expect(existsSync(env.AACFLOW_DATA)).toBe(false);
});

test("a file that is no database is one clear line", async () => {
  const data = tempFolder();
  writeFileSync(join(data, "aacflow.db"), "this is not a database, only text ".repeat(50));
  const { code, stderr } = await run(["keys", "list", "--data", data]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: cannot open the data folder [^\n]*not a database\n$/);
});

test("a data folder that is a file is one clear line", async () => {
  const data = join(tempFolder(), "file");
  writeFileSync(data, "");
  const { code, stderr } = await run(["keys", "create", "--name", "a", "--data", data]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: cannot open the data folder [^\n]*\n$/);
});
