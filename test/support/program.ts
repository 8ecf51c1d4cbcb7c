// The product's program as an operator runs it, from its sources or as the executable.
import { join, resolve } from "node:path";
import {
  type Child,
  type ChildOptions,
  firstLine,
  type Result,
  resultOf,
  startChild,
} from "./children.ts";

const ROOT = join(import.meta.dir, "..", "..");

/** The program's entry. */
export const MAIN = join(ROOT, "src", "main.ts");

/** The command that runs the sources. */
export const SOURCES: readonly string[] = [process.execPath, MAIN];

/** The command that runs the executable which `AACFLOW_BINARY` names, or the sources where it names none. */
export function usualCommand(): readonly string[] {
  const { AACFLOW_BINARY: binary } = process.env;
  return binary ? [resolve(ROOT, binary)] : SOURCES;
}

/** Set, a server need not replace itself at its start, which makes that a third shorter. */
export const callsAtOnce = (calls: number) => ({ BUN_CONFIG_MAX_HTTP_REQUESTS: String(calls) });

export interface Program extends ChildOptions {
  command: readonly string[];
  /** What follows the arguments of every command, as `--data` and its folder. */
  options?: readonly string[];
}

/** A server that has said that it is ready. */
export interface Running<T> extends Child {
  /** The document of its first line. */
  ready: T;
  /** Sends SIGTERM, and returns what the server came to. */
  stop(): Promise<Result>;
}

/** Starts a command, without waiting for anything. */
export function start({ command, options = [], ...rest }: Program, args: readonly string[]): Child {
  return startChild([...command, ...args, ...options], rest);
}

/** Runs a command to its end. */
export const run = (program: Program, args: readonly string[]): Promise<Result> =>
  resultOf(start(program, args));

/** Runs a command whose output must be one JSON document. @throws Error with its stderr when it fails */
export async function runJson<T>(program: Program, args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await run(program, [...args, "--json"]);
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${stdout}${stderr}`);
  return JSON.parse(stdout) as T;
}

/** Starts a server's command, and waits for its ready line. */
export async function startReady<T>(
  program: Program,
  args: readonly string[],
): Promise<Running<T>> {
  const child = start(program, [...args, "--json"]);
  const ready = await firstLine<T>(child);
  return {
    ...child,
    ready,
    stop() {
      child.kill("SIGTERM");
      return resultOf(child);
    },
  };
}
