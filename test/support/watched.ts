// A server in a process of its own, and how long a request makes its event loop stand still.
import { join } from "node:path";
import type { LongestTurn } from "./loop-watch.ts";
import type { TestServerOptions } from "./server.ts";
import type { Ready } from "./watched-server.ts";

export interface Block extends LongestTurn {
  status: number;
}

export interface WatchedServer {
  /** Sends a chat request, and reads its answer, or leaves after the first bytes of it. */
  measure(body: string, leaves?: boolean): Promise<Block>;
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
  const ask = <T>(message: "start" | "stop"): Promise<T> => {
    const answer = next<T>();
    child.send(message);
    return answer;
  };
  const { baseUrl, key } = await next<Ready>();
  return {
    async measure(body, leaves = false) {
      // What the last request left behind is not this one's.
      await Bun.sleep(20);
      await ask("start");
      const answer = await fetch(`${baseUrl}/chat/completions`, {
        method: "POST",
        headers: { "x-api-key": key, "content-type": "application/json" },
        body,
      });
      if (leaves) await leave(answer);
      else await answer.arrayBuffer();
      return { status: answer.status, ...(await ask<LongestTurn>("stop")) };
    },
    async close() {
      child.disconnect();
      await child.exited;
    },
  };
}

async function leave({ body }: Response): Promise<void> {
  const reader = body?.getReader();
  await reader?.read();
  await reader?.cancel();
}
