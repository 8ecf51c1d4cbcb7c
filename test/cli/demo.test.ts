// `aacflow demo`: a key that works, examples that work when pasted, and nothing left behind.
import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Child, endAll } from "../support/children.ts";
import { runCurlTests } from "../support/curl.ts";
import { tempFolder } from "../support/folders.ts";
import { waitUntil } from "../support/wait.ts";
import { run, start, startReady } from "./support.ts";

// Whole programs start and end here, on machines that may be busy.
setDefaultTimeout(30_000);

interface Ready {
  base_url: string;
  docs_url: string | null;
  key: string;
  account: string;
  balance: string;
  models: string[];
}

afterEach(endAll);

test("--json gives everything that a client needs, and the key works", async () => {
  const demo = await startReady<Ready>(["demo", "--port", "0"]);
  const { base_url, key, balance, models } = demo.ready;
  expect(Object.keys(demo.ready)).toEqual([
    "base_url",
    "docs_url",
    "key",
    "account",
    "balance",
    "models",
  ]);
  expect(balance).toBe("5.000000");
  expect(models).toEqual(expect.arrayContaining(["gpt-4o-mini", "claude-sonnet-4-6"]));
  const response = await fetch(`${base_url}/credits`, { headers: { "x-api-key": key } });
  expect(response.headers.get("x-credits-remaining")).toBe("5.000000");
});

test.if(runCurlTests)("the printed curl lines work when pasted", async () => {
  const child = start(["demo", "--port", "0"]);
  try {
    const lines = await linesUntil(child, "console.log(");
    const commands = lines.filter((line) => line.startsWith("curl "));
    expect(commands).toHaveLength(2);
    const [plain = "", streaming = ""] = await Promise.all(commands.map(paste));
    const completion = JSON.parse(plain) as { model: string; choices: unknown[] };
    expect(completion.model).toBe("gpt-4o-mini");
    expect(completion.choices).toHaveLength(1);
    expect(streaming).toContain("chat.completion.chunk");
    expect(streaming.trimEnd()).toEndWith("data: [DONE]");
  } finally {
    child.kill("SIGTERM");
    expect(await child.ended).toBe(0);
  }
});

test("the printed Node example works when pasted", async () => {
  const child = start(["demo", "--port", "0"]);
  try {
    const lines = await linesUntil(child, "console.log(");
    const example = lines.slice(lines.findIndex((line) => line.startsWith("# Node")) + 1);
    // Where the openai package is installed, as its comment asks for.
    const cwd = join(import.meta.dir, "..", "..");
    const pasted = Bun.spawn([process.execPath, "-e", example.join("\n")], { cwd });
    const answer = await new Response(pasted.stdout).text();
    expect(await pasted.exited).toBe(0);
    expect(answer.trim()).not.toBe("");
  } finally {
    child.kill("SIGTERM");
    await child.ended;
  }
});

test("the keys and settings of the environment stay out of it", async () => {
  const env = { OPENAI_API_KEY: "sk-real", AACFLOW_DATA: "/nowhere", AACFLOW_CONFIG: "/nowhere" };
  const { ready } = await startReady<Ready>(["demo", "--port", "0"], env);
  expect(ready.models).not.toContain("gpt-4o");
});

test("its data is gone when it ends", async () => {
  const TMPDIR = tempFolder();
  const demo = await startReady<Ready>(["demo", "--port", "0"], { TMPDIR });
  expect(readdirSync(TMPDIR)).toHaveLength(1);
  demo.kill("SIGINT");
  expect(await demo.ended).toBe(0);
  expect(readdirSync(TMPDIR)).toEqual([]);
});

test("a port that was asked for and is taken is an error", async () => {
  const { ready } = await startReady<Ready>(["demo", "--port", "0"]);
  const { port } = new URL(ready.base_url);
  const { code, stderr } = await run(["demo", "--port", port]);
  expect(code).toBe(1);
  expect(stderr).toContain("already in use");
});

test("port 4000 taken and none asked for: it takes a free one and says so", async () => {
  // Whoever has the port, this test or somebody else, the demo finds it taken.
  const blocker = listenOn4000();
  try {
    const demo = await startReady<Ready>(["demo"]);
    expect(new URL(demo.ready.base_url).port).not.toBe("4000");
    expect((await demo.stop()).stderr).toContain("Port 4000 is taken");
  } finally {
    blocker?.stop(true);
  }
});

function listenOn4000() {
  try {
    return Bun.serve({ port: 4000, hostname: "127.0.0.1", fetch: () => new Response() });
  } catch {
    return null;
  }
}

/** What a shell makes of a line of text. */
async function paste(line: string): Promise<string> {
  const shell = Bun.spawn(["sh", "-c", `${line} -sS --noproxy '*'`], { stdout: "pipe" });
  const output = await new Response(shell.stdout).text();
  expect(await shell.exited).toBe(0);
  return output;
}

async function linesUntil(child: Child, last: string): Promise<string[]> {
  await waitUntil(() => child.stdout().includes(last), last, 15_000);
  return child.stdout().split("\n");
}
