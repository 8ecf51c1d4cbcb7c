// Starts a process of the open streams, and asks it one thing after another.
import { join } from "node:path";
import { within } from "../support/wait.ts";

export interface Asked<Command, State> {
  /** What the process said first. */
  ready: unknown;
  ask(command: Command, limitMs?: number): Promise<State>;
  stop(): Promise<void>;
}

const READY_MS = 60_000;
const ANSWER_MS = 60_000;

/** Starts one of the suite's own programs, which says something as soon as it is ready. */
export async function startAsked<Command, State>(
  script: string,
  ...args: string[]
): Promise<Asked<Command, State>> {
  let next = Promise.withResolvers<unknown>();
  const child = Bun.spawn([process.execPath, join(import.meta.dir, script), ...args], {
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
    ipc: (message: unknown) => next.resolve(message),
  });
  void child.exited.then(() => next.reject(new Error(`${script} has ended`)));
  const ready = await within(next.promise, `${script} ready`, READY_MS);
  return {
    ready,
    async ask(command, limitMs = ANSWER_MS) {
      next = Promise.withResolvers<unknown>();
      child.send(command);
      return (await within(next.promise, JSON.stringify(command), limitMs)) as State;
    },
    async stop() {
      next.promise.catch(() => undefined);
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}
