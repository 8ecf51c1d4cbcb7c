// `aacflow serve`: ready, refused where it must be, in step with other commands, ended in order.
import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { endAll } from "../support/children.ts";
import { tempFolder } from "../support/folders.ts";
import { waitUntil } from "../support/wait.ts";
import { run, runJson, start, startReady } from "./support.ts";

// Whole programs start and end here, on machines that may be busy.
setDefaultTimeout(30_000);

interface Ready {
  base_url: string;
  docs_url: string | null;
  pid: number;
  providers: string[];
  models: number;
}

afterEach(endAll);

const serve = (data: string, args: string[] = [], env: Record<string, string> = {}) =>
  startReady<Ready>(["serve", "--port", "0", "--data", data, ...args], env);

const listModels = (baseUrl: string, key: string) =>
  fetch(`${baseUrl}/models`, { headers: { authorization: `Bearer ${key}` } });

describe("ready", () => {
  test("--json gives base URL, documentation and process id on one line", async () => {
    const { ready, pid } = await serve(tempFolder());
    expect(ready.base_url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/v1\/ai$/);
    expect(ready.docs_url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/docs$/);
    expect(ready.pid).toBe(pid);
    const health = await fetch(new URL("/health", ready.base_url));
    expect(health.status).toBe(200);
  });

  test("it says which providers it has, and how many models they serve", async () => {
    const bare = await serve(tempFolder());
    expect(bare.ready).toMatchObject({ providers: [], models: 0 });
    const keys = { OPENAI_API_KEY: "sk-1", GROQ_API_KEY: "gsk-1" };
    const { ready } = await serve(tempFolder(), [], keys);
    expect(ready.providers).toEqual(["openai", "groq"]);
    expect(ready.models).toBeGreaterThan(20);
  });

  test("serve is the default command, and prints two lines on stdout", async () => {
    const child = start(["--port", "0", "--data", tempFolder()], { OPENAI_API_KEY: "sk-1" });
    // The first line says that the signal will be heard; nothing may come after it.
    await waitUntil(() => child.stdout().includes("\n"), "the first line", 15_000);
    child.kill("SIGTERM");
    expect(await child.ended).toBe(0);
    expect(child.stdout()).toMatch(
      /^AACFlow is ready: base URL http:\/\/127\.0\.0\.1:\d+\/api\/v1\/ai\n\d+ models of openai\n$/,
    );
  });

  test("without a provider the log names the variables to set, and the demo", async () => {
    const server = await serve(tempFolder());
    const { stderr: log } = await server.stop();
    expect(log).toContain("OPENAI_API_KEY");
    expect(log).toContain("aacflow demo");
    for (const line of log.trim().split("\n")) expect(() => JSON.parse(line)).not.toThrow();
  });

  test("the limit of outgoing connections is raised, once, in the same process", async () => {
    if (process.platform !== "linux") return;
    const { ready } = await serve(tempFolder());
    const environ = readFileSync(`/proc/${ready.pid}/environ`, "utf8").split("\0");
    expect(environ).toContain("BUN_CONFIG_MAX_HTTP_REQUESTS=8192");
  });

  test("it is raised to what the configuration says", async () => {
    if (process.platform !== "linux") return;
    const folder = tempFolder();
    const config = join(folder, "aacflow.json");
    writeFileSync(config, JSON.stringify({ server: { upstreamConnections: 300 } }));
    const { ready, pid } = await serve(folder, ["--config", config]);
    expect(ready.pid).toBe(pid);
    const environ = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
    expect(environ).toContain("BUN_CONFIG_MAX_HTTP_REQUESTS=300");
  });

  test("a limit that the operator set is kept, with a warning when it is low", async () => {
    const env = { BUN_CONFIG_MAX_HTTP_REQUESTS: "100" };
    const server = await serve(tempFolder(), [], env);
    expect((await server.stop()).stderr).toContain("BUN_CONFIG_MAX_HTTP_REQUESTS=8192");
  });
});

