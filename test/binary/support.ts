// Builds the executable once, and runs it as an operator's machine would: nothing near it.
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = join(import.meta.dir, "..", "..");
const READY_MS = 15_000;

const NAME = process.platform === "win32" ? "aacflow.exe" : "aacflow";

export interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Running<T> {
  /** The document of the ready line. */
  ready: T;
  pid: number;
  /** Sends SIGTERM and gives all that the program wrote, once it has ended. */
  stop(): Promise<Result>;
}

/**
 * Puts the executable alone into a folder: the one that `AACFLOW_BINARY` names, else a fresh build,
 * which is made once for all test files of this process.
 */
export async function installBinary(): Promise<string> {
  const folder = emptyFolder();
  process.env.AACFLOW_BINARY ||= await buildOnce();
  cpSync(resolve(ROOT, process.env.AACFLOW_BINARY), join(folder, NAME));
  return join(folder, NAME);
}

async function buildOnce(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "aacflow-binary-built-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  await build(folder);
  return join(folder, NAME);
}

async function build(out: string): Promise<void> {
  const command = [process.execPath, join(ROOT, "scripts", "build.ts"), "--out", out];
  const child = Bun.spawn(command, { cwd: out, stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  const stderr = await new Response(child.stderr).text();
  if ((await child.exited) !== 0) throw new Error(`the build failed: ${stderr}`);
}

/** What was started and made, so that a test that fails leaves nothing behind. */
const running: ReturnType<typeof spawn>[] = [];
const folders: string[] = [];

/** A folder outside of the checkout, until {@link cleanUp}. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "aacflow-binary-test-"));
  folders.push(folder);
  return folder;
}

/** Ends what still runs, and removes the folders. */
export async function cleanUp(): Promise<void> {
  for (const child of running.splice(0)) {
    child.kill("SIGKILL");
    await child.exited;
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

function spawn(binary: string, args: readonly string[], cwd: string) {
  // No PATH: neither bun nor node nor anything else can be found.
  const env = { PATH: join(cwd, "nothing"), HOME: cwd };
  return Bun.spawn([binary, ...args], { cwd, env, stdout: "pipe", stderr: "pipe" });
}

/** Runs a command to its end, in the given working directory. */
export async function run(binary: string, args: readonly string[], cwd: string): Promise<Result> {
  const child = spawn(binary, args, cwd);
  running.push(child);
  const stdout = new Response(child.stdout).text();
  const stderr = new Response(child.stderr).text();
  return { code: await child.exited, stdout: await stdout, stderr: await stderr };
}

/** Runs a command whose output must be one JSON document and nothing else. */
export async function runJson<T>(binary: string, args: readonly string[], cwd: string): Promise<T> {
  const { code, stdout, stderr } = await run(binary, [...args, "--json"], cwd);
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

/** Starts a server command with `--json` on a free port and waits for its ready line. */
export async function startServer<T>(
  binary: string,
  args: readonly string[],
  cwd: string,
): Promise<Running<T>> {
  const child = spawn(binary, [...args, "--port", "0", "--json"], cwd);
  running.push(child);
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const deadline = performance.now() + READY_MS;
  while (!stdout.text.includes("\n")) {
    if (child.exitCode !== null || performance.now() > deadline) {
      throw new Error(`no ready line; stderr: ${stderr.text}`);
    }
    await Bun.sleep(5);
  }
  return {
    ready: JSON.parse(stdout.text) as T,
    pid: child.pid,
    async stop() {
      child.kill("SIGTERM");
      const code = await child.exited;
      await Promise.all([stdout.done, stderr.done]);
      return { code, stdout: stdout.text, stderr: stderr.text };
    },
  };
}

interface Collected {
  text: string;
  done: Promise<void>;
}

function collect(stream: ReadableStream<Uint8Array>): Collected {
  const collected: Collected = { text: "", done: Promise.resolve() };
  const decoder = new TextDecoder();
  collected.done = (async () => {
    for await (const bytes of stream) collected.text += decoder.decode(bytes, { stream: true });
  })();
  return collected;
}
