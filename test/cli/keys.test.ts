// API keys on the command line: made, listed, rotated, revoked.
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { tempFolder } from "../support/folders.ts";
import { run, runJson } from "./support.ts";

// Whole programs start and end here, on machines that may be busy.
setDefaultTimeout(30_000);

interface CreatedKey {
  id: string;
  key: string;
  name: string;
  account: string;
  balance: string;
  account_id: string;
  display: string;
  created_at: string;
  expires_at: string | null;
}

interface ListedKey extends Omit<CreatedKey, "key" | "balance" | "account_id"> {
  revoked_at: string | null;
  state: string;
}

const listKeys = async (env: Record<string, string>) =>
  (await runJson<{ keys: ListedKey[] }>(["keys", "list"], env)).keys;

describe("keys create", () => {
  test("makes key, account and credits, and shows the key", async () => {
    const env = { AACFLOW_DATA: tempFolder() };
    const args = [
      "keys",
      "create",
      "--name",
      "ci bot",
      "--account",
      "team",
      "--new",
      "--credits",
      "5.00",
    ];
    const key = await runJson<CreatedKey>(args, env);
    expect(Object.keys(key).slice(0, 5)).toEqual(["id", "key", "name", "account", "balance"]);
    expect(key.id).toMatch(/^key_[0-9A-Z]{26}$/);
    expect(key.key).toMatch(/^aacf_[0-9A-Za-z]{42}$/);
    expect(key).toMatchObject({
      name: "ci bot",
      account: "team",
      balance: "5.000000",
      expires_at: null,
    });
  });

  test("opens an account of the key's own name, whose credit no other key spends", async () => {
    const env = { AACFLOW_DATA: tempFolder() };
    const create = ["keys", "create", "--credits=0.5"];
    const first = await runJson<CreatedKey>([...create, "--name=a"], env);
    expect(first).toMatchObject({ account: "a", balance: "0.500000" });
    const second = await runJson<CreatedKey>([...create, "--name=b"], env);
    expect(second).toMatchObject({ account: "b", balance: "0.500000" });

    const again = await run([...create, "--name=a"], env);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain(
      'there is an account "a" already: share its credits with --account',
    );
    expect(await listKeys(env)).toHaveLength(2);
  });

  test("puts a key on an account that is there, and opens another only when told to", async () => {
    const env = { AACFLOW_DATA: tempFolder() };
    const create = ["keys", "create", "--name=a", "--credits=1"];
    const first = await runJson<CreatedKey>([...create, "--account=team", "--new"], env);
    const second = await runJson<CreatedKey>([...create, "--account=team"], env);
    expect(second).toMatchObject({ account_id: first.account_id, balance: "2.000000" });

    const mistyped = await run([...create, "--account=tema"], env);
    expect(mistyped.code).toBe(1);
    expect(mistyped.stderr).toContain('there is no account "tema"');
    expect(mistyped.stderr).toContain("--new");
    const opened = await run([...create, "--account=team", "--new"], env);
    expect(opened.code).toBe(1);
    expect(opened.stderr).toContain("leave --new out");
    const { accounts } = await runJson<{ accounts: unknown[] }>(["credits", "balance"], env);
    expect(accounts).toEqual([expect.objectContaining({ account: "team", balance: "2.000000" })]);
    expect(await listKeys(env)).toHaveLength(2);
  });

  test("prints text that holds the key once, and says that it is shown once", async () => {
    const env = { AACFLOW_DATA: tempFolder() };
    const { code, stdout } = await run(["keys", "create", "--name", "a", "--expires=30d"], env);
    expect(code).toBe(0);
    expect(stdout.match(/aacf_[0-9A-Za-z]{42}/g)).toHaveLength(1);
    expect(stdout).toContain("cannot be shown again");
    expect(stdout).not.toContain("never");
  });

  test("stores no key in the data folder, which only its owner may enter", async () => {
    const folder = join(tempFolder(), "data");
    const env = { AACFLOW_DATA: folder };
    const { key } = await runJson<CreatedKey>(["keys", "create", "--name", "a"], env);
    for (const file of readdirSync(folder)) {
      expect(readFileSync(join(folder, file)).includes(key)).toBe(false);
    }
    expect(statSync(folder).mode & 0o077).toBe(0);
  });

  test("--expires takes a span and a date", async () => {
    const env = { AACFLOW_DATA: tempFolder() };
    const create = (when: string) =>
      runJson<CreatedKey>(["keys", "create", "--name", when, "--expires", when], env);
    const span = await create("12h");
    const lifeMs = Date.parse(span.expires_at ?? "") - Date.parse(span.created_at);
    expect(Math.abs(lifeMs - 12 * 3_600_000)).toBeLessThan(5_000);
    expect((await create("2099-01-31")).expires_at).toBe("2099-01-31T00:00:00.000Z");
  });
});

