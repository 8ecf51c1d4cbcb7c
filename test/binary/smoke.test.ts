// The compiled executable from the outside: alone in an empty folder, with nothing to lean on.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { cleanUp, installBinary } from "../support/executable.ts";
import { emptyFolder } from "../support/folders.ts";
import { type Program, type Running, run, runJson, startReady } from "../support/program.ts";

setDefaultTimeout(60_000);

let binary = "";
beforeAll(async () => {
  binary = await installBinary();
});
afterAll(cleanUp);

/** In a folder, with no PATH: neither bun nor node nor anything else can be found. */
const alone = (cwd: string): Program => ({
  command: [binary],
  cwd,
  env: { PATH: join(cwd, "nothing"), HOME: cwd },
});

const chat = (baseUrl: string, key: string, body: object) =>
  fetch(`${baseUrl}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ messages: [{ role: "user", content: "Hello!" }], ...body }),
  });

describe("commands", () => {
  test("licenses are in it", async () => {
    const { code, stdout } = await run(alone(emptyFolder()), ["licenses"]);
    expect(code).toBe(0);
    expect(stdout).toContain("JavaScriptCore");
    expect(stdout).toContain("Apache License");
  });

  test("--version gives the version of package.json", async () => {
    const { code, stdout } = await run(alone(emptyFolder()), ["--version"]);
    expect(code).toBe(0);
    expect(stdout).toBe(`aacflow ${packageJson.version} (Bun ${Bun.version})\n`);
  });

  test("openapi prints the document, and leaves nothing in the folder", async () => {
    const folder = emptyFolder();
    const document = await runJson<{ openapi: string; paths: object }>(alone(folder), ["openapi"]);
    expect(document.openapi).toMatch(/^3\./);
    expect(Object.keys(document.paths)).toContain("/api/v1/ai/chat/completions");
    expect(readdirSync(folder)).toEqual([]);
  });

  test("an unknown command fails with a line on stderr, none on stdout", async () => {
    const result = await run(alone(emptyFolder()), ["nonsense"]);
    expect(result.code).not.toBe(0);
    expect(result.stdout).toBe("");
    expect(result.stderr).toContain("nonsense");
  });
});

describe("demo", () => {
  interface Ready {
    base_url: string;
    docs_url: string;
    key: string;
  }
  let demo: Running<Ready>;
  beforeAll(async () => {
    demo = await startReady<Ready>(alone(emptyFolder()), ["demo", "--port", "0"]);
  });

  test("a chat completion, with the headers that say what it cost", async () => {
    const { base_url, key } = demo.ready;
    const response = await chat(base_url, key, { model: "gpt-4o-mini" });
    expect(response.status).toBe(200);
    expect(response.headers.get("x-request-id")).toMatch(/^req_/);
    expect(response.headers.get("x-credits-remaining")).toMatch(/^4\.\d{6}$/);
    expect(Number(response.headers.get("x-credits-used"))).toBeGreaterThan(0);
    const completion = (await response.json()) as {
      object: string;
      choices: { message: { content: string } }[];
    };
    expect(completion.object).toBe("chat.completion");
    expect(completion.choices[0]?.message.content.length).toBeGreaterThan(0);
  });

  test("a stream that ends with [DONE]", async () => {
    const { base_url, key } = demo.ready;
    const response = await chat(base_url, key, { model: "claude-sonnet-4-6", stream: true });
    expect(response.headers.get("content-type")).toStartWith("text/event-stream");
    const text = await response.text();
    expect(text).toContain('"object":"chat.completion.chunk"');
    expect(text.trimEnd()).toEndWith("data: [DONE]");
  });

  test("errors are masked and shaped as without compilation", async () => {
    const { base_url, key } = demo.ready;
    const wrongKey = await chat(base_url, `${key}x`, { model: "gpt-4o-mini" });
    expect(wrongKey.status).toBe(401);
    expect(await wrongKey.json()).toHaveProperty("error.code");
    const wrongBody = await chat(base_url, key, { model: 7 });
    expect(wrongBody.status).toBe(400);
    expect(await wrongBody.json()).toHaveProperty("error.param", "model");
    const noModel = await chat(base_url, key, { model: "no-such-model" });
    expect(noModel.status).toBe(404);
  });

  test("/docs and everything that it links", async () => {
    const page = await fetch(demo.ready.docs_url);
    expect(page.status).toBe(200);
    const html = await page.text();
    const links = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, link]) => link ?? "");
    expect(links.length).toBeGreaterThan(2);
    for (const link of links) {
      const response = await fetch(new URL(link, demo.ready.docs_url));
      expect(response.status, link).toBe(200);
      expect((await response.bytes()).byteLength, link).toBeGreaterThan(100);
    }
  });

  test("/openapi.json is what the command prints", async () => {
    const response = await fetch(new URL("/openapi.json", demo.ready.base_url));
    expect(response.headers.get("content-type")).toStartWith("application/json");
    expect(await response.json()).toEqual(await runJson(alone(emptyFolder()), ["openapi"]));
  });

  test("ends at SIGTERM with exit code 0 and one line on stdout", async () => {
    const { code, stdout } = await demo.stop();
    expect(code).toBe(0);
    expect(stdout.trim().split("\n")).toHaveLength(1);
  });
});

describe("serve, in a folder with settings meant for something else", () => {
  interface Ready {
    base_url: string;
    pid: number;
  }
  interface Key {
    key: string;
    balance: string;
  }
  const config = { demo: { enabled: true, wordDelayMs: 0, models: ["gpt-4o-mini"] } };

  /** Names that the program, its runtime or its providers would act on, if they were read. */
  function hostileFolder(): string {
    const folder = emptyFolder();
    const dotenv = [
      "AACFLOW_DATA=stolen",
      "AACFLOW_PORT=1",
      "AACFLOW_HOST=0.0.0.0",
      "AACFLOW_CONFIG=missing.yaml",
      "OPENAI_API_KEY=sk-stray",
      "BUN_CONFIG_MAX_HTTP_REQUESTS=1",
    ];
    for (const name of [".env", ".env.local", ".env.production"]) {
      writeFileSync(join(folder, name), dotenv.join("\n"));
    }
    writeFileSync(join(folder, "bunfig.toml"), 'preload = ["./preload.ts"]\n');
    writeFileSync(join(folder, "preload.ts"), "process.exit(77);\n");
    writeFileSync(join(folder, "tsconfig.json"), "not JSON\n");
    writeFileSync(join(folder, "package.json"), "not JSON\n");
    writeFileSync(join(folder, "aacflow.yaml"), JSON.stringify(config));
    return folder;
  }

  test("makes a key, serves it, stops, starts again, and the books add up", async () => {
    const folder = hostileFolder();
    const create = ["keys", "create", "--name", "smoke", "--credits", "5"];
    const { key, balance } = await runJson<Key>(alone(folder), create);
    expect(balance).toBe("5.000000");
    expect(readdirSync(folder)).toContain("data");
    expect(readdirSync(folder)).not.toContain("stolen");

    for (const _start of ["first", "second"]) {
      const args = ["serve", "--config", "aacflow.yaml", "--port", "0"];
      const server = await startReady<Ready>(alone(folder), args);
      expect(server.ready.base_url).toStartWith("http://127.0.0.1:");
      expect(server.ready.pid).toBe(server.pid);
      expect((await chat(server.ready.base_url, key, { model: "gpt-4o-mini" })).status).toBe(200);
      if (process.platform === "linux") {
        const environ = readFileSync(`/proc/${server.pid}/environ`, "utf8").split("\0");
        // Raised by the process itself, which replaced itself with the same arguments.
        expect(environ).toContain("BUN_CONFIG_MAX_HTTP_REQUESTS=8192");
      }
      const { code, stderr } = await server.stop();
      expect(code, stderr).toBe(0);
    }

    const verified = await runJson<{ ok: boolean; requests: number; open_holds: number }>(
      alone(folder),
      ["ledger", "verify"],
    );
    expect(verified).toMatchObject({ ok: true, requests: 2, open_holds: 0 });
  });

  test("a provider's key in a .env file connects no provider", async () => {
    const server = await startReady<Ready>(alone(hostileFolder()), ["serve", "--port", "0"]);
    const { code, stderr } = await server.stop();
    expect(code).toBe(0);
    expect(stderr).toContain("no provider is connected");
  });
});
