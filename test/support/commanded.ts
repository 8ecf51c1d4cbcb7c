// A program of the tests as a process of its own, which is given one command after another.
import { within } from "./wait.ts";

export interface Commanded<Command, State> {
  /** What the process said first. */
  ready: unknown;
  ask<S extends State>(command: Command, limitMs?: number): Promise<S>;
  /** Lets go of the process, which ends by that, or is ended. */
  stop(): Promise<void>;
}

const READY_MS = 60_000;
const ANSWER_MS = 60_000;
const END_MS = 15_000;

/** Starts a program, which says something as soon as it is ready and ends when it is let go of. */
export async function startCommanded<Command, State>(
  script: string,
  ...args: string[]
): Promise<Commanded<Command, State>> {
  let next = Promise.withResolvers<unknown>();
  const child = Bun.spawn([process.execPath, script, ...args], {
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
    ipc: (message: unknown) => next.resolve(message),
  });
  void child.exited.then(() => next.reject(new Error(`${script} has ended`)));
  const ready = await within(next.promise, `${script} ready`, READY_MS);
  return {
    ready,
    async ask<S extends State>(command: Command, limitMs = ANSWER_MS) {
      next = Promise.withResolvers<unknown>();
      child.send(command);
      return (await within(next.promise, JSON.stringify(command), limitMs)) as S;
    },
    async stop() {
      next.promise.catch(() => undefined);
      child.disconnect();
      const killer = setTimeout(() => child.kill("SIGKILL"), END_MS);
      await child.exited;
      clearTimeout(killer);
    },
  };
}