test("create, list, rotate, revoke: the whole life of a key", async () => {
  const env = { AACFLOW_DATA: tempFolder() };
  const args = ["keys", "create", "--name", "a", "--credits", "2", "--expires", "30d"];
  const first = await runJson<CreatedKey>(args, env);
  expect(await listKeys(env)).toMatchObject([
    { id: first.id, name: "a", account: "a", display: first.display, state: "active" },
  ]);

  const second = await runJson<CreatedKey & { replaces: string }>(
    ["keys", "rotate", first.id],
    env,
  );
  expect(second).toMatchObject({ name: "a", balance: "2.000000", replaces: first.id });
  expect(second.expires_at).toBe(first.expires_at);
  expect(second.key).not.toBe(first.key);
  expect(await listKeys(env)).toMatchObject([{ state: "revoked" }, { state: "active" }]);

  const revoked = await runJson<{ state: string }>(["keys", "revoke", second.id], env);
  expect(revoked).toMatchObject({ id: second.id, name: "a", state: "revoked" });
  expect((await listKeys(env)).map(({ state }) => state)).toEqual(["revoked", "revoked"]);

  const again = await run(["keys", "revoke", second.id], env);
  expect(again.code).toBe(0);
  expect(again.stdout).toContain("was revoked before");

  const rotated = await run(["keys", "rotate", second.id], env);
  expect(rotated.code).toBe(1);
  expect(rotated.stderr).toContain("is revoked");
});

test("commands that meet on a new data folder wait for each other", async () => {
  const env = { AACFLOW_DATA: join(tempFolder(), "data") };
  const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
  const results = await Promise.all(
    names.map((name) => run(["keys", "create", "--name", name, "--credits", "0.1"], env)),
  );
  expect(results.map(({ code, stderr }) => `${code}${stderr}`)).toEqual(Array(8).fill("0"));
  const { accounts } = await runJson<{ accounts: unknown[] }>(["credits", "balance"], env);
  expect(accounts).toMatchObject(names.map((account) => ({ account, balance: "0.100000" })));
});

test("the list shows no key, in text or in JSON", async () => {
  const env = { AACFLOW_DATA: tempFolder() };
  const { key, id, display } = await runJson<CreatedKey>(["keys", "create", "--name", "a"], env);
  for (const args of [
    ["keys", "list"],
    ["keys", "list", "--json"],
  ]) {
    const { stdout } = await run(args, env);
    expect(stdout).toContain(id);
    expect(stdout).toContain(display);
    expect(stdout).not.toContain(key.slice(0, -6));
  }
});

test("an unknown id fails, and a key in its place is not repeated", async () => {
  const env = { AACFLOW_DATA: tempFolder() };
  const { key } = await runJson<CreatedKey>(["keys", "create", "--name", "a"], env);
  for (const command of ["revoke", "rotate"]) {
    const unknown = await run(["keys", command, "key_nope"], env);
    expect(unknown).toMatchObject({ code: 1, stdout: "" });
    expect(unknown.stderr).toContain("there is no key key_nope");
    const secret = await run(["keys", command, key], env);
    expect(secret.code).toBe(1);
    expect(secret.stderr).toContain("not an id");
    expect(secret.stderr).not.toContain(key);
  }
});
