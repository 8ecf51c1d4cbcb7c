// `aacflow doctor`: each thing that can be wrong, and that it says so.
import { Database } from "bun:sqlite";
import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempFolder } from "../support/folders.ts";
import { run, runJson } from "./support.ts";

// Whole programs start and end here, on machines that may be busy.
setDefaultTimeout(30_000);

interface Report {
  ok: boolean;
  checks: { name: string; status: "ok" | "warn" | "fail"; detail: string }[];
}

const servers: Bun.Server<undefined>[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.stop(true);
});

/** A stand-in for a provider; gives the environment that connects it. */
function provider(answer: () => Response | Promise<Response>): Record<string, string> {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", idleTimeout: 30, fetch: answer });
  servers.push(server);
  return { OPENAI_API_KEY: "sk-doctor", OPENAI_BASE_URL: `http://127.0.0.1:${server.port}/v1` };
}

async function examine(args: string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await run(["doctor", "--json", ...args], env);
  const report = JSON.parse(stdout) as Report;
  const check = (name: string) => report.checks.find((each) => each.name === name);
  return { code, stderr, report, check };
}

test("a machine with nothing on it: no failure, no data, a word on providers", async () => {
  const data = join(tempFolder(), "data");
  const { code, report, check } = await examine(["--data", data]);
  expect(code).toBe(0);
  expect(report.ok).toBe(true);
  expect(report.checks.map(({ name }) => name)).toEqual([
    "data folder",
    "database",
    "configuration",
    "providers",
    "open files",
    "outgoing connections",
  ]);
  expect(check("providers")).toMatchObject({ status: "warn" });
  const detail = check("providers")?.detail ?? "";
  const variables = [...detail.matchAll(/[A-Z_]{8,}/g)].map(([name]) => name);
  expect(variables).toContain("OPENAI_API_KEY");
  expect(variables).toEqual([...new Set(variables)]);
  expect(existsSync(data)).toBe(false);
});

test("sound data is said to be sound, as text too", async () => {
  const env = { AACFLOW_DATA: tempFolder() };
  await runJson(["keys", "create", "--name", "a", "--credits", "1"], env);
  const { stdout, code } = await run(["doctor"], env);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ok +database +sound/m);
});

test("books that do not add up fail, by the account's name", async () => {
  const data = tempFolder();
  await runJson(["keys", "create", "--name", "a", "--account", "team", "--new"], {
    AACFLOW_DATA: data,
  });
  const database = new Database(join(data, "aacflow.db"));
  database.run("UPDATE accounts SET balance_micro = 5");
  database.close();
  const { code, stderr, report, check } = await examine(["--data", data]);
  expect({ code, ok: report.ok }).toEqual({ code: 1, ok: false });
  expect(check("database")?.status).toBe("fail");
  expect(check("database")?.detail).toContain("team");
  expect(stderr).toContain("failed: database");
});

test("a data folder that cannot be made fails", async () => {
  const file = join(tempFolder(), "file");
  writeFileSync(file, "");
  const { code, check } = await examine(["--data", join(file, "data")]);
  expect(code).toBe(1);
  expect(check("data folder")?.status).toBe("fail");
});

test("a wrong configuration fails and names the setting", async () => {
  const file = join(tempFolder(), "aacflow.yaml");
  writeFileSync(file, "server:\n  prot: 4000\n");
  const { code, check } = await examine(["--data", tempFolder(), "--config", file]);
  expect(code).toBe(1);
  expect(check("configuration")?.status).toBe("fail");
  expect(check("configuration")?.detail).toContain("prot");
});

test("a provider that answers is ok", async () => {
  const env = provider(() => Response.json({ object: "list", data: [] }));
  const { code, check } = await examine(["--data", tempFolder()], env);
  expect(check("provider openai")).toMatchObject({ status: "ok" });
  expect(code).toBe(0);
});

test("a provider that refuses its key fails, and the key is not shown", async () => {
  const env = provider(() => Response.json({ error: { message: "no" } }, { status: 401 }));
  const { code, report, check } = await examine(["--data", tempFolder()], env);
  expect(check("provider openai")).toMatchObject({ status: "fail" });
  expect(code).toBe(1);
  expect(JSON.stringify(report)).not.toContain("sk-doctor");
});

test("a provider that is silent fails after 5 s", async () => {
  const env = provider(() => Bun.sleep(20_000).then(() => new Response()));
  const startedAt = performance.now();
  const { code, check } = await examine(["--data", tempFolder()], env);
  expect(check("provider openai")?.status).toBe("fail");
  expect(code).toBe(1);
  expect(performance.now() - startedAt).toBeLessThan(9_000);
});

test("a low limit of outgoing connections is a warning that says what to set", async () => {
  const env = { BUN_CONFIG_MAX_HTTP_REQUESTS: "10" };
  const { code, check } = await examine(["--data", tempFolder()], env);
  expect(code).toBe(0);
  expect(check("outgoing connections")).toMatchObject({ status: "warn" });
  expect(check("outgoing connections")?.detail).toContain("BUN_CONFIG_MAX_HTTP_REQUESTS=8192");
});
