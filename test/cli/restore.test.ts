// `aacflow backup` and `restore`: what they refuse, why, and that they then leave everything as it was.
import { Database as Sqlite } from "bun:sqlite";
import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { DATABASE_FILE, openDatabase } from "../../src/db/open.ts";
import { endAll } from "../support/children.ts";
import { fillBooks } from "../support/fill-books.ts";
import { tempFolder } from "../support/folders.ts";
import { makeOldDatabase } from "../support/old-database.ts";
import { MAIN } from "../support/program.ts";
import { run, runJson, startReady } from "./support.ts";

// Whole programs start and end here, on machines that may be busy.
setDefaultTimeout(60_000);
afterEach(endAll);

/** A folder with data of some requests, and a backup of it. */
async function house(requests = 50) {
  const folder = tempFolder();
  const data = join(folder, "data");
  const database = openDatabase(data, { busyTimeoutMs: 1_000 });
  fillBooks(database, { requests, accounts: 2 });
  database.close();
  // A closed connection lives until its statements are collected, and would write to the file then.
  Bun.gc(true);
  const file = join(folder, "backup.db");
  await runJson(["backup", file, "--data", data]);
  return { folder, data, file, other: join(folder, "other") };
}

async function refused(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(args);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr.trim().split("\n")).toHaveLength(1);
  return stderr;
}

const tamper = (file: string, ...statements: string[]) => {
  const database = new Sqlite(file);
  for (const statement of statements) database.run(statement);
  database.close();
};

