// Data that another version of the program wrote, or another program: what is opened, and what is left as it is.
import { Database as Sqlite } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { DATABASE_FILE } from "../../src/db/open.ts";
import { lockData, openStore, PATIENT } from "../../src/store.ts";
import { tempFolder } from "../support/folders.ts";
import { makeOldDatabase } from "../support/old-database.ts";

const MIGRATIONS = join(import.meta.dir, "..", "..", "drizzle");

/** A data folder and its database's file. */
function place() {
  const data = join(tempFolder(), "data");
  mkdirSync(data);
  return { data, file: join(data, DATABASE_FILE) };
}

async function oldData() {
  const { data, file } = place();
  await makeOldDatabase(tempFolder(), file);
  return { data, file };
}

async function isSound(data: string, isServer = false): Promise<boolean> {
  const store = await openStore(data, { ...PATIENT, isServer });
  const { discrepancies, requests } = await store.verify();
  await store.close();
  return discrepancies.length === 0 && requests === 1;
}

describe("data of an earlier version", () => {
  test("is left as it is while a server uses it, whoever that is, and says so", async () => {
    const { data, file } = await oldData();
    const before = readFileSync(file);
    const unlock = lockData(data);
    await expect(openStore(data, PATIENT)).rejects.toThrow(
      /earlier version of aacflow, and a server is using it: stop that server first/,
    );
    expect(readFileSync(file).equals(before)).toBe(true);
    unlock();
    expect(await isSound(data)).toBe(true);
  });

  test("is brought up to date by the server that has the folder, beside which commands then work", async () => {
    const { data } = await oldData();
    const unlock = lockData(data);
    expect(await isSound(data, true)).toBe(true);
    expect(await isSound(data)).toBe(true);
    unlock();
  });

  test("is brought up to date by a command where there is no server", async () => {
    const { data } = await oldData();
    lockData(data)();
    expect(await isSound(data)).toBe(true);
  });
});

test("records are brought up to date in the order they have, without a sort in temporary files", () => {
  const sqlite = new Sqlite(":memory:");
  const steps = readMigrationFiles({ migrationsFolder: MIGRATIONS }).flatMap(({ sql }) => sql);
  const moving = steps.findIndex((sql) => sql.includes("INSERT INTO `records`\n"));
  for (const sql of steps.slice(0, moving)) sqlite.run(sql);
  const plan = sqlite.query<{ detail: string }, []>(`EXPLAIN QUERY PLAN ${steps[moving]}`).all();
  const details = plan.map(({ detail }) => detail);
  expect(details[0]).toBe("SCAN requests");
  expect(details.join("\n")).not.toContain("TEMP B-TREE");
  sqlite.close();
});

test("data of a newer version is refused in plain words, by a server too", async () => {
  const { data, file } = await oldData();
  expect(await isSound(data)).toBe(true);
  const sqlite = new Sqlite(file);
  sqlite.run("INSERT INTO __drizzle_migrations VALUES (NULL, 'x', 99999999999999)");
  sqlite.close();
  const refusal = /newer version of aacflow: use that/;
  await expect(openStore(data, PATIENT)).rejects.toThrow(refusal);
  await expect(openStore(data, { ...PATIENT, isServer: true })).rejects.toThrow(refusal);
});

test("a database of another program is not made one of ours", async () => {
  const { data, file } = place();
  const sqlite = new Sqlite(file);
  sqlite.run("CREATE TABLE theirs (a)");
  sqlite.close();
  const before = readFileSync(file);
  await expect(openStore(data, PATIENT)).rejects.toThrow(/not a database of aacflow's/);
  expect(readFileSync(file).equals(before)).toBe(true);
});

test.each([
  ["an empty file", (file: string) => writeFileSync(file, "")],
  [
    "a start that was killed before the first migration",
    (file: string) => {
      const sqlite = new Sqlite(file);
      sqlite.run(
        "CREATE TABLE __drizzle_migrations (id SERIAL PRIMARY KEY, hash text, created_at numeric)",
      );
      sqlite.close();
    },
  ],
])("%s becomes a database", async (_what, make) => {
  const { data, file } = place();
  make(file);
  const store = await openStore(data, PATIENT);
  expect(await store.isWritable()).toBe(true);
  await store.close();
});