describe("refused", () => {
  test.each([
    [
      { groq: {} },
      {},
      "providers.groq: GROQ_API_KEY is not set: set it, or leave the provider out",
    ],
    [
      { azure: {} },
      { AZURE_OPENAI_API_KEY: "k" },
      "providers.azure: AZURE_OPENAI_ENDPOINT is not set",
    ],
    [
      { bedrock: {} },
      { AWS_BEARER_TOKEN_BEDROCK: "t" },
      "providers.bedrock: AWS_REGION is not set: set it",
    ],
    [
      { own: { dialect: "openai", baseUrl: "http://127.0.0.1:1/v1", apiKeyEnv: "OWN_KEY" } },
      {},
      "providers.own: OWN_KEY is not set",
    ],
    [{ own: {} }, {}, "providers.own: the server does not know this provider"],
    [
      { openai: {} },
      { OPENAI_API_KEY: "k", OPENAI_BASE_URL: "x" },
      "providers.openai: OPENAI_BASE_URL",
    ],
  ])(
    "providers that the file names and that cannot be used: %j",
    async (providers, env, message) => {
      const folder = tempFolder();
      const config = join(folder, "aacflow.json");
      await Bun.write(config, JSON.stringify({ providers }));
      const args = ["serve", "--port=0", "--config", config, "--data", join(folder, "data")];
      const { code, stderr } = await run(args, env);
      expect(code).toBe(1);
      expect(stderr).toContain(`error: ${config}: ${message}`);
      const off = Object.fromEntries(Object.keys(providers).map((id) => [id, { enabled: false }]));
      await Bun.write(config, JSON.stringify({ providers: off }));
      const server = await startReady(args, env);
      server.kill("SIGTERM");
      expect(await server.ended).toBe(0);
    },
  );

  test("a second server on the same port, with exit code 1 and a clear line", async () => {
    const { ready } = await serve(tempFolder());
    const { port } = new URL(ready.base_url);
    const second = await run(["serve", "--port", port, "--data", tempFolder()]);
    expect({ code: second.code, stdout: second.stdout }).toEqual({ code: 1, stdout: "" });
    expect(second.stderr).toContain(`port ${port}`);
    expect(second.stderr).toContain("already in use");
  });

  test("a second server on the same data folder, which leaves the first one alone", async () => {
    const data = tempFolder();
    const { ready } = await serve(data);
    const second = await run(["serve", "--port", "0", "--data", data]);
    expect({ code: second.code, stdout: second.stdout }).toEqual({ code: 1, stdout: "" });
    expect(second.stderr).toContain(`already using the data folder ${data}`);
    expect((await fetch(new URL("/health", ready.base_url))).status).toBe(200);
  });

  test("the data folder of a server that was killed is free again", async () => {
    const data = tempFolder();
    const first = await serve(data);
    first.kill("SIGKILL");
    await first.ended;
    const { ready } = await serve(data);
    expect((await fetch(new URL("/health", ready.base_url))).status).toBe(200);
  });
});

