// A server in a process of its own, and how long a request makes its event loop stand still.
import { join } from "node:path";
import type { TestServerOptions } from "./server.ts";
import type { Ready } from "./watched-server.ts";

export interface Block {
  /** 0 where no answer came. */
  status: number;
  /** The longest time between two turns of the server's loop. */
  longestMs: number;
  /** What JSON.parse took there for a plain text of the body's length, just after. */
  parseMs: number;
}

export interface WatchedServer {
  /** Sends a chat request. */
  measure(body: string): Promise<Block>;
  close(): Promise<void>;
}

/** Starts one; neither its client nor its upstream is in its process. */
export async function startWatchedServer(options: TestServerOptions): Promise<WatchedServer> {
  let resolve: (message: unknown) => void = () => undefined;
  const child = Bun.spawn(
    [process.execPath, join(import.meta.dir, "watched-server.ts"), JSON.stringify(options)],
    { stdio: ["ignore", "inherit", "inherit"], ipc: (message: unknown) => resolve(message) },
  );
  const next = <T>() =>
    new Promise<T>((done, reject) => {
      resolve = done as (message: unknown) => void;
      void child.exited.then(() => reject(new Error("the server's process has ended")));
    });
  const ask = <T>(message: object): Promise<T> => {
    const answer = next<T>();
    child.send(message);
    return answer;
  };
  const { baseUrl, key } = await next<Ready>();
  return {
    async measure(body) {
      // What the last request left behind is not this one's.
      await Bun.sleep(20);
      await ask({ parseBytes: null });
      const answer = await fetch(`${baseUrl}/chat/completions`, {
        method: "POST",
        headers: { "x-api-key": key, "content-type": "application/json" },
        body,
      });
      await answer.arrayBuffer();
      const parseBytes = Buffer.byteLength(body);
      const told = await ask<Omit<Block, "status">>({ parseBytes });
      return { status: answer.status, ...told };
    },
    async close() {
      child.disconnect();
      await child.exited;
    },
  };
}