describe("backup", () => {
  test("never overwrites, and says in words what it holds", async () => {
    const { data, file, folder } = await house();
    const bytes = readFileSync(file);
    expect(await refused(["backup", file, "--data", data])).toContain("is not overwritten");
    expect(readFileSync(file).equals(bytes)).toBe(true);
    const second = join(folder, "second.db");
    const { stdout } = await run(["backup", second, "--data", data]);
    expect(stdout).toContain(`Backed up ${data} into ${second}`);
    expect(stdout).toMatch(/^Requests +50$/m);
  });

  test("where there is no data, or no folder, makes nothing", async () => {
    const { data, folder, other } = await house();
    expect(await refused(["backup", join(folder, "x.db"), "--data", other])).toContain("no data");
    expect(await refused(["backup", join(other, "x.db"), "--data", data])).toContain("no folder");
    expect(readdirSync(folder).sort()).toEqual(["backup.db", "data"]);
  });

  test.each(["backup", "restore"])("%s without a file's name is wrong usage", async (command) => {
    const { data, folder } = await house();
    const { code, stdout, stderr } = await run([command, "", "--data", data]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("it must not be empty");
    expect(readdirSync(folder).sort()).toEqual(["backup.db", "data"]);
  });

  test("of books that do not add up is refused, and leaves nothing", async () => {
    const { data, folder } = await house();
    tamper(join(data, DATABASE_FILE), "UPDATE accounts SET balance_micro = balance_micro + 1");
    const reason = await refused(["backup", join(folder, "x.db"), "--data", data]);
    expect(reason).toContain("its books do not add up for team-");
    expect(readdirSync(folder).sort()).toEqual(["backup.db", "data"]);
  });

  test("that cannot be written to its end is reported, and leaves nothing", async () => {
    if (process.platform === "win32") return;
    const { data, folder } = await house(5_000);
    const file = join(folder, "x.db");
    // A limit on the length of files stands in for a full disk; either way a write fails in the middle.
    const limited = `trap '' XFSZ; ulimit -f 512; exec "$@"`;
    const args = [process.execPath, MAIN, "backup", file, "--data", data];
    const child = Bun.spawn(["sh", "-c", limited, "sh", ...args], { stderr: "pipe" });
    const stderr = await new Response(child.stderr).text();
    expect(await child.exited).toBe(1);
    expect(stderr).toContain(`no backup was made at ${file}: `);
    expect(stderr).toMatch(/disk/);
    expect(readdirSync(folder).sort()).toEqual(["backup.db", "data"]);
  });
});

describe("restore", () => {
  test("where there is data needs --force, which keeps the old under a dated name", async () => {
    const { data, file } = await house();
    await runJson(["credits", "grant", "--account=team-0", "--amount=1"], { AACFLOW_DATA: data });
    const before = await runJson<{ balance: string }>(["ledger", "verify", "--data", data]);
    expect(await refused(["restore", file, "--data", data])).toContain("--force");
    const restored = await runJson<{ replaced: string; balance: string; entries: number }>([
      "restore",
      file,
      "--data",
      data,
      "--force",
    ]);
    expect(Number(restored.balance)).toBeCloseTo(Number(before.balance) - 1, 6);
    expect(restored.replaced).toContain(join(data, `${DATABASE_FILE}.replaced-`));
    // What was replaced is whole: given its name again, it is the data of before.
    const old = join(tempFolder(), "old");
    mkdirSync(old);
    for (const suffix of ["", "-wal", "-shm"].filter((one) =>
      existsSync(restored.replaced + one),
    )) {
      cpSync(restored.replaced + suffix, join(old, DATABASE_FILE + suffix));
    }
    expect(await runJson<unknown>(["ledger", "verify", "--data", old])).toEqual(before);
    expect(statSync(join(data, DATABASE_FILE)).mode & 0o777).toBe(0o600);
  });

  test("beside a running server is refused", async () => {
    const { data, file } = await house();
    await startReady(["serve", "--port=0", "--data", data]);
    const reason = await refused(["restore", file, "--data", data, "--force"]);
    expect(reason).toContain(`a server is using the data folder ${data}: stop it first`);
  });

  const DAMAGES: [what: string, damage: (file: string) => unknown, reason: string][] = [
    ["no database", (file) => Bun.write(file, "x".repeat(9_000)), "file is not a database"],
    ["an empty file", (file) => Bun.write(file, ""), "not a database of aacflow's"],
    [
      "another program's database",
      (file) => {
        rmSync(file);
        tamper(file, "CREATE TABLE a (b)");
      },
      "not a database of aacflow's",
    ],
    [
      "a newer version's",
      (file) => tamper(file, "INSERT INTO __drizzle_migrations VALUES (NULL, 'x', 99999999999999)"),
      "newer version of aacflow",
    ],
    [
      "cut off",
      (file) => Bun.write(file, readFileSync(file).subarray(0, 40_960)),
      "malformed|damaged",
    ],
    [
      "books that do not add up",
      (file) => tamper(file, "UPDATE accounts SET balance_micro = balance_micro + 1"),
      "books do not add up",
    ],
    ["a database in use", (file) => Bun.write(`${file}-wal`, "x"), "is a database in use"],
  ];

  test.each(DAMAGES)("of %s is refused, and changes nothing", async (_what, damage, reason) => {
    const { data, file } = await house();
    await damage(file);
    const before = readFileSync(join(data, DATABASE_FILE));
    const message = await refused(["restore", file, "--data", data, "--force"]);
    expect(message).toMatch(new RegExp(reason));
    expect(readFileSync(join(data, DATABASE_FILE)).equals(before)).toBe(true);
    const names = readdirSync(data).filter((name) => /restoring|replaced/.test(name));
    expect(names).toEqual([]);
  });

  test("of a file that is not there is refused, and makes no folder", async () => {
    const { folder, other } = await house();
    const reason = await refused(["restore", join(folder, "nope.db"), "--data", other]);
    expect(reason).toContain("there is no file");
    expect(existsSync(other)).toBe(false);
  });

  test("of an older version's backup brings it to the newest schema", async () => {
    const folder = tempFolder();
    const file = join(folder, "old.db");
    await makeOldDatabase(folder, file);
    const data = join(folder, "data");
    expect(await runJson<unknown>(["restore", file, "--data", data])).toMatchObject({
      accounts: 1,
      entries: 2,
      requests: 1,
    });
    const database = openDatabase(data, { busyTimeoutMs: 1_000 });
    const row = database.sqlite.query("SELECT unbilled_micro, ended_at_ms FROM requests").get();
    database.close();
    expect(row).toEqual({ unbilled_micro: 0, ended_at_ms: 1_007 });
  });
});