describe("in step with the commands on the same data folder", () => {
  test("a new key works at once, and one that is revoked or rotated is refused", async () => {
    const data = tempFolder();
    const { ready } = await serve(data);
    const env = { AACFLOW_DATA: data };
    const first = await runJson<{ id: string; key: string }>(["keys", "create", "--name=a"], env);
    expect((await listModels(ready.base_url, first.key)).status).toBe(200);

    const second = await runJson<{ id: string; key: string }>(["keys", "rotate", first.id], env);
    expect((await listModels(ready.base_url, first.key)).status).toBe(401);
    expect((await listModels(ready.base_url, second.key)).status).toBe(200);

    await runJson(["keys", "revoke", second.id], env);
    expect((await listModels(ready.base_url, second.key)).status).toBe(401);
  });

  test.each(["revoke", "rotate"])(
    "keys %s: a key in use is refused within 100 ms of the command's end",
    async (command) => {
      const data = tempFolder();
      const { ready } = await serve(data);
      const env = { AACFLOW_DATA: data };
      const { id, key } = await runJson<{ id: string; key: string }>(
        ["keys", "create", "--name=a"],
        env,
      );
      const seen: { atMs: number; status: number }[] = [];
      let isOver = false;
      // Never silent, so that the server has the key in memory whenever the command takes it away.
      async function useKey(): Promise<void> {
        while (!isOver) {
          const atMs = performance.now();
          const answer = await listModels(ready.base_url, key);
          await answer.text();
          seen.push({ atMs, status: answer.status });
        }
      }
      const using = useKey();
      await waitUntil(() => seen.length > 0, "the key's first use");
      const next = await runJson<{ key?: string }>(["keys", command, id], env);
      const endedMs = performance.now();
      if (next.key !== undefined) {
        expect((await listModels(ready.base_url, next.key)).status).toBe(200);
      }
      await waitUntil(() => (seen.at(-1)?.atMs ?? 0) > endedMs + 200, "requests after the command");
      isOver = true;
      await using;
      expect(new Set(seen.map(({ status }) => status))).toEqual(new Set([200, 401]));
      const late = seen.filter(({ atMs }) => atMs >= endedMs + 100);
      expect(late.length).toBeGreaterThan(0);
      expect(late.filter(({ status }) => status !== 401)).toEqual([]);
      // Once refused, it stays refused.
      const first = seen.findIndex(({ status }) => status === 401);
      expect(seen.slice(first).filter(({ status }) => status !== 401)).toEqual([]);
    },
  );

  test("a grant is seen by the next request", async () => {
    const data = tempFolder();
    const { ready } = await serve(data);
    const env = { AACFLOW_DATA: data };
    const { key } = await runJson<{ key: string }>(["keys", "create", "--name=a"], env);
    const remaining = async () =>
      (await listModels(ready.base_url, key)).headers.get("x-credits-remaining");
    expect(await remaining()).toBe("0.000000");
    await runJson(["credits", "grant", "--account=a", "--amount=2.5"], env);
    expect(await remaining()).toBe("2.500000");
    expect((await run(["ledger", "verify"], env)).code).toBe(0);
    expect((await run(["doctor"], env)).code).toBe(0);
  });
});

test("SIGHUP, as of a terminal that closes, is logged and changes nothing", async () => {
  const server = await serve(tempFolder());
  for (let times = 0; times < 2; times++) {
    server.kill("SIGHUP");
    await Bun.sleep(50);
    expect((await fetch(new URL("/health", server.ready.base_url))).status).toBe(200);
  }
  const { code, stderr } = await server.stop();
  expect(code).toBe(0);
  expect(stderr.match(/SIGHUP is ignored/g)).toHaveLength(2);
});

describe("ended", () => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    test(`${signal} ends it with exit code 0, and the folder is free`, async () => {
      const data = tempFolder();
      const server = await serve(data);
      server.kill(signal);
      expect(await server.ended).toBe(0);
      const again = await serve(data);
      again.kill(signal);
      expect(await again.ended).toBe(0);
    });
  }

  test("a running stream may end; a second signal stops at once, with exit code 1", async () => {
    const folder = tempFolder();
    const config = join(folder, "aacflow.json");
    const demo = { enabled: true, wordDelayMs: 500 };
    await Bun.write(config, JSON.stringify({ demo }));
    const data = join(folder, "data");
    const env = { AACFLOW_DATA: data };
    const { key } = await runJson<{ key: string }>(
      ["keys", "create", "--name=a", "--credits=1"],
      env,
    );
    const server = await serve(data, ["--config", config]);
    const response = await fetch(`${server.ready.base_url}/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({
        model: "demo",
        stream: true,
        messages: [{ role: "user", content: "Tell me a long story about the sea" }],
      }),
    });
    expect(response.status).toBe(200);
    server.kill("SIGTERM");
    await Bun.sleep(500);
    const stillRunning = await Promise.race([server.ended, Bun.sleep(10).then(() => "running")]);
    expect(stillRunning).toBe("running");
    server.kill("SIGTERM");
    expect(await server.ended).toBe(1);
    await response.text().catch(() => undefined);
    expect((await run(["ledger", "verify"], env)).code).toBe(0);
  });
});
