// Runs the real program as a process of its own, on data folders that are thrown away.
import { afterAll } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The program's entry. */
export const MAIN = join(import.meta.dir, "..", "..", "src", "main.ts");
const WAIT_MS = 15_000;

export interface RunResult {
  code: number;
  stdout: string;
  stderr: string;
}

type Env = Record<string, string>;

/** A folder that is removed when the test file is done. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "aacflow-cli-test-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts the program with nothing of this machine's environment but what a program needs. */
export function start(args: readonly string[], env: Env = {}) {
  const { PATH = "", HOME = "", TMPDIR } = process.env;
  return Bun.spawn([process.execPath, MAIN, ...args], {
    cwd: tmpdir(),
    env: { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
}

/** Runs a command to its end. */
export async function run(args: readonly string[], env: Env = {}): Promise<RunResult> {
  const child = start(args, env);
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, stdout, stderr };
}

/** Runs a command with `--json` that must succeed, and gives its document. */
export async function runJson<T>(args: readonly string[], env: Env = {}): Promise<T> {
  const { code, stdout, stderr } = await run([...args, "--json"], env);
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

export interface RunningProgram<T> {
  /** The JSON document of the ready line. */
  ready: T;
  pid: number;
  kill(signal: NodeJS.Signals): void;
  exited: Promise<number>;
  /** All of stderr, once the program has ended. */
  stderr: Promise<string>;
}

const running: ReturnType<typeof start>[] = [];

/** Starts a server command with `--json` and waits for its ready line. */
export async function startReady<T>(
  args: readonly string[],
  env: Env = {},
): Promise<RunningProgram<T>> {
  const child = start([...args, "--json"], env);
  running.push(child);
  const stderr = new Response(child.stderr).text();
  const line = await firstLine(child.stdout);
  if (line === null) throw new Error(`no ready line; stderr: ${await stderr}`);
  return {
    ready: JSON.parse(line) as T,
    pid: child.pid,
    kill: (signal) => child.kill(signal),
    exited: child.exited,
    stderr,
  };
}

/** Ends whatever a test left running. */
export async function stopAll(): Promise<void> {
  for (const child of running.splice(0)) {
    // Gently first, since a demo that is killed leaves its folder behind.
    child.kill("SIGTERM");
    const killer = setTimeout(() => child.kill("SIGKILL"), WAIT_MS);
    await child.exited;
    clearTimeout(killer);
  }
}

/** Null when the output ends, or the time does, before a whole line came. */
async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string | null> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  const deadline = Bun.sleep(WAIT_MS).then(() => null);
  let text = "";
  while (!text.includes("\n")) {
    const result = await Promise.race([reader.read(), deadline]);
    if (result === null || result.done) return null;
    text += decoder.decode(result.value, { stream: true });
  }
  return text.slice(0, text.indexOf("\n"));
}
