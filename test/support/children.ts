// Programs that the tests start: what they print is collected, and none outlives its starter.
import { closeSync, openSync } from "node:fs";
import { waitUntil } from "./wait.ts";

export interface ChildOptions {
  /** Beside the little of this machine's environment that a program needs. */
  env?: Record<string, string>;
  /** The working directory; default: this process's. */
  cwd?: string;
  /** A file that standard error is added to, instead of being collected. */
  stderrFile?: string;
  /** Keeps standard input open until this process ends. */
  hasStdin?: boolean;
}

export interface Child {
  pid: number;
  /** All that was printed so far. */
  stdout(): string;
  stderr(): string;
  kill(signal: NodeJS.Signals): void;
  /** The exit code, or null after a signal; resolves once all output has been read. */
  ended: Promise<number | null>;
  hasEnded(): boolean;
}

/** What a program came to. */
export interface Result {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A program in good order prints its first line within this time on a very busy machine. */
const READY_MS = 60_000;
/** What ends in good order does so within this time. */
const END_MS = 15_000;

const alive = new Set<Child>();
process.on("exit", () => {
  for (const child of alive) child.kill("SIGKILL");
});

/** Starts a program. */
export function startChild(command: readonly string[], options: ChildOptions = {}): Child {
  const { PATH = "", HOME = "", TMPDIR } = process.env;
  const { env, cwd, stderrFile, hasStdin = false } = options;
  // Its own position in the file is always the end, whoever else writes to it.
  const errors = stderrFile === undefined ? null : openSync(stderrFile, "a");
  const child = Bun.spawn([...command], {
    ...(cwd !== undefined && { cwd }),
    env: { PATH, HOME, ...(TMPDIR !== undefined && { TMPDIR }), ...env },
    stdin: hasStdin ? "pipe" : "ignore",
    stdout: "pipe",
    stderr: errors ?? "pipe",
  });
  if (errors !== null) closeSync(errors);
  const stdout = collect(child.stdout);
  const stderr = collect(typeof child.stderr === "object" ? child.stderr : null);
  let done = false;
  const started: Child = {
    pid: child.pid,
    stdout: stdout.text,
    stderr: stderr.text,
    kill: (signal) => child.kill(signal),
    hasEnded: () => done,
    ended: Promise.all([child.exited, stdout.read, stderr.read]).then(() => {
      done = true;
      alive.delete(started);
      return child.exitCode;
    }),
  };
  alive.add(started);
  return started;
}

/** Starts a TypeScript program of the tests. Its standard input ends when this process does. */
export const startScript = (file: string, ...args: string[]): Child =>
  startChild([process.execPath, file, ...args], { hasStdin: true });

/** What a program came to, once it has ended. */
export async function resultOf(child: Child): Promise<Result> {
  const code = await child.ended;
  return { code, stdout: child.stdout(), stderr: child.stderr() };
}

/** The JSON document of a program's first line. @throws Error with its stderr when there is none. */
export async function firstLine<T>(child: Child): Promise<T> {
  await waitUntil(
    () => child.stdout().includes("\n") || child.hasEnded(),
    "the first line of a program",
    READY_MS,
  );
  const [line = ""] = child.stdout().split("\n");
  if (line === "") throw new Error(`a program ended without a word: ${child.stderr()}`);
  return JSON.parse(line) as T;
}

/** Ends what still runs: gently first, since a demo that is killed leaves its folder behind. */
export async function endAll(): Promise<void> {
  await Promise.all(
    [...alive].map(async (child) => {
      child.kill("SIGTERM");
      const killer = setTimeout(() => child.kill("SIGKILL"), END_MS);
      await child.ended;
      clearTimeout(killer);
    }),
  );
}

function collect(stream: ReadableStream<Uint8Array> | null) {
  let text = "";
  const decoder = new TextDecoder();
  const read = (async () => {
    for await (const bytes of stream ?? []) text += decoder.decode(bytes, { stream: true });
  })();
  return { text: () => text, read };
}
