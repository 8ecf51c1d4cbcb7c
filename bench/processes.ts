// Processes of the benchmark: started, awaited, and ended whatever happens.
import { existsSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { setPriority, tmpdir } from "node:os";
import { join } from "node:path";

const READY_MS = 15_000;
const END_MS = 5_000;
const MEMORY_FOLDER = "/dev/shm";
const MEMORY_BYTES_MIN = 2 ** 30;
const PRIORITY = -15;

type Child = ReturnType<typeof spawn>;
const children = new Set<Child>();
let parentFolder = tmpdir();
let folder: string | null = null;

/** A folder that {@link endAll} removes. */
export function workFolder(): string {
  folder ??= mkdtempSync(join(parentFolder, "aacflow-bench-"));
  return folder;
}

/** Before the first process: takes all files into memory, where there is room, so that nobody else's disk counts. */
export function keepInMemory(): void {
  if (!existsSync(MEMORY_FOLDER)) return;
  const { bavail, bsize } = statfsSync(MEMORY_FOLDER);
  if (bavail * bsize > MEMORY_BYTES_MIN) parentFolder = MEMORY_FOLDER;
}

/** Before the first process: goes ahead of other work on the machine, where the system allows it. All processes do. */
export function goAhead(): void {
  try {
    setPriority(PRIORITY);
  } catch {
    // Only root may.
  }
}

export interface SpawnOptions {
  env?: Record<string, string>;
  /** A file for the process's standard error; default: this process's. */
  stderrFile?: string;
}

function spawn(command: readonly string[], { env, stderrFile }: SpawnOptions) {
  const { PATH = "", HOME = "" } = process.env;
  return Bun.spawn([...command], {
    cwd: workFolder(),
    env: { PATH, HOME, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: stderrFile === undefined ? "inherit" : Bun.file(stderrFile),
  });
}

/** Starts a process that says nothing when it is ready. */
export function start(command: readonly string[], options: SpawnOptions = {}): Child {
  const child = spawn(command, options);
  children.add(child);
  return child;
}

export interface Started<T> {
  ready: T;
  pid: number;
}

/** Starts a server and waits for its first line, a JSON document. @throws Error when there is none */
export async function startServer<T>(
  command: readonly string[],
  options: SpawnOptions = {},
): Promise<Started<T>> {
  const child = start(command, options);
  const reader = child.stdout.getReader();
  const timer = setTimeout(() => child.kill(), READY_MS);
  let text = "";
  while (!text.includes("\n")) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`${command.join(" ")} did not start`);
    text += Buffer.from(value).toString();
  }
  clearTimeout(timer);
  return { ready: JSON.parse(text) as T, pid: child.pid };
}

/** Runs a command to its end and returns the JSON document that it prints. @throws Error when it fails */
export async function runJson<T>(
  command: readonly string[],
  options: SpawnOptions = {},
): Promise<T> {
  const child = start(command, options);
  const text = await new Response(child.stdout).text();
  const code = await child.exited;
  children.delete(child);
  if (code !== 0) throw new Error(`${command[0]} ended with code ${code} ${text}`);
  return JSON.parse(text) as T;
}

/** Ends one server in good order. */
export async function stop(pid: number): Promise<void> {
  for (const child of children) if (child.pid === pid) await end(child);
}

/** Ends what is left of all processes and removes their folder. */
export async function endAll(): Promise<void> {
  await Promise.all([...children].map(end));
  if (folder !== null) rmSync(folder, { recursive: true, force: true });
  folder = null;
}

async function end(child: Child): Promise<void> {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), END_MS);
  await child.exited;
  clearTimeout(timer);
  children.delete(child);
}
