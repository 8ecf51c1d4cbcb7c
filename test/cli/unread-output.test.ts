// A server whose log or output nobody reads: it answers and ends as ever, and says what was lost.
import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tempFolder } from "../support/folders.ts";
import { MAIN } from "../support/program.ts";
import { within } from "../support/wait.ts";

setDefaultTimeout(60_000);

/** Each refusal is a line of about 500 bytes: more than a pipe and the queue behind it hold. */
const REFUSALS = 4_000;
const AT_ONCE = 50;
/** Far below the time after which a server that does not end would be killed. */
const ENDS_WITHIN_MS = 10_000;
const TOKEN = "metrics-token";

const folder = tempFolder();
const descriptors: number[] = [];
const children: Bun.Subprocess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill("SIGKILL");
    await child.exited;
  }
  for (const descriptor of descriptors.splice(0)) closeSync(descriptor);
});

/** A pipe with a reader that does not read. */
function unreadPipe(name: string): { path: string; descriptor: number } {
  const path = join(folder, name);
  expect(Bun.spawnSync(["mkfifo", path]).success).toBe(true);
  const descriptor = openSync(path, "r+");
  descriptors.push(descriptor);
  return { path, descriptor };
}

async function serve(name: string, stderr: number, stdout: number | "ignore" = "ignore") {
  const port = freePort();
  const config = join(folder, `${name}.json`);
  writeFileSync(config, JSON.stringify({ demo: { enabled: true } }));
  const args = ["serve", "--port", String(port), "--config", config, "--data", join(folder, name)];
  const { PATH = "", HOME = "" } = process.env;
  const child = Bun.spawn([process.execPath, MAIN, ...args], {
    cwd: tmpdir(),
    env: { PATH, HOME, AACFLOW_METRICS_TOKEN: TOKEN },
    stdin: "ignore",
    stdout,
    stderr,
  });
  children.push(child);
  const origin = `http://127.0.0.1:${port}`;
  await within(ready(origin), "ready");
  return { child, origin };
}

async function ready(origin: string): Promise<void> {
  while ((await fetch(`${origin}/ready`).catch(() => null))?.ok !== true) await Bun.sleep(20);
}

function freePort(): number {
  const probe = Bun.serve({ port: 0, fetch: () => new Response() });
  const port = probe.port ?? 0;
  probe.stop(true);
  return port;
}

/** Asks for what is not there, and expects each answer. */
async function refuse(origin: string, count: number): Promise<void> {
  const path = "x".repeat(300);
  let left = count;
  const ask = async () => {
    while (left-- > 0) {
      const answer = await within(fetch(`${origin}/${path}`), "an answer");
      expect(answer.status).toBe(404);
      await answer.body?.cancel();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
}

async function droppedLines(origin: string): Promise<number> {
  const answer = await fetch(`${origin}/metrics`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  const [, value] = /^aacflow_log_lines_dropped_total (\d+)$/m.exec(await answer.text()) ?? [];
  return Number(value);
}

/** Processor time so far, in hundredths of a second. */
function cpuTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

async function endsInTime(child: Bun.Subprocess): Promise<void> {
  child.kill("SIGTERM");
  expect(await within(child.exited, "the end", ENDS_WITHIN_MS)).toBe(0);
}

describe.if(process.platform !== "win32")("a log that nobody reads", () => {
  test("stops no answer and no end, and what is dropped is counted", async () => {
    const { descriptor } = unreadPipe("unread");
    const { child, origin } = await serve("unread-data", descriptor);
    await refuse(origin, REFUSALS);
    expect(await droppedLines(origin)).toBeGreaterThan(0);
    await endsInTime(child);
  });

  test("takes standard output with it no more than itself", async () => {
    const { descriptor } = unreadPipe("both");
    const { child, origin } = await serve("both-data", descriptor, descriptor);
    await refuse(origin, REFUSALS / 4);
    await endsInTime(child);
  });

  test("has one line on what was dropped when its reader comes back", async () => {
    const { path, descriptor } = unreadPipe("late");
    const { child, origin } = await serve("late-data", descriptor);
    await refuse(origin, REFUSALS);
    const reader = Bun.spawn(["cat", path], { stdout: "pipe" });
    children.push(reader);
    const text = new Response(reader.stdout).text();
    await refuse(origin, 1);
    await Bun.sleep(500);
    const dropped = await droppedLines(origin);
    await endsInTime(child);
    reader.kill();
    const lines = (await text)
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const told = lines.filter(({ msg }) => /dropped/.test(msg));
    expect(told).toEqual([expect.objectContaining({ level: 40, lines: dropped })]);
    // The line on what was dropped comes when there is room again, which may be at the very end.
    expect(lines.map(({ msg }) => msg)).toContain("stopped");
  });
});

test.if(process.platform === "linux")(
  "readers that are gone end nothing, and keep nothing busy",
  async () => {
    const { path, descriptor } = unreadPipe("gone");
    const writing = openSync(path, "w");
    closeSync(descriptor);
    descriptors.splice(descriptors.indexOf(descriptor), 1, writing);
    const { child, origin } = await serve("gone-data", writing, writing);
    await refuse(origin, REFUSALS / 4);
    const before = cpuTicks(child.pid);
    await Bun.sleep(1_000);
    expect(cpuTicks(child.pid) - before).toBeLessThan(30);
    expect((await fetch(`${origin}/health`)).status).toBe(200);
    await endsInTime(child);
  },
);
