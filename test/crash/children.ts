// Programs that the crash suites start: what they print is collected, and none outlives its suite.
import { join } from "node:path";
import { waitUntil } from "../support/wait.ts";

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

/** A program in good order prints its first line within this time on a very busy machine. */
const READY_MS = 60_000;

const alive = new Set<Child>();

/** Starts a program with nothing of this machine's environment but what is given. */
export function start(command: string[], env: Record<string, string> = {}): Child {
  const { PATH = "", HOME = "", TMPDIR } = process.env;
  const child = Bun.spawn(command, {
    env: { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...env },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
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

/** Starts one of the suites' own programs. */
export const startScript = (name: string, ...args: string[]): Child =>
  start([process.execPath, join(import.meta.dir, name), ...args]);

/** The JSON document of a program's first line. @throws Error with its stderr when it ends before. */
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

/** Kills what still runs. */
export async function killAll(): Promise<void> {
  const left = [...alive];
  for (const child of left) child.kill("SIGKILL");
  await Promise.all(left.map(({ ended }) => ended));
}

function collect(stream: ReadableStream<Uint8Array>) {
  let text = "";
  const decoder = new TextDecoder();
  const read = (async () => {
    for await (const bytes of stream) text += decoder.decode(bytes, { stream: true });
  })();
  return { text: () => text, read };
}
