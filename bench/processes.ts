// Processes of the benchmark: pinned to a core, measured, and ended whatever happens.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";

/** Where a process runs: what is measured has a core for itself, where there are two. */
export type Place = "measured" | "other";

/** Linux counts processor time in hundredths of a second. */
const TICKS_PER_SECOND = 100;
const READY_MS = 15_000;

const cores = availableParallelism();
const taskset = Bun.which("taskset");
export const isPinned = taskset !== null && cores >= 2;

type Child = ReturnType<typeof spawn>;
const children = new Set<Child>();
let folder: string | null = null;

/** A folder that {@link endAll} removes. */
export function workFolder(): string {
  folder ??= mkdtempSync(join(tmpdir(), "aacflow-bench-"));
  return folder;
}

export interface SpawnOptions {
  place: Place;
  env?: Record<string, string>;
  /** A file for the process's standard error; default: this process's. */
  stderrFile?: string;
}

function spawn(command: readonly string[], options: SpawnOptions) {
  const { PATH = "", HOME = "" } = process.env;
  return Bun.spawn([...pin(options.place), ...command], {
    cwd: workFolder(),
    env: { PATH, HOME, ...options.env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: options.stderrFile === undefined ? "inherit" : Bun.file(options.stderrFile),
  });
}

function pin(place: Place): string[] {
  if (taskset === null || !isPinned) return [];
  return [taskset, "-c", place === "measured" ? "0" : `1-${cores - 1}`];
}

export interface Started<T> {
  ready: T;
  pid: number;
}

/** Starts a server and waits for its first line, a JSON document. */
export async function startServer<T>(
  command: readonly string[],
  options: SpawnOptions,
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

/** Starts a process that says nothing when it is ready. */
export function start(command: readonly string[], options: SpawnOptions): Child {
  const child = spawn(command, options);
  children.add(child);
  return child;
}

/** Runs a command to its end and gives the JSON document that it prints. */
export async function runJson<T>(command: readonly string[], options: SpawnOptions): Promise<T> {
  const child = start(command, options);
  const text = await new Response(child.stdout).text();
  const code = await child.exited;
  children.delete(child);
  if (code !== 0) throw new Error(`${command[0]} ended with code ${code} ${text}`);
  return JSON.parse(text) as T;
}

/** Ends one server in good order. */
export async function stop(pid: number): Promise<void> {
  for (const child of children) {
    if (child.pid !== pid) continue;
    child.kill("SIGTERM");
    await child.exited;
    children.delete(child);
  }
}

export async function endAll(): Promise<void> {
  for (const child of children) child.kill("SIGTERM");
  for (const child of children) {
    const timer = setTimeout(() => child.kill("SIGKILL"), 3000);
    await child.exited;
    clearTimeout(timer);
  }
  children.clear();
  if (folder !== null) rmSync(folder, { recursive: true, force: true });
  folder = null;
}

/** Processor seconds of a process and its children, in user and system mode. */
export function cpuSeconds(pid: number): number {
  let ticks = 0;
  for (const one of family(pid)) {
    const stat = readFileSync(`/proc/${one}/stat`, "utf8");
    // The program's name is in parentheses and may contain spaces.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / TICKS_PER_SECOND;
}

/** The most memory that a process and its children have held, in MB. */
export function peakMegabytes(pid: number): number {
  let kilobytes = 0;
  for (const one of family(pid)) {
    const status = readFileSync(`/proc/${one}/status`, "utf8");
    kilobytes += Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0);
  }
  return kilobytes / 1024;
}

function family(pid: number): number[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  const childPids = existsSync(path) ? readFileSync(path, "utf8").trim() : "";
  return [pid, ...childPids.split(" ").filter(Boolean).map(Number)];
}
