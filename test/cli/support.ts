// The program's commands from its sources, with nothing near them but what a test gives.
import { tmpdir } from "node:os";
import type { Child, Result } from "../support/children.ts";
import * as program from "../support/program.ts";

type Env = Record<string, string>;

const sources = (env: Env): program.Program => ({ command: program.SOURCES, cwd: tmpdir(), env });

export const start = (args: readonly string[], env: Env = {}): Child =>
  program.start(sources(env), args);

/** Runs a command to its end. */
export const run = (args: readonly string[], env: Env = {}): Promise<Result> =>
  program.run(sources(env), args);

/** Runs a command with `--json` that must succeed, and returns its document. */
export const runJson = <T>(args: readonly string[], env: Env = {}): Promise<T> =>
  program.runJson<T>(sources(env), args);

/** Starts a server command with `--json` and waits for its ready line. */
export const startReady = <T>(args: readonly string[], env: Env = {}) =>
  program.startReady<T>(sources(env), args);
