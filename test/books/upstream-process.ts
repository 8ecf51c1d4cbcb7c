// Starts the upstream's process, and hears from it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FromUpstream } from "./messages.ts";
import type { Tally } from "./upstream/tally.ts";

const READY_MS = 15_000;

export interface Tallies {
  byIndex: ReadonlyMap<number, Tally>;
  /** Requests of which no prompt told the number. */
  strangers: number;
}

export interface Upstream {
  url: string;
  /** Resolves when the upstream has this request. Only those of clients that leave for it are told. */
  hasMet(index: number): Promise<void>;
  /** Tells it that the client of this request has read what it waited for, or has left. */
  tellRead(index: number): void;
  tallies(file: string): Promise<Tallies>;
  stop(): void;
}

export async function startUpstream(seed: number): Promise<Upstream> {
  const ready = Promise.withResolvers<number>();
  const written = Promise.withResolvers<{ written: string; strangers: number }>();
  const met = new Map<number, PromiseWithResolvers<void>>();
  const meeting = (index: number) => {
    const found = met.get(index) ?? Promise.withResolvers<void>();
    met.set(index, found);
    return found;
  };
  const child = Bun.spawn(
    [process.execPath, join(import.meta.dir, "upstream", "main.ts"), `${seed}`],
    {
      stdin: "ignore",
      stdout: "inherit",
      stderr: "inherit",
      ipc(message: FromUpstream) {
        if ("port" in message) ready.resolve(message.port);
        else if ("met" in message) meeting(message.met).resolve();
        else written.resolve(message);
      },
    },
  );
  void child.exited.then(() => ready.reject(new Error("the upstream ended")));
  const timer = setTimeout(() => ready.reject(new Error("the upstream is not ready")), READY_MS);
  const port = await ready.promise;
  clearTimeout(timer);
  return {
    url: `http://127.0.0.1:${port}`,
    hasMet: (index) => meeting(index).promise,
    tellRead: (index) => child.send({ hasRead: index }),
    async tallies(file) {
      child.send({ writeTo: file });
      const { strangers } = await written.promise;
      const rows = JSON.parse(readFileSync(file, "utf8")) as Record<string, Tally>;
      const byIndex = new Map(Object.entries(rows).map(([index, row]) => [Number(index), row]));
      return { byIndex, strangers };
    },
    stop: () => child.kill(),
  };
}
